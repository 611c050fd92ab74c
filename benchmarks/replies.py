"""What benchmarks/server.py answers: the golden cases' replies, encoded once, chosen by bytes of the request.

A request is not parsed: quotation marks inside its texts are escaped, so that ``"name":"claims`` can only be
the name of a reply's schema, and an article is known by a piece of its text that is the same bytes in any
JSON encoding.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extractor.models.recordings import Recording, find_recordings, read_recording

GOLDEN = Path(__file__).parent.parent / "golden"
NAMES = ("asylum-seekers", "halloween-madrid", "postier-bretagne", "seed")
"""The cases whose articles are measured; figures of other ones would be other figures."""

LAST_LINE = "Dossier {number:06}"
"""The last line of an article of benchmarks/articles.py, ASCII and one unit.

It is answered as a caption, from which claims are taken, so that it is shown in each of the article's
requests: else those for claims and attribution would be the same for all articles of a golden case, and come
from the cache.
"""

SHORT = "Brève {number:06}."
"""A whole article of one unit."""

CHARACTERS_A_TOKEN = 3.5
"""Rough; only so that ``usage`` has plausible counts."""

_KIND = re.compile(rb'"name": ?"(segments|claims|attribution|repair|langextract)')
_IS_LONGER = re.compile(rb"\] Dossier \d{6}")
_IS_SHORT = re.compile(rb"\[1\] Br(?:\xc3\xa8|\\u00e8)ve \d{6}\.")
_ASCII = re.compile(r"[A-Za-z0-9 ,;:()]{20,}")
_UNIT = re.compile(r"^\[(\d+)\] (.*)$", re.MULTILINE)
_RECORDS = ("segments", "claims", "attribution")


@dataclass(frozen=True)
class Case:
    """A golden case as the server and the peers of extractor need it.

    Args:
        name: the folder's.
        text: the article.
        marker: a piece of the text that stands in each of its requests and in no other case's.
        recordings: by record.
    """

    name: str
    text: str
    marker: str
    recordings: Mapping[str, Recording]

    @property
    def claims(self) -> int:
        """Claims of the expected result."""
        expected = json.loads((GOLDEN / self.name / "expected.json").read_text(encoding="utf-8"))
        return len(expected["claims"])


def load_cases() -> tuple[Case, ...]:
    """The golden cases, sorted by name."""
    names = NAMES
    found = {
        name: {
            recording.record: recording
            for recording in map(read_recording, find_recordings(GOLDEN / name).values())
        }
        for name in names
    }
    asked = {name: [_asked(found[name][record]) for record in _RECORDS] for name in names}
    return tuple(
        Case(
            name,
            (GOLDEN / name / "article.txt").read_text(encoding="utf-8"),
            next(_markers(asked[name], [each for other in names if other != name for each in asked[other]])),
            found[name],
        )
        for name in names
    )


def _asked(recording: Recording) -> str:
    text: str = recording.body["messages"][-1]["content"]
    return text


def _markers(own: Sequence[str], others: Sequence[str]) -> Iterator[str]:
    for _, line in _UNIT.findall(own[1]):
        for piece in _ASCII.findall(line):
            if all(piece in each for each in own) and not any(piece in each for each in others):
                yield piece.strip()


class Replies:
    """HTTP answers by request.

    Args:
        headers: of each answer, such as the limits it states.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers
        cases = load_cases()
        self._markers = [(case.marker.encode(), case.name) for case in cases]
        self._answers: dict[tuple[str, bytes, bool], bytes] = {}
        for case in cases:
            for record, recording in case.recordings.items():
                content, asked = recording.reply.content, len(json.dumps(dict(recording.body)))
                self._answers[case.name, record.encode(), False] = self._answer(content, asked)
                self._answers[case.name, record.encode(), True] = self._answer(content, asked)
            longer = _with_last_line(case.recordings["segments"])
            self._answers[case.name, b"segments", True] = self._answer(longer, 10_000)
            spoken = self._answer(_langextract(case.recordings["claims"]), 4_000)
            self._answers[case.name, b"langextract", False] = spoken
            self._answers[case.name, b"langextract", True] = spoken
        one = {"first_unit": 1, "starts_with": None, "last_unit": 1, "label": "body"}
        self._short = {
            b"segments": self._answer(json.dumps({"language": "fr", "segments": [one]}), 6_000),
            b"claims": self._answer('{"claims": []}', 6_000),
        }
        self._repair = self._answer('{"repairs": []}', 6_000)
        self._other = self._answer(cases[0].recordings["claims"].reply.content, 6_000)

    def find(self, body: bytes) -> bytes:
        """The whole HTTP answer to the body of a request."""
        named = _KIND.search(body)
        if named is None:
            return self._other
        kind = named[1]
        for marker, name in self._markers:
            if marker in body and (answer := self._answers.get((name, kind, bool(_IS_LONGER.search(body))))):
                return answer
        if kind == b"repair":
            return self._repair
        return self._short.get(kind, self._other) if _IS_SHORT.search(body) else self._other

    def _answer(self, content: str, asked: int) -> bytes:
        given, got = (round(size / CHARACTERS_A_TOKEN) for size in (asked, len(content)))
        message = {"role": "assistant", "content": content, "refusal": None}
        completion = {
            "id": "chatcmpl-bench",
            "object": "chat.completion",
            "created": 1_764_000_000,
            "model": "bench",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
            "usage": {
                "prompt_tokens": given,
                "completion_tokens": got,
                "total_tokens": given + got,
                "prompt_tokens_details": {"cached_tokens": given // 2},
            },
        }
        return http_answer("200 OK", completion, self._headers)


def http_answer(status: str, data: Any, headers: Mapping[str, str]) -> bytes:
    """An HTTP/1.1 answer with a JSON body."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    all_headers = {"content-type": "application/json", "content-length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in all_headers.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def _with_last_line(recording: Recording) -> str:
    """The recorded segments and one more, for the unit that the last line adds."""
    reply = json.loads(recording.reply.content)
    number = int(_UNIT.findall(_asked(recording))[-1][0]) + 1
    reply["segments"].append(
        {"first_unit": number, "starts_with": None, "last_unit": number, "label": "caption"}
    )
    return json.dumps(reply, ensure_ascii=False)


def _langextract(recording: Recording) -> str:
    """The recorded claims as langextract's reply; their quotes are verbatim, so that they can be aligned."""
    claims = json.loads(recording.reply.content)["claims"]
    return json.dumps(
        {
            "extractions": [
                {"claim": said["quotes"][0], "claim_attributes": {"text": claim["text"], "source": "outlet"}}
                for claim in claims
                for said in claim["assertions"]
            ]
        },
        ensure_ascii=False,
    )
