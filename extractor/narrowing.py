"""The schemas of the small profile, narrowed to one request: only units, ids and words that there are.

A server that decodes by schema can then give nothing else, so that a small model's reply is valid, its quotes
verbatim and its list of units complete, whatever it makes of the content.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from extractor.excerpts import Excerpt

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Scripts without spaces, of which each character counts as a word: Thai, Lao, Burmese, Khmer, kana, Han."""

_WORD = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])\w)+")
_WIDE = "\uff0c\uff1b\uff1a\uff01\uff1f\u3002\u3001"
"""The marks of Chinese and Japanese."""

_EDGES = f" \t\u00a0\u202f.,;:!?…()[]{_WIDE}«»“”\"'‘’„"
_CLAUSE_END = re.compile(
    rf"[{_WIDE}]+|[,;:!?…»”)\]]+\s+|\s+(?=[(«“„\[–—-])"
    r"|\s+(?=(?:que|qui|et|mais|car|dont|and|but|that|which|who|because)\s)"
)

MOST_CLAUSES = 8
"""Pieces a unit is cut into at the most; 36 runs of neighbours."""

LONGEST_NAME, LONGEST_CUE = 10, 5
"""Words of what names a source, and of what attributes; "l'AFP" has two."""

_LONGEST_WORDS = 300
"""Code points of either in a reply."""

Schema = dict[str, Any]


def narrowed(name: str, json_schema: Mapping[str, Any], variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """The JSON Schema of a request.

    Args:
        name: of the reply schema, such as ``claims_v2``; most are left as they are.
        json_schema: as the version has it.
        variables: what the prompt is filled in with.
    """
    narrow = _NARROWED.get(name)
    return narrow(json_schema, variables) if narrow else json_schema


def clause_runs(text: str) -> list[str]:
    """Whatever neighbouring clauses of a text make together, each verbatim; the whole text first."""
    cuts = [match.end() for match in _CLAUSE_END.finditer(text)][: MOST_CLAUSES - 1]
    borders = [0, *cuts, len(text)]
    runs = [
        text[start:end].strip(_EDGES)
        for at, start in enumerate(borders)
        for end in reversed(borders[at + 1 :])
    ]
    return [run for run in dict.fromkeys(runs) if run]


def word_runs(text: str, longest: int) -> list[str]:
    """Whatever up to so many neighbouring words of a text make together, without the marks at their edges."""
    words = [match.span() for match in _WORD.finditer(text)]
    runs = [
        text[start : words[last][1]].strip(_EDGES)
        for first, (start, _) in enumerate(words)
        for last in range(first, min(len(words), first + longest))
    ]
    return [run for run in dict.fromkeys(runs) if 0 < len(run) <= _LONGEST_WORDS]


def _segments(json_schema: Mapping[str, Any], variables: Mapping[str, Any]) -> Schema:
    units: Sequence[Excerpt] = variables["units"]
    label = _entry(json_schema, "labels")
    return _with(json_schema, "labels", _object({str(unit.number): label for unit in units}))


def _claims(json_schema: Mapping[str, Any], variables: Mapping[str, Any]) -> Schema:
    units: Sequence[Excerpt] = variables["units"]
    claim = json_schema["$defs"]["Claim"]
    kinds = {"enum": list(variables["kinds"])}
    per_unit: Schema = {}
    for number, text in _texts(units).items():
        quotes = clause_runs(text)
        quote = {"enum": quotes} if quotes else claim["properties"]["quote"]
        per_unit[number] = {
            **_entry(json_schema, "units"),
            **({} if quotes else {"maxItems": 0}),
            "items": _with(_with(claim, "kind", kinds), "quote", quote),
        }
    return _with(json_schema, "units", _object(per_unit))


def _attribution(json_schema: Mapping[str, Any], variables: Mapping[str, Any]) -> Schema:
    texts = _texts(variables["units"])
    said = json_schema["$defs"]["Said"]
    listed = [each for claim in variables["claims"] for each in claim.assertions]
    words: Schema = {}
    entries: Schema = {}
    for each in listed:
        number = str(each.unit)
        words[f"Name{number}"] = _enum(word_runs(texts[number], LONGEST_NAME))
        words[f"Cue{number}"] = _enum(word_runs(texts[number], LONGEST_CUE))
        name, cue = _or_null(f"Name{number}"), _or_null(f"Cue{number}")
        entries[each.id] = _with(_with(_with(said, "source", name), "medium", name), "cue", cue)
    whole = _with(json_schema, "assertions", _object(entries))
    return {**whole, "$defs": {**whole["$defs"], **words}}


_NARROWED: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Schema]] = {
    "segments_v2": _segments,
    "claims_v2": _claims,
    "attribution_v3": _attribution,
}


def _entry(json_schema: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The schema of the entries of an object with any keys."""
    (entry,) = json_schema["properties"][name]["patternProperties"].values()
    narrower: Mapping[str, Any] = entry
    return narrower


def _texts(units: Sequence[Excerpt]) -> dict[str, str]:
    """What is shown of each unit: a unit that a segment begins in can be shown in two parts."""
    texts: dict[str, str] = {}
    for unit in units:
        number = str(unit.number)
        texts[number] = f"{texts[number]} {unit.text}" if number in texts else unit.text
    return texts


def _object(properties: Mapping[str, Any]) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _enum(words: Sequence[str]) -> Schema:
    """One of these; a unit without words of a bearable length has none."""
    return {"enum": list(words)} if words else {"type": "null"}


def _or_null(definition: str) -> Schema:
    return {"anyOf": [{"$ref": f"#/$defs/{definition}"}, {"type": "null"}]}


def _with(json_schema: Mapping[str, Any], name: str, narrower: Mapping[str, Any]) -> Schema:
    """A schema of an object with another schema for one property, whose description stays."""
    before: Mapping[str, Any] = json_schema["properties"][name]
    told = {"description": before["description"]} if "description" in before else {}
    return {**json_schema, "properties": {**json_schema["properties"], name: {**narrower, **told}}}
