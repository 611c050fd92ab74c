"""What has changed between two results of one article, by meaning: claims, spans and hops matched as sets.

Ids and order mean nothing here. Claims are paired by the overlap of their evidence and the likeness of their
text, assertions by the overlap of their evidence, so that the report says what became of each and not how the
JSON differs.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from rapidfuzz import fuzz

from extractor.golden.assignment import assign
from extractor.schemas.extraction.v1 import Assertion, Claim, Evidence, Extraction, Hop, Segment, Source, Span

T = TypeVar("T")

KIN = 0.3
"""Likeness, from 0 to 1, below which two claims are two claims: evidence that overlaps by a third and other
words, or other evidence and words that are half alike."""


@dataclass(frozen=True)
class Difference:
    """One thing that changed.

    Args:
        what: article, segment, source, claim, assertion, evidence, hop, rejected or problem.
        told: what became of it, such as "claim c3 lost: Le port rouvre lundi."
    """

    what: str
    told: str


def compare(before: Extraction, after: Extraction, text: str) -> list[Difference]:
    """Everything that differs in meaning between two results of one text; empty if only ids or order do."""
    return [
        *_article(before, after),
        *_segments(before.segments, after.segments, text),
        *_sources(before.sources, after.sources),
        *_claims(before, after),
        *_counted(
            "rejected",
            before,
            after,
            lambda each: [f"{r.record}: {r.reason} {r.value}" for r in each.rejected],
        ),
        *_counted("problem", before, after, lambda each: [f"{p.error}: {p.message}" for p in each.problems]),
    ]


def _article(before: Extraction, after: Extraction) -> Iterator[Difference]:
    for name in ("schema_", "status"):
        yield from _changed("article", name.strip("_"), getattr(before, name), getattr(after, name))
    for name in type(before.article).model_fields:
        yield from _changed("article", name, getattr(before.article, name), getattr(after.article, name))


def _changed(what: str, name: str, before: object, after: object) -> Iterator[Difference]:
    if before != after:
        yield Difference(what, f"{name} changed: {_shown(before)} -> {_shown(after)}")


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, str) else str(value)


def _segments(before: Sequence[Segment], after: Sequence[Segment], text: str) -> Iterator[Difference]:
    """Stretches whose label changed, by line; and borders that moved between segments of one label."""
    borders = sorted({0, len(text), *(e for s in (*before, *after) for e in (s.start, s.end))})
    runs: list[tuple[str, str, int, int]] = []
    for start, end in pairwise(borders):
        old, new = _label(before, start), _label(after, start)
        if old == new or not text[start:end].strip():
            continue
        if runs and runs[-1][:2] == (old, new) and not text[runs[-1][3] : start].strip():
            runs[-1] = (old, new, runs[-1][2], end)
        else:
            runs.append((old, new, start, end))
    for old, new, start, end in runs:
        yield Difference("segment", f"label {old} -> {new} for {_lines(text, start, end)}")
    if not runs and [s.start for s in before] != [s.start for s in after]:
        for told, ones, others in (("lost", before, after), ("new", after, before)):
            known = {segment.start for segment in others}
            for segment in ones:
                if segment.start not in known:
                    place = _lines(text, segment.start, segment.end)
                    yield Difference("segment", f"border {told}: {segment.label} at {segment.start}, {place}")


def _label(segments: Sequence[Segment], at: int) -> str:
    return next((each.label for each in segments if each.start <= at < each.end), "nothing")


def _lines(text: str, start: int, end: int) -> str:
    """Where a stretch stands, in lines that count from 1."""
    start += len(text[start:end]) - len(text[start:end].lstrip())
    end = start + len(text[start:end].rstrip())
    first, last = text.count("\n", 0, start) + 1, text.count("\n", 0, end) + 1
    return f"line {first}" if first == last else f"lines {first}-{last}"


def _sources(before: Sequence[Source], after: Sequence[Source]) -> Iterator[Difference]:
    names, others = {each.name: each for each in before}, {each.name: each for each in after}
    for name, source in names.items():
        if name not in others:
            yield Difference("source", f"source {name} lost")
            continue
        for field in ("kind", "named", "role", "anonymity", "speaks_for"):
            for each in _changed("source", field, getattr(source, field), getattr(others[name], field)):
                yield Difference("source", f"source {name}: {each.told}")
        for each in _spans("source", f"source {name}: mention", source.mentions, others[name].mentions):
            yield each
    for name in others:
        if name not in names:
            yield Difference("source", f"source {name} new")


def _claims(before: Extraction, after: Extraction) -> Iterator[Difference]:
    pairs = _pairs(before.claims, after.claims, _claim_likeness, KIN)
    for claim in _unpaired(before.claims, [one for one, _ in pairs]):
        yield Difference("claim", f"claim {claim.id} lost: {claim.text}")
    for one, other in pairs:
        if one.text != other.text:
            yield Difference("claim", f"text of {one.id} changed: {one.text!r} -> {other.text!r}")
        for each in _changed("claim", "kind", one.kind, other.kind):
            yield Difference("claim", f"{one.id}: {each.told}")
        yield from _assertions(one, other, before, after)
    for claim in _unpaired(after.claims, [other for _, other in pairs]):
        yield Difference("claim", f"claim {claim.id} new: {claim.text}")


def _claim_likeness(one: Claim, other: Claim) -> float:
    evidence = [[span for said in claim.assertions for span in said.evidence] for claim in (one, other)]
    return (_overlap(*evidence) + fuzz.ratio(one.text, other.text) / 100) / 2


def _overlap(one: Sequence[Span], other: Sequence[Span]) -> float:
    """Characters in both over characters in either."""
    first = {at for span in one for at in range(span.start, span.end)}
    second = {at for span in other for at in range(span.start, span.end)}
    return len(first & second) / len(first | second) if first | second else 0.0


def _assertions(one: Claim, other: Claim, before: Extraction, after: Extraction) -> Iterator[Difference]:
    def likeness(said: Assertion, said_now: Assertion) -> float:
        return _overlap(said.evidence, said_now.evidence)

    pairs = _pairs(one.assertions, other.assertions, likeness, 0.01)
    for said in _unpaired(one.assertions, [each for each, _ in pairs]):
        yield Difference("assertion", f"{one.id}: assertion lost: {_quoted(said.evidence)}")
    for said, now in pairs:
        where = f"{one.id} at {said.evidence[0].start}"
        yield from _spans("evidence", f"{where}: evidence", said.evidence, now.evidence)
        for field in ("segment", "stance", "certainty", "hearsay", "said_when", "checks"):
            for each in _changed("assertion", field, getattr(said, field), getattr(now, field)):
                yield Difference("assertion", f"{where}: {each.told}")
        yield from _hops(
            where,
            [(before.source(hop).name, hop) for hop in said.chain],
            [(after.source(hop).name, hop) for hop in now.chain],
        )
    for said in _unpaired(other.assertions, [each for _, each in pairs]):
        yield Difference("assertion", f"{one.id}: assertion new: {_quoted(said.evidence)}")


def _quoted(evidence: Sequence[Evidence]) -> str:
    return " [...] ".join(repr(each.text) for each in evidence)


def _hops(where: str, before: list[tuple[str, Hop]], after: list[tuple[str, Hop]]) -> Iterator[Difference]:
    left = [(place, name, hop) for place, (name, hop) in enumerate(after, start=1)]
    for place, (name, hop) in enumerate(before, start=1):
        found = next((each for each in left if each[1] == name), None)
        if found is None:
            yield Difference("hop", f"{where}: hop {name} lost")
            continue
        left.remove(found)
        if found[0] != place:
            yield Difference("hop", f"{where}: hop {name} moved from {place} to {found[0]}")
        for field in ("relation", "style"):
            for each in _changed("hop", field, getattr(hop, field), getattr(found[2], field)):
                yield Difference("hop", f"{where}: hop {name}: {each.told}")
        for field in ("source_span", "cue_span"):
            old, new = ([span] if (span := getattr(each, field)) else [] for each in (hop, found[2]))
            yield from _spans("hop", f"{where}: hop {name}: {field.replace('_', ' ')}", old, new)
    for _, name, _hop in left:
        yield Difference("hop", f"{where}: hop {name} new")


def _spans(what: str, name: str, before: Sequence[Span], after: Sequence[Span]) -> Iterator[Difference]:
    """Spans that moved, came or went; a span that moved as a whole is said to be shifted."""
    if list(before) == list(after):
        return
    for index in range(max(len(before), len(after))):
        one = before[index] if index < len(before) else None
        other = after[index] if index < len(after) else None
        if one == other:
            continue
        if one is None or other is None:
            told, span = ("new", other) if one is None else ("lost", one)
            assert span is not None  # noqa: S101 - one of the two is there
            yield Difference(what, f"{name} {told}: {span.start}-{span.end} {span.text!r}")
        elif one.text == other.text and one.start != other.start:
            yield Difference(what, f"{name} shifted by {other.start - one.start}: {one.text!r}")
        elif one.start == other.start and one.end == other.end:
            matches = (getattr(each, "match", "none") for each in (one, other))
            yield Difference(what, f"{name} at {one.start}: match {' -> '.join(matches)}")
        else:
            places = (f"{each.start}-{each.end} {each.text!r}" for each in (one, other))
            yield Difference(what, f"{name} changed: {' -> '.join(places)}")


def _counted(
    what: str, before: Extraction, after: Extraction, told: Callable[[Extraction], list[str]]
) -> Iterator[Difference]:
    old, new = told(before), told(after)
    for word, ones, others in (("lost", old, new), ("new", new, old)):
        rest = [*others]
        for each in ones:
            if each in rest:
                rest.remove(each)
            else:
                yield Difference(what, f"{what} {word}: {each}")


def _pairs(
    ones: Sequence[T], others: Sequence[T], likeness: Callable[[T, T], float], least: float
) -> list[tuple[T, T]]:
    found = assign([[likeness(one, other) for other in others] for one in ones], least)
    return [(ones[row], others[column]) for row, column in found]


def _unpaired(items: Sequence[T], paired: Sequence[T]) -> list[T]:
    return [item for item in items if not any(item is each for each in paired)]
