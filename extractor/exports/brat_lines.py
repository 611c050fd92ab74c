"""The lines of a brat file: each is taken in and belongs somewhere, or is an error with its number."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from extractor.errors import InvalidInput
from extractor.exports.brat_notes import CLAIM_FACTS, SOURCE_FACTS, Note, read_note

SEGMENTS = frozenset(
    ("Headline", "Byline", "Body", "Caption", "Related", "Advert", "Promo", "Comment", "Boilerplate", "Other")
)
ATTRIBUTES = {
    "Kind": "Evidence",
    "Stance": "Evidence",
    "Certainty": "Evidence",
    "Hearsay": "Evidence",
    "Place": "Source",
    "Style": "Source",
    "SourceKind": "Source",
    "Named": "Source",
    "NoWords": "Source",
}
"""The attributes, and what they are of."""

_FLAGS = frozenset(("Hearsay", "Named", "NoWords"))
_ENDS = {"Says": ("Evidence", "Source"), "Carries": ("Evidence", "Source"), "CueOf": ("Source", "Cue")}
_FACTS = {"Evidence": CLAIM_FACTS, "Source": tuple(SOURCE_FACTS)}
_LETTERS = {"Evidence": "c", "Source": "s"}
_BOUND = re.compile(r"(T\d{1,9})\t(\S+) (\d{1,9} \d{1,9}(?:;\d{1,9} \d{1,9})*)\t(.*)", re.DOTALL)
_RELATION = re.compile(r"(R\d+)\t(\S+) Arg1:(\S+) Arg2:(\S+)\s*")
_ATTRIBUTE = re.compile(r"([AM]\d+)\t(\S+) (\S+)(?: (\S+))?\s*")
_NOTE = re.compile(r"(#\d+)\tAnnotatorNotes (\S+)\t(.*)", re.DOTALL)

Range = tuple[int, int]


@dataclass
class Bound:
    """A text-bound annotation with what the other lines say of it.

    Args:
        name: ``T7``.
        kind: ``Evidence``, or another of annotation.conf's.
        ranges: its pieces in the article, in order.
        line: its number in the file, from 1.
    """

    name: str
    kind: str
    ranges: tuple[Range, ...]
    line: int
    attributes: dict[str, str] = field(default_factory=dict[str, str])
    note: Note | None = None
    hops: list[tuple[str, "Bound"]] = field(default_factory=list[tuple[str, "Bound"]])
    cue: "Bound | None" = None
    used: bool = False

    def value(self, attribute: str, default: str) -> str:
        """The attribute's value."""
        return self.attributes.get(attribute, default)


def read_lines(told: str, text: str, path: str) -> list[Bound]:
    """The annotations of a file in the order of their numbers, joined by its relations.

    Args:
        told: the file.
        text: the article.
        path: names the file in errors.

    Raises:
        InvalidInput: a line cannot be read, says what another says differently, or belongs to nothing.
    """
    lines = [(number, line) for number, line in enumerate(told.split("\n"), start=1) if line.strip()]
    reader = _Reader(text, path)
    reader.read(lines)
    return sorted(reader.bound.values(), key=lambda each: int(each.name[1:]))


