"""Whether a place begins or ends inside a word or a figure."""

import re
import unicodedata
from typing import Literal

from extractor.grounding.figures import NUMBER_WORDS
from extractor.grounding.folding import Folded
from extractor.grounding.words import Words

MINUS = "-−–"
"""Before a figure and after white space, its sign."""

_JOINED_TO_NUMBERS = NUMBER_WORDS | {"et", "and", "pour", "per", "percent"}
_LONGEST_NUMBER_WORD = 16
_LAST_WORD = re.compile(r"([^\W\d_]+)[\s-]?$")
_FIRST_WORD = re.compile(r"[\s-]?([^\W\d_]+)")

_FIGURE_CONTEXT = 40
"""Folded characters around an edge that can belong to one figure ("quatre-vingt-dix-sept mille")."""


def torn(text: str, start: int, end: int) -> Literal["word", "figure"] | None:
    """Whether a place begins or ends inside a word or a figure."""
    if _parts_figure(text, start) or _parts_figure(text, end):
        return "figure"
    if _inside_word(text, start) or _inside_word(text, end):
        return "word"
    return None


def _parts_figure(text: str, position: int) -> bool:
    if not 0 < position < len(text):
        return False
    before, after = text[position - 1], text[position]
    if before in MINUS and after.isdigit() and not text[position - 2 : position - 1].strip():
        return True
    if not (before.isdigit() or after.isdigit()) and not _may_part_number_words(text, position):
        return False
    low = max(0, position - _FIGURE_CONTEXT)
    around = Folded(text[low : position + _FIGURE_CONTEXT])
    at = around.position(position - low)
    return any(
        word.key[0] == "#"
        and word.start < at < word.end
        and _spans(around, word.start, word.end, position - low)
        for word in Words(around.text)
    )


def _spans(folded: Folded, first: int, last: int, position: int) -> bool:
    start, end = folded.outer_span(first, last)
    return start < position < end


def _may_part_number_words(text: str, position: int) -> bool:
    """Whether a number may go on across a space or hyphen here: worth a closer look."""
    before = _LAST_WORD.search(text[max(0, position - _LONGEST_NUMBER_WORD) : position])
    after = _FIRST_WORD.match(text[position : position + _LONGEST_NUMBER_WORD])
    return bool(
        before
        and after
        and before[1].lower() in _JOINED_TO_NUMBERS
        and after[1].lower() in _JOINED_TO_NUMBERS
    )


def _inside_word(text: str, position: int) -> bool:
    if not 0 < position < len(text):
        return False
    return _is_spaced(text[position - 1]) and _is_spaced(text[position])


def _is_spaced(character: str) -> bool:
    """Letters of scripts that put spaces between words, marks and figures; not Arabic or Chinese ones."""
    return unicodedata.category(character) in ("Lu", "Ll", "Lt", "Nd", "Mn")
