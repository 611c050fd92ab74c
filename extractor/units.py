"""Text -> numbered units with exact offsets: how the model addresses an article.

Units are lines, then sentences within lines. They only address, so a sentence cut in the wrong place does
no harm; what matters is that they tile the text and that no unit but its end holds a line break, so that
an article cannot fake the start of another unit.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extractor.characters import joins

LONGEST = 1_000
"""Code points a unit may have: a blob without punctuation is still addressable, and quotes stay short."""

_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|\Z)")
_SPACE = r"[ \t\u00a0\u202f]"
_SENTENCE_END = re.compile(
    # A run of marks is tried once, at its start, and never given back: a page of dots takes linear time.
    # Behind the full stop any quotation mark closes, misprinted ones too; behind a space only a closing one.
    rf"(?P<western>(?<![.!?…؟۔।])[.!?…؟۔।]++[\"'»”’«“)\]]*+(?:{_SPACE}++[»”)\]]++)?+{_SPACE}++)(?=[^\s»”)\]])"
    rf"|(?<![。！？])[。！？]++[」』”’）]*+(?=\S)"
)
_OPENERS = "\"'«“‘‹„([{-–—¿¡* "
_ABBREVIATION = re.compile(
    r"(?:\b[^\W\d_]|\b(?:MM|Mme|Mlle|Mgr|Me|Dr|Pr|St|Ste|Mr|Mrs|Ms|Prof|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Capt|Jr|Sr"
    r"|No|no|vs|cf|env|av|art|vol|etc|Inc|Ltd|Co|Corp))\.$"
)


@dataclass(frozen=True)
class Unit:
    """One addressable piece of text.

    Args:
        number: counts from 1.
        start: first code point.
        end: code point after the last, white space that follows included.
        opens_line: whether it is the first unit of its line.
    """

    number: int
    start: int
    end: int
    opens_line: bool


def split_units(text: str) -> tuple[Unit, ...]:
    """Cut text into units that tile it: the first starts at 0, each starts where the one before ends."""
    pieces: list[tuple[int, int, bool]] = []
    for start, end, opens_line in _pieces(text):
        if pieces and not text[start:end].strip():
            pieces[-1] = (pieces[-1][0], end, pieces[-1][2])
        elif pieces and not text[pieces[-1][0] : pieces[-1][1]].strip():
            pieces[-1] = (pieces[-1][0], end, True)
        else:
            pieces.append((start, end, opens_line))
    return tuple(Unit(number, *piece) for number, piece in enumerate(pieces, start=1))


def _pieces(text: str) -> Iterator[tuple[int, int, bool]]:
    for line in _LINE.finditer(text):
        start = line.start()
        for end in _cuts(text, line.start(), line.end()):
            yield start, end, start == line.start()
            start = end


def _cuts(text: str, start: int, end: int) -> Iterator[int]:
    """Where the pieces of one line end, each at most ``LONGEST`` code points."""
    for cut in (*_sentence_ends(text, start, end), end):
        while cut - start > LONGEST:
            start = _forced_cut(text, start)
            yield start
        if cut > start:
            yield cut
        start = cut


def _sentence_ends(text: str, start: int, end: int) -> Iterator[int]:
    for match in _SENTENCE_END.finditer(text, start, end):
        if match["western"] and not _begins_sentence(text, match):
            continue
        yield match.end()


def _begins_sentence(text: str, match: re.Match[str]) -> bool:
    following = text[match.end() : match.end() + 8].lstrip(_OPENERS)[:1]
    if following.islower():
        return False
    return not _ABBREVIATION.search(text[max(0, match.start() - 8) : match.start() + 1])


def _forced_cut(text: str, start: int) -> int:
    """At the last space that fits, else anywhere but inside a combining or joined sequence."""
    limit = start + LONGEST
    space = max(text.rfind(mark, start + LONGEST // 2, limit) for mark in " \t\u00a0\u3000")
    if space >= 0:
        return space + 1
    cut = limit
    while cut > start + LONGEST // 2 and joins(text, cut):
        cut -= 1
    return cut