class _Reader:
    def __init__(self, text: str, path: str) -> None:
        self.bound: dict[str, Bound] = {}
        self._text = text
        self._path = path

    def read(self, lines: list[tuple[int, str]]) -> None:
        """Annotations first: the other lines are of them, wherever they stand."""
        first: dict[str, int] = {}
        others: list[tuple[int, str]] = []
        for number, line in lines:
            name = line.partition("\t")[0]
            if first.setdefault(name, number) != number:
                raise self.wrong(number, f"{name} is the name of line {first[name]} already")
            if found := _BOUND.fullmatch(line):
                self.bound[name] = self._bound(*found.groups(), line=number)
            else:
                others.append((number, line))
        for number, line in others:
            self._other(line, number)
        self._all_belong()

    def _bound(self, name: str, kind: str, places: str, words: str, *, line: int) -> Bound:
        if kind not in SEGMENTS and kind not in ("Evidence", "Source", "Cue"):
            raise self.wrong(line, f"{kind} is no kind of annotation here")
        ranges = [(int(start), int(end)) for start, end in (each.split() for each in places.split(";"))]
        if any(not start < end <= len(self._text) for start, end in ranges):
            raise self.wrong(line, f"{places} is no place in the article")
        if " ".join(self._text[start:end] for start, end in ranges) != words:
            raise self.wrong(line, f"the article does not have {words[:60]!r} there")
        ranges.sort()
        if any(end > following for (_, end), (following, _) in pairwise(ranges)):
            raise self.wrong(line, f"{places}: its pieces overlap")
        return Bound(name, kind, tuple(ranges), line)

    def _other(self, line: str, number: int) -> None:
        if found := _RELATION.fullmatch(line):
            _, kind, one, other = found.groups()
            self._relate(kind, one, other, number)
        elif found := _ATTRIBUTE.fullmatch(line):
            _, name, of, value = found.groups()
            self._attribute(name, of, value, number)
        elif found := _NOTE.fullmatch(line):
            _, of, told = found.groups()
            self._note(of, told, number)
        else:
            raise self.wrong(number, f"cannot be read: {line[:60]!r}")

    def _relate(self, kind: str, one: str, other: str, line: int) -> None:
        if kind not in _ENDS:
            raise self.wrong(line, f"{kind} is no relation here")
        begins, ends = _ENDS[kind]
        start, end = self.bound.get(one), self.bound.get(other)
        if start is None or start.kind != begins:
            raise self.wrong(line, f"a {kind} relation begins at {one}, which is no {begins}")
        if end is None or end.kind != ends:
            raise self.wrong(line, f"a {kind} relation leads to {other}, which is no {ends}")
        end.used = True
        if kind != "CueOf":
            start.hops.append((kind.lower(), end))
        elif start.cue:
            raise self.wrong(line, f"{one} has a second Cue: {start.cue.name} and {other}")
        else:
            start.cue = end

    def _attribute(self, name: str, of: str, value: str | None, line: int) -> None:
        bound = self.bound.get(of)
        if name not in ATTRIBUTES:
            raise self.wrong(line, f"{name} is no attribute here")
        if bound is None or bound.kind != ATTRIBUTES[name]:
            raise self.wrong(line, f"{name} is of {of}, which is no {ATTRIBUTES[name]}")
        if name in bound.attributes:
            raise self.wrong(line, f"{of} has {name} twice")
        if (value is None) is not (name in _FLAGS):
            raise self.wrong(line, f"{name} has {'no value' if name in _FLAGS else 'to have a value'}")
        bound.attributes[name] = value or ""

    def _note(self, of: str, told: str, line: int) -> None:
        bound = self.bound.get(of)
        if bound is None or bound.kind not in _FACTS:
            raise self.wrong(line, f"a note is of {of}, which is no Evidence and no Source")
        if bound.note:
            raise self.wrong(line, f"{of} has a second note")
        try:
            bound.note = read_note(told)
        except ValueError as error:
            raise self.wrong(line, str(error)) from error
        if bound.note.id and bound.note.id[0] != _LETTERS[bound.kind]:
            raise self.wrong(
                line, f"{bound.note.id} is no id of {bound.kind}: those begin with {_LETTERS[bound.kind]}"
            )
        if strange := [name for name in bound.note.facts if name not in _FACTS[bound.kind]]:
            raise self.wrong(
                line, f"{strange[0]!r} is no fact of {bound.kind}: there are {', '.join(_FACTS[bound.kind])}"
            )

    def _all_belong(self) -> None:
        for each in self.bound.values():
            if each.kind == "Source" and not each.used:
                raise self.wrong(each.line, f"{each.name}: no relation leads from an Evidence to this Source")
            if each.kind == "Cue" and not each.used:
                raise self.wrong(each.line, f"{each.name}: this Cue is of no Source")
            if each.kind in _FACTS and not (each.note and (each.note.id or each.note.text)):
                what = "the claim" if each.kind == "Evidence" else "the name of the source"
                raise self.wrong(each.line, f"{each.name} has no note with {what}")

    def wrong(self, line: int, reason: str) -> InvalidInput:
        return InvalidInput(self._path, f"line {line}: {reason}")
