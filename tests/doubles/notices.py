"""Articles of one line, any number of them, and the good reply to any request about them."""

import json
import re
from pathlib import Path
from typing import Any

from doubles.dialects import greeting
from doubles.loopback import Body
from doubles.scripted import as_asked, claim, hop, saying, source

_UNIT = re.compile(r"^\[(\d+)\] (.*)$", re.MULTILINE)
_ASSERTION = re.compile(r"^  (c\d+\.\d+) \[(\d+)\] ", re.MULTILINE)
_NOTICE = re.compile(r"Selon (.+?), (.+)\.")

_PROMPTS = {
    "segments": "You segment scraped news pages",
    "claims": "You list the claims of a news article",
    "attribution": "You attribute the claims of a news article",
}

_FIRST_NAMES = ("Anne", "Jean", "Louise", "Marc", "Nadia", "Paul", "Rose")
_LAST_NAMES = ("Roux", "Morel", "Blanc", "Petit", "Garnier")
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def notice(number: int) -> str:
    """An article such as ``Selon Anne Roux, le port 35 rouvre lundi.``; each number has its own."""
    name = f"{_FIRST_NAMES[number % len(_FIRST_NAMES)]} {_LAST_NAMES[number % len(_LAST_NAMES)]}"
    return f"Selon {name}, le port {number} rouvre {_DAYS[number % len(_DAYS)]}."


def write_articles(folder: Path, n: int) -> list[Path]:
    """Write notices 1 to n as text files whose names sort in this order; the folder is made if missing."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:06}.txt" for number in range(1, n + 1)]
    for number, path in enumerate(paths, 1):
        path.write_text(f"{notice(number)}\n", encoding="utf-8")
    return paths


def record_of(body: Body) -> str:
    """The record that a request asks for: by its schema's name, in other modes by its prompt."""
    if "json_schema" in body.get("response_format", {}):
        name: str = body["response_format"]["json_schema"]["name"]
        return name.rpartition("_v")[0]
    told = body["messages"][0]["content"]
    return next((record for record, words in _PROMPTS.items() if words in told), "probe")


def units_of(body: Body) -> dict[int, str]:
    """The numbered units that a request shows; those of its system message are examples."""
    return {int(number): text for number, text in _UNIT.findall(_shown(body))}


def answer(body: Body) -> str:
    """The content of a good reply about notices, one to a unit; to a probe, a greeting.

    Raises:
        KeyError: the record is none of segments, claims and attribution.
        ValueError: a unit is no notice.
    """
    if greeted := greeting(body):
        return greeted
    replies = {"segments": _segments, "claims": _claims, "attribution": _attribution}
    return json.dumps(as_asked(replies[record_of(body)](body), body), ensure_ascii=False)


def _shown(body: Body) -> str:
    content: str = next(each["content"] for each in body["messages"] if each["role"] == "user")
    return content


def _segments(body: Body) -> dict[str, Any]:
    units = units_of(body)
    segment = {"first_unit": min(units), "starts_with": None, "last_unit": max(units), "label": "body"}
    return {"language": "fr", "segments": [segment]}


def _claims(body: Body) -> dict[str, Any]:
    quotes = {number: _read(text)[1] for number, text in units_of(body).items()}
    return {
        "claims": [
            claim(f"{quote[0].upper()}{quote[1:]}.", (number, quote)) for number, quote in quotes.items()
        ]
    }


def _attribution(body: Body) -> dict[str, Any]:
    assertions = {id_: int(unit) for id_, unit in _ASSERTION.findall(_shown(body))}
    names = {number: _read(text)[0] for number, text in units_of(body).items()}
    ids = {name: f"s{at}" for at, name in enumerate(dict.fromkeys(names.values()), 1)}
    return {
        "sources": [source(id_, name) for name, id_ in ids.items()],
        "sayings": [
            saying(id_, hop(ids[names[unit]], unit, names[unit], "Selon")) for id_, unit in assertions.items()
        ],
    }


def _read(text: str) -> tuple[str, str]:
    """The source of a notice, and what it says."""
    found = _NOTICE.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no notice")
    return found[1], found[2]
