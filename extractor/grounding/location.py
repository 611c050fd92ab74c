"""Where in an article a quote stands: exact first, then folded; never a guess.

A quote may occur several times. Which occurrence is meant is decided by the unit it was said to stand in,
then by nearness, never by coming first.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from extractor.grounding.folding import Foldable, Folded, fold

Range = tuple[int, int]
"""Start and end in code points, end exclusive."""


@dataclass(frozen=True)
class Place:
    """Where a quote was found, and how."""

    start: int
    end: int
    match: Literal["exact", "normalized"]


def locate(
    quote: str,
    article: Foldable,
    *,
    within: Sequence[Range],
    hint: Range | None = None,
    near: int | None = None,
    whole_words: bool = False,
) -> Place | None:
    """Find a quote.

    Args:
        quote: the words as the model gives them; white space around them does not count.
        article: the text to search.
        within: the quote must lie inside one of these ranges.
        hint: where it is said to stand; an occurrence that lies there is preferred.
        near: among several, the one nearest to this code point is meant; by default to the hint.
        whole_words: an occurrence that begins or ends inside a word is not accepted; otherwise it is only
            accepted if there is no other.

    Returns:
        The place, or None if the words do not stand there.
    """
    quote = quote.strip()
    if not quote:
        return None
    rank = _preference(article.text, hint, near)
    places: list[Place] = []
    for match, occurrences in (("exact", _exact), ("normalized", _folded)):
        places += [
            Place(start, end, match)  # type: ignore[arg-type]  # the loop's literals are the two matches
            for start, end in occurrences(quote, article, within)
            if not whole_words or _is_whole(article.text, start, end)
        ]
        # An exact place elsewhere, or inside a word, must not hide the folded one that is meant.
        if any(rank(place)[:2] == (False, False) for place in places):
            break
    return min(
        places, key=lambda place: (*rank(place)[:2], place.match != "exact", *rank(place)[2:]), default=None
    )


def _preference(
    text: str, hint: Range | None, near: int | None
) -> Callable[[Place], tuple[bool, bool, int, int, int]]:
    target = near if near is not None else hint[0] if hint else 0

    def rank(place: Place) -> tuple[bool, bool, int, int, int]:
        outside = hint is not None and not (place.start < hint[1] and hint[0] < place.end)
        gap = max(place.start - target, target - place.end, 0)
        torn = not _is_whole(text, place.start, place.end)
        return outside, torn, gap, abs(place.start - target), place.start

    return rank


def _exact(quote: str, article: Foldable, within: Sequence[Range]) -> Iterator[Range]:
    for low, high in within:
        for start in _find_all(quote, article.text, low, high):
            yield start, start + len(quote)


def _folded(quote: str, article: Foldable, within: Sequence[Range]) -> Iterator[Range]:
    wanted = fold(quote).text.strip()
    if not wanted:
        return
    folded = article.folded
    for first in _find_all(wanted, folded.text, 0, len(folded.text)):
        last = first + len(wanted) - 1
        start, end = folded.starts[first], folded.ends[last]
        if _is_torn(folded, first, last):
            continue
        if any(low <= start and end <= high for low, high in within):
            yield start, end


def _is_torn(folded: Folded, first: int, last: int) -> bool:
    """Whether a match takes a letter without its accent, or part of an ellipsis."""
    before, after = folded.starts[first - 1 : first], folded.starts[last + 1 : last + 2]
    return before == (folded.starts[first],) or after == (folded.starts[last],)


def _find_all(wanted: str, text: str, low: int, high: int) -> Iterator[int]:
    position = text.find(wanted, low, high)
    while position >= 0:
        yield position
        position = text.find(wanted, position + 1, high)


def _is_whole(text: str, start: int, end: int) -> bool:
    return not (_inside_word(text, start) or _inside_word(text, end))


def _inside_word(text: str, position: int) -> bool:
    if not 0 < position < len(text):
        return False
    return _is_cased(text[position - 1]) and _is_cased(text[position])


def _is_cased(character: str) -> bool:
    """Letters of scripts that put spaces between words, marks and figures; not Arabic or Chinese ones."""
    return unicodedata.category(character) in ("Lu", "Ll", "Lt", "Nd", "Mn")
