"""A model that gives prepared replies, one after the other, and remembers what it was asked."""

import json
from collections.abc import Mapping
from typing import Any

from extractor.models.call import Reply, Request

Answer = dict[str, Any] | str | Reply | Exception


def reply(content: str, *, finish_reason: str = "stop", refusal: str | None = None) -> Reply:
    usage = {"prompt_tokens": 10, "completion_tokens": 5}
    return Reply(content, finish_reason, refusal, "scripted", usage)


class Scripted:
    """Answers by record; a list is used up from the front, its last item is repeated."""

    def __init__(self, **answers: Answer | list[Answer]) -> None:
        self._answers = {
            record: [*given] if isinstance(given, list) else [given] for record, given in answers.items()
        }
        self.requests: list[Request] = []

    async def __call__(self, request: Request) -> Reply:
        self.requests.append(request)
        answers = self._answers[request.record]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Reply):
            return answer
        if isinstance(answer, str):
            return reply(answer)
        return reply(json.dumps(as_asked(answer, request.body), ensure_ascii=False))

    def asked(self, record: str) -> list[str]:
        """The last message of each request for a record."""
        return [each.body["messages"][-1]["content"] for each in self.requests if each.record == record]


def as_asked(answer: dict[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """An answer in sayings in the form of version 1 of the attribution schema, where that is asked for."""
    asked = body.get("response_format", {}).get("json_schema", {"name": None})
    is_first = asked["name"] == "attribution_v1"
    return as_version_1(answer) if is_first and "sayings" in answer else answer


def as_version_1(answer: dict[str, Any]) -> dict[str, Any]:
    """An attribution reply in sayings, with an entry for each assertion as version 1 of its schema has it."""
    told = [
        {"assertion": id_, **{key: value for key, value in said.items() if key != "assertions"}}
        for said in answer["sayings"]
        for id_ in said["assertions"]
    ]
    return {**{key: value for key, value in answer.items() if key != "sayings"}, "attributions": told}


def body_reply(units: int, label: str = "body") -> dict[str, Any]:
    """A segments reply: everything has one label."""
    segment = {"first_unit": 1, "starts_with": None, "last_unit": units, "label": label}
    return {"language": "fr", "segments": [segment]}


def claim(text: str, *assertions: tuple[int, str | list[str]], kind: str = "fact") -> dict[str, Any]:
    """A claim of a claims reply: text, then (unit, quote or quotes) of each assertion."""
    said = [
        {"unit": unit, "quotes": [quotes] if isinstance(quotes, str) else quotes}
        for unit, quotes in assertions
    ]
    return {"assertions": said, "text": text, "kind": kind}


def source(id_: str, name: str, **facts: Any) -> dict[str, Any]:
    """A source of an attribution reply."""
    unset = {"kind": "person", "named": True, "role": None, "anonymity": None, "speaks_for": None}
    return {"id": id_, "name": name, **unset, **facts}


def hop(
    source_id: str, unit: int | None, source_words: str | None, cue_words: str | None, **facts: Any
) -> dict[str, Any]:
    """A hop of an attribution reply."""
    said = {"relation": "says", "style": "indirect", "unit": unit, "source_words": source_words}
    return {"source": source_id, **said, "cue_words": cue_words, **facts}


def saying(assertion: str, *chain: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """A saying of an attribution reply, which covers one assertion."""
    unset = {"stance": "affirms", "certainty": "certain", "hearsay": False, "said_when": None}
    return {"assertions": [assertion], "chain": list(chain), **unset, **facts}
