"""Corrections made in brat, read back as a reference; what does not fit is an error, never left out."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, pairwise
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from extractor.errors import InvalidInput
from extractor.evaluation.reference import Reference
from extractor.exports.brat_lines import SEGMENTS, Bound, Range, read_lines
from extractor.exports.brat_notes import SOURCE_FACTS, is_break


def imported(path: Path, text: str) -> Reference:
    """The reference that an ``.ann`` file tells of its article.

    Args:
        path: the file.
        text: the article, exactly as the ``.txt`` file beside it.

    Raises:
        InvalidInput: a line cannot be read, an annotation lacks what it needs or belongs to nothing, two
            places say different things of one claim or source, or what comes of it does not fit the article.
    """
    try:
        told = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(str(path), getattr(error, "strerror", None) or str(error)) from error
    bound = read_lines(told, text, str(path))
    try:
        reference = Reference.model_validate(_Builder(bound, text, str(path)).reference())
    except ValidationError as error:
        raise InvalidInput(str(path), f"{error.errors()[0]['loc']}: {error.errors()[0]['msg']}") from error
    if fault := next(reference.faults(text), None):
        raise InvalidInput(str(path), fault)
    return reference


class _Registry:
    """Claims or sources by their ids: where one is told of several times, each time the same."""

    def __init__(self, letter: str, path: str) -> None:
        self._letter = letter
        self._path = path
        self._told: dict[str, tuple[dict[str, Any], int]] = {}

    def ids(self, drawn: Iterable[Bound]) -> dict[str, str]:
        """The id that each annotation's note gives, or the next free one for each new text."""
        notes = [(each.name, each.note) for each in drawn if each.note]
        given = {note.id for _, note in notes if note.id}
        by_text = {note.text: note.id for _, note in notes if note.id and note.text}
        free = (name for name in (f"{self._letter}{number}" for number in count(1)) if name not in given)
        ids: dict[str, str] = {}
        for name, note in notes:
            if note.id is None and note.text not in by_text:
                by_text[note.text or ""] = next(free)
            ids[name] = note.id or by_text[note.text or ""]
        return ids

    def tell(self, id_: str, whole: dict[str, Any], line: int) -> None:
        """Take in what a note and the attributes beside it say.

        Raises:
            InvalidInput: another note says something else.
        """
        known, first = self._told.setdefault(id_, (whole, line))
        for field, value in whole.items():
            if value != known[field]:
                raise InvalidInput(
                    self._path,
                    f"line {line}: {field} of {id_} is {value!r}, in line {first} it is {known[field]!r}: "
                    "correct it in both, or leave only the id in one note",
                )

    def of(self, id_: str, line: int) -> dict[str, Any]:
        """All that was told.

        Raises:
            InvalidInput: nothing was.
        """
        if id_ not in self._told:
            raise InvalidInput(self._path, f"line {line}: no note says what {id_} is")
        return self._told[id_][0]


