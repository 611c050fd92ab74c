"""Corrections made in brat, read back as a reference; what does not fit is an error, never left out."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from extractor.errors import InvalidInput
from extractor.evaluation.reference import Reference
from extractor.exports.brat import BREAKS, FACTS, WHEN

SEGMENTS = frozenset(
    ("Headline", "Byline", "Body", "Caption", "Related", "Advert", "Promo", "Comment", "Boilerplate", "Other")
)
_BOUND = re.compile(r"(T\d+)\t(\S+) (\d+ \d+(?:;\d+ \d+)*)\t(.*)", re.DOTALL)
_RELATION = re.compile(r"(R\d+)\t(Says|Carries|CueOf) Arg1:(T\d+) Arg2:(T\d+)\s*")
_ATTRIBUTE = re.compile(r"([AM]\d+)\t(\S+) (T\d+)(?: (\S+))?\s*")
_NOTE = re.compile(r"(#\d+)\tAnnotatorNotes (T\d+)\t(.*)", re.DOTALL)
_NAMED = re.compile(r"([cs]\d+): ?(.*)", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)")
_PLAIN = {"n": "\n", "r": "\r", "t": "\t"}

Range = tuple[int, int]


@dataclass(frozen=True)
class _Bound:
    """A text-bound annotation: pieces on either side of a line break are one."""

    number: int
    kind: str
    ranges: tuple[Range, ...]
    line: int


@dataclass
class _Drawn:
    """Everything in a file, by the annotation it is of."""

    bound: dict[str, _Bound] = field(default_factory=dict[str, _Bound])
    attributes: defaultdict[str, dict[str, str | None]] = field(default_factory=lambda: defaultdict(dict))
    notes: dict[str, str] = field(default_factory=dict[str, str])
    hops: defaultdict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    cues: dict[str, str] = field(default_factory=dict[str, str])

    def of_kind(self, *kinds: str) -> Iterator[tuple[str, _Bound]]:
        """The annotations of a kind, in the order of their numbers."""
        found = [(name, each) for name, each in self.bound.items() if each.kind in kinds]
        yield from sorted(found, key=lambda item: item[1].number)


def imported(path: Path, text: str) -> Reference:
    """The reference that an ``.ann`` file tells of its article.

    Args:
        path: the file.
        text: the article, exactly as the ``.txt`` file beside it.

    Raises:
        InvalidInput: a line cannot be read, an annotation lacks what it needs or belongs to nothing, or
            what comes of it does not fit the article.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(str(path), getattr(error, "strerror", None) or str(error)) from error
    reader = _Reader(str(path), text)
    for number, line in enumerate(lines, start=1):
        if line.strip():
            reader.read(line, number)
    try:
        reference = Reference.model_validate(reader.reference())
    except ValidationError as error:
        raise InvalidInput(str(path), f"{error.errors()[0]['loc']}: {error.errors()[0]['msg']}") from error
    if fault := next(reference.faults(text), None):
        raise InvalidInput(str(path), fault)
    return reference


