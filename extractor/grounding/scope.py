"""Where a quote may stand, and where it is said to stand."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

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


def cuts(quote: str, text: str, ranges: Sequence[Range]) -> Iterator[tuple[str, str]]:
    """The two pieces of a quote that runs over the border of two ranges, for each that it may run over.

    A border is found by the last word before it and the first word after it, side by side in the quote.
    """
    for (start, end), (following, last) in pairwise(ranges):
        before, after = text[start:end].split(), text[following:last].split()
        if not before or not after:
            continue
        for found in re.finditer(rf"{re.escape(before[-1])}\s*(?={re.escape(after[0])})", quote):
            yield quote[: found.end()], quote[found.end() :]


def segment_ranges(shown: Sequence[Excerpt]) -> Iterator[Range]:
    """The stretches of text that the excerpts cover, one for each run without a gap or new label."""
    start: int | None = None
    for index, excerpt in enumerate(shown):
        start = excerpt.start if start is None else start
        following = shown[index + 1] if index + 1 < len(shown) else None
        if following is None or following.opens_segment or following.start != excerpt.end:
            yield start, excerpt.end
            start = None
