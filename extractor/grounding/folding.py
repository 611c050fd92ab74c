"""Fold away what does not change the words of a text, with a map back to every character.

Folded: Unicode normal forms, apostrophes, quotation marks and the spaces beside them, dashes, ellipses,
runs of white space, soft hyphens and zero-width characters. Letters, case, figures and all other
punctuation stay.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

_APOSTROPHES = "'’‘‛ʼʻ′`´＇"
_QUOTES = '"“”„‟«»‹›″〝〞＂'
_DASHES = "-‐‑‒–—―−﹣－"
_INVISIBLE = "\u00ad\u200b\u200c\u200e\u200f\u2060\ufeff"
_FOLDS = {
    **dict.fromkeys(_APOSTROPHES, "'"),
    **dict.fromkeys(_QUOTES, '"'),
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_INVISIBLE, ""),
    "…": "...",
}


@dataclass(frozen=True)
class Folded:
    """A folded text.

    Args:
        text: the folded text.
        starts: for each of its characters, where in the original the character begins it comes from.
        ends: likewise, where that character (with its combining marks) ends.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


class Foldable:
    """A text that is folded when first needed: most quotes are exact."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def folded(self) -> Folded:
        """The folded text and its map."""
        return fold(self.text)


def fold(text: str) -> Folded:
    """Fold a text and keep where each character came from."""
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _clusters(text):
        for character in _fold_cluster(text[start:end]):
            if character == " " and characters[-1:] in ([" "], ['"']):
                continue
            if character == '"' and characters[-1:] == [" "]:
                del characters[-1], starts[-1], ends[-1]
            characters.append(character)
            starts.append(start)
            ends.append(end)
    return Folded("".join(characters), tuple(starts), tuple(ends))


def _fold_cluster(cluster: str) -> str:
    if cluster.isspace():
        return " "
    return "".join(_FOLDS.get(character, character) for character in unicodedata.normalize("NFD", cluster))


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Spans of a character with the combining marks that follow it."""
    start = 0
    for position in range(1, len(text) + 1):
        if position == len(text) or not (text[position] > "\u02ff" and unicodedata.combining(text[position])):
            if position > start:
                yield start, position
            start = position
