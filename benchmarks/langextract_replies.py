"""The requests of the langextract task and the recorded replies to them; needs no langextract.

benchmarks/data/langextract: ``description.md`` and ``examples.json`` are the task, ``request.json`` is what
langextract makes of them, ``replies/<case>.json`` is one reply each.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from extractor.evaluation.economy import Count, Given, Spent, sent_json

ROOT = Path(__file__).parent.parent
DATA = ROOT / "benchmarks" / "data" / "langextract"
REPLIES = DATA / "replies"
MODEL = "external-llm"

CLAIM = "claim"
ATTRIBUTES = "_attributes"
"""What langextract puts behind a class for the key of its attributes."""

Extraction = tuple[str, str, Mapping[str, Any]]
"""Class, passage and attributes."""


@dataclass(frozen=True)
class FixedPart:
    """What is the same in the requests about all articles.

    Args:
        system: the system message.
        before: the user message up to the article: description and examples.
        after: the user message behind the article.
        response_format: the JSON Schema that langextract makes of the examples, as sent.
    """

    system: str
    before: str
    after: str
    response_format: dict[str, Any]

    def around(self, text: str) -> str:
        """The user message about an article; langextract leaves out white space at its ends."""
        return f"{self.before}{text.strip()}{self.after}"

    def as_json(self) -> str:
        """As ``fixed_part`` reads it."""
        data = {**asdict(self), "before": self.before.splitlines(keepends=True)}
        return json.dumps(data, ensure_ascii=False, indent=2) + "\n"

    def attributes(self) -> dict[str, list[str]]:
        """The attributes of each class that strict decoding makes the model give, null where it has none."""
        items = self.response_format["json_schema"]["schema"]["properties"]["extractions"]["items"]
        found: dict[str, list[str]] = {}
        for variant in items["anyOf"]:
            name = next(iter(variant["properties"]))
            told, _ = variant["properties"][f"{name}{ATTRIBUTES}"]["anyOf"]
            found[name] = list(told["properties"])
        return found


def fixed_part() -> FixedPart:
    """The fixed part as it was exported."""
    data = json.loads((DATA / "request.json").read_bytes())
    return FixedPart(data["system"], "".join(data["before"]), data["after"], data["response_format"])


def write_reply(folder: Path, name: str, prompt: str, reply: str) -> None:
    """Record a reply, with the fingerprint of what it answers."""
    data = {"model": MODEL, "prompt_sha256": _fingerprint(prompt), "reply": reply.splitlines(keepends=True)}
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_bytes((json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode())


def read_reply(folder: Path, name: str, prompt: str) -> str | None:
    """The recorded reply to a prompt, None if there is none.

    Raises:
        ValueError: the recorded reply answers another prompt.
    """
    path = folder / f"{name}.json"
    if not path.exists():
        return None
    data = json.loads(path.read_bytes())
    if data["prompt_sha256"] != _fingerprint(prompt):
        raise ValueError(f"{path.name} answers another prompt")
    return "".join(data["reply"])


def _fingerprint(prompt: str) -> str:
    return sha256(prompt.encode()).hexdigest()


def extractions(reply: str) -> list[Extraction]:
    """The extractions of a reply, read as langextract reads it: no fence, nothing around the JSON.

    A list alone and items of several classes are let through.

    Raises:
        ValueError: it is none; langextract would give nothing of this article.
    """
    try:
        data: Any = json.loads(reply)
        items: Any = data["extractions"] if hasattr(data, "keys") else data
        return [found for item in items for found in _extractions(item)]
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"no extractions: {error}") from error


def _extractions(item: Mapping[str, Any]) -> Iterator[Extraction]:
    for name, passage in item.items():
        if not name.endswith(ATTRIBUTES):
            yield name, str(passage), item.get(f"{name}{ATTRIBUTES}") or {}


def spent(fixed: FixedPart, text: str, reply: str, count: Count = len) -> Spent:
    """What the call about an article spent."""
    return Spent(
        calls=1,
        input=count(fixed.system) + count(fixed.around(text)),
        fixed=count(fixed.system) + count(fixed.before),
        schema=count(sent_json(fixed.response_format)),
        output=count(reply),
    )


def given(found: list[Extraction]) -> Given:
    """What a reply holds: each extraction of a claim is an assertion, source and medium are its hops."""
    said = [attributes for name, _, attributes in found if name == CLAIM]
    return Given(
        claims=len({attributes.get("claim") for attributes in said}),
        assertions=len(said),
        hops=sum(bool(attributes.get(hop)) for attributes in said for hop in ("source", "medium")),
        parts=len(found) - len(said),
    )


def strictly(found: list[Extraction], fixed: FixedPart) -> str:
    """The reply as strict decoding would have it: with null for each attribute that does not apply."""
    known = fixed.attributes()
    items = [
        {
            name: passage,
            f"{name}{ATTRIBUTES}": {each: attributes.get(each) for each in known.get(name, attributes)},
        }
        for name, passage, attributes in found
    ]
    return json.dumps({"extractions": items}, ensure_ascii=False)
