"""Where a quote may stand, and where it is said to stand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractor.excerpts import Excerpt

Range = tuple[int, int]
"""Start and end in code points, end exclusive."""

NEIGHBOURS = 1
"""Units around the hinted one that an altered quote is looked for first: models count units wrong by one."""


@dataclass(frozen=True)
class Scope:
    """The ranges of a search, each in text order.

    Args:
        allowed: a place must lie inside one of these.
        hinted: where it is said to stand; a place there is preferred.
        nearby: the hinted ranges and their neighbours; an altered quote is looked for there first.
    """

    allowed: tuple[Range, ...]
    hinted: tuple[Range, ...] = ()
    nearby: tuple[Range, ...] = ()


def scope_of(shown: Sequence[Excerpt], unit: int, allowed: Sequence[Range]) -> Scope:
    """The scope of a quote said to stand in a unit; a unit cut by another segment has several parts."""
    return Scope(
        tuple(allowed),
        tuple((each.start, each.end) for each in shown if each.number == unit),
        tuple((each.start, each.end) for each in shown if abs(each.number - unit) <= NEIGHBOURS),
    )


def segment_ranges(shown: Sequence[Excerpt]) -> Iterator[Range]:
    """The stretches of text that the excerpts cover, one for each run without a gap or new label."""
    start: int | None = None
    for index, excerpt in enumerate(shown):
        start = excerpt.start if start is None else start
        following = shown[index + 1] if index + 1 < len(shown) else None
        if following is None or following.opens_segment or following.start != excerpt.end:
            yield start, excerpt.end
            start = None