class _Reader:
    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text
        self._drawn = _Drawn()
        self._sources: dict[str, dict[str, Any]] = {}

    def read(self, line: str, number: int) -> None:
        """Take in a line."""
        drawn = self._drawn
        if found := _BOUND.fullmatch(line):
            name, kind, places, words = found.groups()
            drawn.bound[name] = self._bound(int(name[1:]), kind, places, words, number)
        elif found := _RELATION.fullmatch(line):
            _, kind, one, other = found.groups()
            if kind == "CueOf":
                drawn.cues[one] = other
            else:
                drawn.hops[one].append((kind.lower(), other))
        elif found := _ATTRIBUTE.fullmatch(line):
            _, kind, of, value = found.groups()
            drawn.attributes[of][kind] = value
        elif found := _NOTE.fullmatch(line):
            drawn.notes[found[2]] = _ESCAPE.sub(lambda each: _PLAIN.get(each[1], each[1]), found[3])
        else:
            raise self._wrong(number, f"cannot be read: {line[:60]!r}")

    def _bound(self, number: int, kind: str, places: str, words: str, line: int) -> _Bound:
        if kind not in SEGMENTS and kind not in ("Evidence", "Source", "Cue"):
            raise self._wrong(line, f"{kind} is no kind of annotation here")
        ranges = [(int(start), int(end)) for start, end in (each.split() for each in places.split(";"))]
        if any(not start < end <= len(self._text) for start, end in ranges):
            raise self._wrong(line, f"{places} is no place in the article")
        if " ".join(self._text[start:end] for start, end in ranges) != words:
            raise self._wrong(line, f"the article does not have {words[:60]!r} there")
        return _Bound(number, kind, tuple(self._joined(sorted(ranges))), line)

    def _joined(self, ranges: Sequence[Range]) -> Iterator[Range]:
        """Pieces with nothing but white space and a line break between them are one."""
        start, end = ranges[0]
        for following, last in ranges[1:]:
            between = self._text[end:following]
            if not between.strip() and (BREAKS.search(between) or not between):
                end = last
            else:
                yield start, end
                start, end = following, last
        yield start, end

    def reference(self) -> dict[str, Any]:
        """What ``Reference`` is made of."""
        claims = list(self._claims().values())
        self._check_all_belong()
        sources = [self._sources[id_] for id_ in sorted(self._sources, key=lambda id_: int(id_[1:]))]
        return {"segments": self._segments(), "sources": sources, "claims": claims}

    def _segments(self) -> list[dict[str, Any]]:
        """Each begins where it was drawn; white space belongs to the one before."""
        drawn = sorted((each.ranges[0][0], each.kind) for _, each in self._drawn.of_kind(*SEGMENTS))
        if not drawn:
            return []
        starts = [0, *(start for start, _ in drawn[1:])]
        ends = [*starts[1:], len(self._text)]
        return [
            {"label": kind.lower(), "start": start, "end": end}
            for (_, kind), start, end in zip(drawn, starts, ends, strict=True)
        ]

    def _claims(self) -> dict[str, dict[str, Any]]:
        """Evidence with one claim id, or without an id one text, is of one claim."""
        claims: dict[str, dict[str, Any]] = {}
        for name, bound in self._drawn.of_kind("Evidence"):
            told, _, when = self._note(name, bound).partition(WHEN)
            named = _NAMED.fullmatch(told)
            text = named[2] if named else told
            claim = claims.setdefault(
                named[1] if named else text,
                {"id": named[1] if named else "", "text": text, "kind": self._value(name, "Kind", "fact")},
            )
            claim.setdefault("assertions", []).append(self._assertion(name, bound, when or None))
        _name_new(claims)
        return claims

    def _assertion(self, name: str, bound: _Bound, when: str | None) -> dict[str, Any]:
        at = bound.ranges[0][0]
        inside = (each for each in self._segments() if each["start"] <= at < each["end"])
        return {
            "evidence": [{**self._span(each), "match": "exact"} for each in bound.ranges],
            "segment": next(inside, {"label": "other"})["label"],
            "stance": self._value(name, "Stance", "affirms"),
            "certainty": self._value(name, "Certainty", "certain"),
            "hearsay": "Hearsay" in self._drawn.attributes[name],
            "said_when": when,
            "chain": [self._hop(relation, source) for relation, source in self._in_order(name)],
            "checks": [],
        }

    def _in_order(self, evidence: str) -> list[tuple[str, str]]:
        """The hops of an assertion by their places."""
        hops = self._drawn.hops[evidence]
        return sorted(hops, key=lambda hop: self._place(hop[1]))

    def _place(self, source: str) -> int:
        place = self._value(source, "Place", "1")
        if not place.isdecimal():
            raise InvalidInput(self._path, f"Place of {source} is no number: {place!r}")
        return int(place)

    def _hop(self, relation: str, name: str) -> dict[str, Any]:
        bound = self._drawn.bound.get(name)
        if bound is None or bound.kind != "Source":
            raise InvalidInput(self._path, f"a {relation} relation leads to {name}, which is no Source")
        has_words = "NoWords" not in self._drawn.attributes[name]
        cue = self._drawn.bound.get(self._drawn.cues.get(name, ""))
        return {
            "source": self._source(name, bound),
            "relation": relation,
            "style": self._value(name, "Style", "indirect"),
            "source_span": self._whole(bound) if has_words else None,
            "cue_span": self._whole(cue) if cue else None,
        }

    def _source(self, name: str, bound: _Bound) -> str:
        """Register a source by its note; its id."""
        told = self._note(name, bound)
        facts: dict[str, str | None] = dict.fromkeys(FACTS)
        for key, before in reversed(FACTS.items()):
            told, found, value = told.partition(before)
            facts[key] = value if found else None
        named = _NAMED.fullmatch(told)
        id_ = (
            named[1]
            if named
            else next(
                (each for each, known in self._sources.items() if known["name"] == told), self._new_id()
            )
        )
        self._sources.setdefault(
            id_,
            {
                "id": id_,
                "name": named[2] if named else told,
                "kind": self._value(name, "SourceKind", "unknown"),
                "named": "Named" in self._drawn.attributes[name],
                **facts,
            },
        )
        return id_

    def _new_id(self) -> str:
        """One that neither a known source nor a note has."""
        noted = {found[1] for note in self._drawn.notes.values() if (found := _NAMED.match(note))}
        taken = noted | set(self._sources)
        return next(
            name for name in (f"s{number}" for number in range(1, len(taken) + 2)) if name not in taken
        )

    def _check_all_belong(self) -> None:
        sources = {source for hops in self._drawn.hops.values() for _, source in hops}
        cues = set(self._drawn.cues.values())
        for name, bound in self._drawn.bound.items():
            if bound.kind == "Source" and name not in sources:
                raise self._wrong(bound.line, f"{name}: no relation leads from an Evidence to this Source")
            if bound.kind == "Cue" and name not in cues:
                raise self._wrong(bound.line, f"{name}: this Cue is of no Source")
        for evidence in self._drawn.hops:
            if (start := self._drawn.bound.get(evidence)) is None or start.kind != "Evidence":
                raise InvalidInput(self._path, f"a relation begins at {evidence}, which is no Evidence")

    def _note(self, name: str, bound: _Bound) -> str:
        note = self._drawn.notes.get(name, "").strip()
        if not note:
            what = "the claim" if bound.kind == "Evidence" else "the name of the source"
            raise self._wrong(bound.line, f"{name} has no note with {what}")
        return note

    def _value(self, name: str, attribute: str, default: str) -> str:
        return self._drawn.attributes[name].get(attribute) or default

    def _whole(self, bound: _Bound) -> dict[str, Any]:
        return self._span((bound.ranges[0][0], bound.ranges[-1][1]))

    def _span(self, place: Range) -> dict[str, Any]:
        start, end = place
        return {"start": start, "end": end, "text": self._text[start:end]}

    def _wrong(self, line: int, reason: str) -> InvalidInput:
        return InvalidInput(self._path, f"line {line}: {reason}")


def _name_new(claims: Mapping[str, dict[str, Any]]) -> None:
    """Give the claims without an id the next ones."""
    taken = {claim["id"] for claim in claims.values()}
    free = (name for name in (f"c{number}" for number in range(1, 2 * len(claims) + 2)) if name not in taken)
    for claim in claims.values():
        claim["id"] = claim["id"] or next(free)
