"""One thing that changed between two results, and where it stands in each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from extractor.schemas.extraction.v1 import Span

Place = tuple[str | int, ...]
"""A path into a result's JSON, such as ``("claims", 2, "text")``; indices count from 0."""

Places = tuple[Place, Place]
"""Where a thing stands in the result of before and in that of now."""


@dataclass(frozen=True)
class Difference:
    """One thing that changed.

    Args:
        what: article, segment, source, claim, assertion, evidence, hop, rejected, problem or order.
        told: what became of it, such as "claim c3 lost: Le port rouvre lundi."
        old: where it stands in the result of before; None if it is new.
        new: where it stands in the result of now; None if it is lost.

    Differences of one place, such as two hops of a chain, are one change: they are taken or left together.
    """

    what: str
    told: str
    old: Place | None
    new: Place | None


def within(places: Places, *steps: str | int) -> Places:
    """Where a part of a thing stands."""
    old, new = places
    return (*old, *steps), (*new, *steps)


def changed_fields(
    what: str, owner: str, fields: Sequence[str], versions: tuple[object, object], places: Places
) -> Iterator[Difference]:
    """The fields in which two versions of a thing differ; ``owner`` begins each line."""
    for name in fields:
        one, other = (getattr(version, name) for version in versions)
        if one != other:
            told = f"{owner}{name.strip('_')} changed: {_shown(one)} -> {_shown(other)}"
            yield Difference(what, told, *within(places, name.strip("_")))


def changed_spans(
    what: str, name: str, versions: tuple[Sequence[Span], Sequence[Span]], places: Places
) -> Iterator[Difference]:
    """Spans that moved, came or went; a span that moved as a whole is said to be shifted."""
    old, new = versions
    before, after = [each for each in old if each not in new], [each for each in new if each not in old]
    for one, other in zip_longest(before, after):
        yield Difference(what, f"{name} {_span_change(one, other)}", *places)
    if not before and not after and list(old) != list(new):
        yield Difference(what, f"{name} in another order", *places)


def _span_change(one: Span | None, other: Span | None) -> str:
    if one is None or other is None:
        told, span = ("new", other) if one is None else ("lost", one)
        return f"{told}: {_placed(span)}"
    if one.text == other.text and one.start != other.start:
        return f"shifted by {other.start - one.start}: {one.text!r}"
    if (one.start, one.end) == (other.start, other.end):
        return f"at {one.start}: match {' -> '.join(getattr(each, 'match', 'none') for each in (one, other))}"
    return f"changed: {_placed(one)} -> {_placed(other)}"


def _placed(span: Span | None) -> str:
    return f"{span.start}-{span.end} {span.text!r}" if span else "nothing"


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, str) else str(value)
