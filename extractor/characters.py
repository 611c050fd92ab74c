"""Which neighbouring code points belong together: a border between them is no place to cut a text."""

import unicodedata

_HALF_WIDTH_MARKS = "\uff9e\uff9f"
_JOINERS = "\u200d\ufe0e\ufe0f"


def joins(text: str, position: int) -> bool:
    """Whether a cut at this code point would part a user-perceived character.

    A letter from its marks, a conjoining Hangul syllable, an emoji from its modifier or joined neighbour, a
    flag's two letters. A simplification of the extended grapheme clusters of Unicode's UAX 29.
    """
    if not 0 < position < len(text):
        return False
    here, before = text[position], text[position - 1]
    if here < "\u0300":
        return False
    return (
        is_mark(here)
        or here in _JOINERS
        or before == "\u200d"
        or "\U0001f3fb" <= here <= "\U0001f3ff"
        or (_is_regional(here) and _is_regional(before) and _regionals_before(text, position) % 2 == 1)
        or "\U000e0020" <= here <= "\U000e007f"
    )


def is_mark(character: str) -> bool:
    """Whether a character extends the one before: a combining or sound mark, a Hangul vowel or final."""
    if character < "\u0300":
        return False
    is_joined = "\u1160" <= character <= "\u11ff" or character in _HALF_WIDTH_MARKS
    return is_joined or unicodedata.category(character)[0] == "M"


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _regionals_before(text: str, position: int) -> int:
    count = 0
    while count < position and _is_regional(text[position - 1 - count]):
        count += 1
    return count
