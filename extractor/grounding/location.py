"""Where in an article words stand: exactly, else folded, else folded without case; never a guess.

The words may stand in several places. Which is meant is decided by where they are said to stand, then by
nearness, never by coming first.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import merge
from typing import Literal

from extractor.characters import joins
from extractor.grounding.borders import torn
from extractor.grounding.folding import Folded
from extractor.grounding.scope import Range, Scope
from extractor.grounding.searchable import Searchable

_EDGES = " '.,;:"
"""Folded punctuation at the edges of a quote that the article need not have: models close a quote with a full
stop, or in quotation marks of their own. Not "?" and "!": they make another sentence of it."""

_LONGER = 3
"""How much longer than a quote its place can be: entities and white space that fold to one character."""


@dataclass(frozen=True)
class Place:
    """Where words were found, and how.

    Args:
        start: first code point.
        end: code point after the last.
        match: exact; normalized if only folding makes them equal; fuzzy if small differences remain.
        torn: "word" or "figure" if it begins or ends inside one, else None.
    """

    start: int
    end: int
    match: Literal["exact", "normalized", "fuzzy"]
    torn: Literal["word", "figure"] | None = None


def locate(
    words: str, text: Searchable, scope: Scope, *, near: int | None = None, whole_words: bool = False
) -> Place | None:
    """Find words, exactly or folded.

    Args:
        words: as the model gives them; white space around them does not count.
        text: the text to search.
        scope: where they may stand, and where they are said to.
        near: among several places, the one nearest to this code point is meant; by default to the hint.
        whole_words: a place that begins or ends inside a word is not accepted; otherwise it is only accepted
            if there is no other in the hinted ranges, or anywhere.

    Returns:
        The place, or None if the words do not stand there. A place that parts a figure or a word says so.
    """
    part_figure: Place | None = None
    for ranges in _tiers(scope):
        part_word: Place | None = None
        for place in places(words, text, scope, ranges, near=near):
            if place.torn is None:
                return place
            if place.torn == "word":
                part_word = part_word or place
            else:
                part_figure = part_figure or place
        if part_word and not whole_words:
            return part_word
    return None if whole_words else part_figure


def places(
    words: str, text: Searchable, scope: Scope, ranges: tuple[Range, ...], *, near: int | None = None
) -> Iterator[Place]:
    """All places that touch one of ``ranges``: the exact ones nearest first, then the folded ones."""
    words = words.strip()
    if not words:
        return
    target = near if near is not None else scope.hinted[0][0] if scope.hinted else 0
    seen: set[Range] = set()
    exact = (
        _nearest_first(words, text.text, low, high, target)
        for low, high in _windows(scope, ranges, len(words))
    )
    for start in _merged(exact):
        end = start + len(words)
        if not (joins(text.text, start) or joins(text.text, end)):
            seen.add((start, end))
            yield Place(start, end, "exact", torn(text.text, start, end))
    for start, end in _folded_places(words, text, scope, ranges, target):
        if (start, end) not in seen:
            seen.add((start, end))
            yield Place(start, end, "normalized", torn(text.text, start, end))


def _tiers(scope: Scope) -> Iterator[tuple[Range, ...]]:
    if scope.hinted:
        yield scope.hinted
    yield scope.allowed


def _windows(scope: Scope, ranges: tuple[Range, ...], length: int) -> Iterator[Range]:
    """Where to look for places of a length that touch one of the ranges and lie in an allowed one."""
    if ranges is scope.allowed:
        yield from ranges
        return
    for low, high in scope.allowed:
        for first, last in ranges:
            if first < high and low < last:
                yield max(low, first - length + 1), min(high, last + length - 1)


def _nearest_first(wanted: str, text: str, low: int, high: int, target: int) -> Iterator[tuple[int, int]]:
    """Where a string stands between two positions, after the gap between it and a target, which ascends."""
    length = len(wanted)

    def after() -> Iterator[tuple[int, int]]:
        position = text.find(wanted, max(low, target), high)
        while position >= 0:
            yield position - target, position
            position = text.find(wanted, position + 1, high)

    def before() -> Iterator[tuple[int, int]]:
        position = text.rfind(wanted, low, min(high, target + length - 1))
        while position >= 0:
            if position < target:
                yield max(0, target - position - length), position
            position = text.rfind(wanted, low, position + length - 1)

    return merge(after(), before(), key=_gap)


def _merged(found: Iterable[Iterator[tuple[int, int]]]) -> Iterator[int]:
    found = tuple(found)
    if len(found) == 1:
        return (position for _, position in found[0])
    return (position for _, position in merge(*found, key=_gap))


def _gap(found: tuple[int, int]) -> int:
    return found[0]


def _folded_places(
    words: str, text: Searchable, scope: Scope, ranges: tuple[Range, ...], target: int
) -> Iterator[Range]:
    reach = _LONGER * len(words)
    for quote, article in _readings(words, text):
        at_target = article.position(target)
        windows = [
            (article.position(low), article.position(high)) for low, high in _windows(scope, ranges, reach)
        ]
        for wanted, haystack in _wanted(quote, article):
            found = (_nearest_first(wanted, haystack, low, high, at_target) for low, high in windows)
            for at in _merged(found):
                span = article.span(at, at + len(wanted))
                if (
                    span
                    and _lies_in(span, scope.allowed)
                    and any(s < span[1] and span[0] < e for s, e in ranges)
                ):
                    yield span


def _lies_in(span: Range, ranges: tuple[Range, ...]) -> bool:
    index = bisect_right(ranges, span[0], key=lambda each: each[0]) - 1
    return index >= 0 and span[1] <= ranges[index][1]


def _readings(words: str, text: Searchable) -> Iterator[tuple[Folded, Folded]]:
    """Hyphens at line ends are dropped, else taken for the word's own."""
    quote = _fold_quote(words)
    yield quote, text.folded
    if quote.has_line_hyphens or text.folded.has_line_hyphens:
        article = text.with_line_hyphens if text.folded.has_line_hyphens else text.folded
        yield Folded(words, keep_line_hyphens=True), article


def _wanted(quote: Folded, article: Folded) -> Iterator[tuple[str, str]]:
    """What to look for in what: with its case, then without, then without punctuation at the edges."""
    wanted = quote.text.strip()
    if not wanted:
        return
    yield wanted, article.text
    lower = quote.caseless.strip()
    yield lower, article.caseless
    if (bare := lower.strip(_EDGES)) != lower and bare:
        yield bare, article.caseless


@lru_cache(maxsize=64)
def _fold_quote(words: str) -> Folded:
    """A quote is looked for in several ranges."""
    return Folded(words)