class _Builder:
    def __init__(self, bound: Sequence[Bound], text: str, path: str) -> None:
        self._text = text
        self._path = path
        self._evidence = [each for each in bound if each.kind == "Evidence"]
        self._drawn_sources = [each for each in bound if each.kind == "Source"]
        self._segments = list(self._tiled([each for each in bound if each.kind in SEGMENTS]))
        self._claim_ids: dict[str, str] = {}
        self._source_ids: dict[str, str] = {}

    def reference(self) -> dict[str, Any]:
        """What ``Reference`` is made of."""
        sources = self._sources()
        return {"segments": self._segments, "sources": sources, "claims": self._claims()}

    def _tiled(self, drawn: Sequence[Bound]) -> Iterator[dict[str, Any]]:
        """Each from where it was drawn to the next one; only white space may stand between."""
        drawn = sorted(drawn, key=lambda each: each.ranges[0])
        flat = [(place, each) for each in drawn for place in each.ranges]
        ends = [(0, 0), *(place for place, _ in flat), (len(self._text), len(self._text))]
        for (_, end), (start, _) in pairwise(ends):
            if start < end:
                raise self._wrong(self._at(flat, start), "two segments overlap here")
            if self._text[end:start].strip():
                raise InvalidInput(self._path, f"{end} {start} of the article is in no segment")
        starts = [0, *(each.ranges[0][0] for each in drawn[1:]), len(self._text)]
        for each, (start, end) in zip(drawn, pairwise(starts), strict=bool(drawn)):
            yield {"label": each.kind.lower(), "start": start, "end": end}

    @staticmethod
    def _at(flat: Sequence[tuple[Range, Bound]], start: int) -> Bound:
        return next(each for (begin, _), each in reversed(flat) if begin == start)

    def _sources(self) -> list[dict[str, Any]]:
        registry = _Registry("s", self._path)
        self._source_ids = registry.ids(self._drawn_sources)
        for each in self._drawn_sources:
            if each.note and each.note.text is not None:
                facts = {field: each.note.facts.get(fact) for fact, field in SOURCE_FACTS.items()}
                whole = {
                    "name": each.note.text,
                    "kind": each.value("SourceKind", "unknown"),
                    "named": "Named" in each.attributes,
                }
                registry.tell(self._source_ids[each.name], {**whole, **facts}, each.line)
            else:
                self._refuse_facts(each, ("SourceKind", "Named"), SOURCE_FACTS)
        lines = {self._source_ids[each.name]: each.line for each in self._drawn_sources}
        return [
            {"id": id_, **registry.of(id_, line)}
            for id_, line in sorted(lines.items(), key=lambda item: int(item[0][1:]))
        ]

    def _claims(self) -> list[dict[str, Any]]:
        registry = _Registry("c", self._path)
        self._claim_ids = registry.ids(self._evidence)
        said: dict[str, list[dict[str, Any]]] = {}
        for each in self._evidence:
            id_ = self._claim_ids[each.name]
            if each.note and each.note.text is not None:
                whole = {"text": each.note.text, "kind": each.value("Kind", "fact")}
                registry.tell(id_, whole, each.line)
            else:
                self._refuse_facts(each, ("Kind",), ())
            said.setdefault(id_, []).append(self._assertion(each))
        lines = {self._claim_ids[each.name]: each.line for each in self._evidence}
        return [
            {"id": id_, **registry.of(id_, lines[id_]), "assertions": assertions}
            for id_, assertions in said.items()
        ]

    def _refuse_facts(self, drawn: Bound, attributes: Iterable[str], facts: Iterable[str]) -> None:
        """A note that is only an id leaves everything to the whole ones."""
        held = [name for name in attributes if name in drawn.attributes]
        held += [name for name in facts if drawn.note and name in drawn.note.facts]
        if held:
            raise self._wrong(
                drawn, f"{drawn.name} says its {held[0]} and not what it is of: the note is only an id"
            )

    def _assertion(self, drawn: Bound) -> dict[str, Any]:
        facts: Mapping[str, str] = drawn.note.facts if drawn.note else {}
        spans = [self._span(each) for each in self._joined(drawn, facts.get("apart", ""))]
        at = drawn.ranges[0][0]
        inside = (each["label"] for each in self._segments if each["start"] <= at < each["end"])
        return {
            "evidence": [{**span, "match": "exact"} for span in spans],
            "segment": next(inside, "other"),
            "stance": drawn.value("Stance", "affirms"),
            "certainty": drawn.value("Certainty", "certain"),
            "hearsay": "Hearsay" in drawn.attributes,
            "said_when": facts.get("when"),
            "chain": [self._hop(relation, source) for relation, source in self._in_order(drawn)],
            "checks": [],
        }

    def _in_order(self, evidence: Bound) -> list[tuple[str, Bound]]:
        """The hops of an assertion by their places; of a lone one it does not matter."""
        places = [self._place(source, lone=len(evidence.hops) == 1) for _, source in evidence.hops]
        if len(set(places)) < len(places):
            raise self._wrong(evidence, f"two hops of {evidence.name} have one Place: {sorted(places)}")
        return [hop for _, hop in sorted(zip(places, evidence.hops, strict=True), key=lambda item: item[0])]

    def _place(self, source: Bound, *, lone: bool) -> int:
        place = source.value("Place", "1" if lone else "")
        if not place:
            raise self._wrong(source, f"{source.name} is one of several hops and has no Place")
        if not re.fullmatch(r"[0-9]{1,4}", place):
            raise self._wrong(source, f"Place of {source.name} is no number: {place!r}")
        return int(place)

    def _hop(self, relation: str, source: Bound) -> dict[str, Any]:
        return {
            "source": self._source_ids[source.name],
            "relation": relation,
            "style": source.value("Style", "indirect"),
            "source_span": None if "NoWords" in source.attributes else self._whole(source),
            "cue_span": self._whole(source.cue) if source.cue else None,
        }

    def _joined(self, drawn: Bound, apart: str = "") -> Iterator[Range]:
        """The spans of an annotation: pieces with only a line break between them are one."""
        if not re.fullmatch(r"([0-9]{1,4}(, ?[0-9]{1,4})*)?", apart):
            raise self._wrong(drawn, f"apart of {drawn.name} is no list of numbers: {apart!r}")
        divided = {int(each) for each in apart.split(",") if each}
        if unknown := divided - set(range(1, len(drawn.ranges))):
            raise self._wrong(drawn, f"{drawn.name} has no gap {min(unknown)} to set apart")
        start, end = drawn.ranges[0]
        for gap, (following, last) in enumerate(drawn.ranges[1:], start=1):
            if gap in divided or not is_break(self._text[end:following]):
                yield start, end
                start = following
            end = last
        yield start, end

    def _whole(self, drawn: Bound) -> dict[str, Any]:
        places = list(self._joined(drawn))
        if len(places) > 1:
            raise self._wrong(drawn, f"{drawn.name}: a {drawn.kind} is in one piece")
        return self._span(places[0])

    def _span(self, place: Range) -> dict[str, Any]:
        start, end = place
        return {"start": start, "end": end, "text": self._text[start:end]}

    def _wrong(self, drawn: Bound, reason: str) -> InvalidInput:
        return InvalidInput(self._path, f"line {drawn.line}: {reason}")
