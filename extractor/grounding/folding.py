"""Fold away what does not change the words of a text, with a map back to every character.

Folded: Unicode normal forms, compatibility ligatures and widths, digits of any script, HTML entities,
apostrophes and quotation marks, dashes, ellipses, stray spaces beside punctuation, runs of white space,
soft and line-break hyphens, zero-width characters, Arabic and Hebrew vowel points. Letters, figures and all
other punctuation stay; case is folded by ``Folded.caseless`` only.
"""

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

from extractor.characters import is_mark, joins

_APOSTROPHES = "'’‘‛ʼʻ′`´＇\u05f3"
_QUOTES = '"“”„‟«»‹›″〝〞＂「」『』״'
_DASHES = "-‐‑‒–—―−﹣－"
_POINTS = "".join(map(chr, [*range(0x5B0, 0x5BE), *range(0x64B, 0x653), 0x670, 0x640]))
_FOLDS = {
    # One class: models and typesetters swap single and double marks, and "''" stands for a double one.
    **dict.fromkeys(_APOSTROPHES + _QUOTES, "'"),
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_POINTS, ""),
    "…": "...",
    "œ": "oe",
    "Œ": "OE",
    "æ": "ae",
    "Æ": "AE",
    "ß": "ss",
    "ẞ": "SS",
    "ё": "\u0435",
    "Ё": "\u0415",
    "℃": "°C",
    "℉": "°F",
    "º": "°",
    "№": "n°",
}
_COMPATIBLE = ("<wide>", "<narrow>", "<initial>", "<medial>", "<final>", "<isolated>", "<noBreak>")
_COLLAPSED = "'-"
_DROPS_SPACE_BEFORE = "'-;:!?%,)]"
_DROPS_SPACE_AFTER = "'-(["

_QUIET = "A-Za-z0-9.À-ÅÇ-ÖØ-Þà-åç-öø-ıĴ-ňŊ-őŔ-žΆ-ΡΣ-ώЀЂ-ѐђ-ѯء-غف-ي\u3041-\u3093\u4e00-\u9fff\uac00-\ud7a3"
_RUN = re.compile(rf"[{_QUIET}]+(?: [{_QUIET}]+)*")
"""Characters that fold to themselves, with single spaces between: most of any text, taken in one piece."""
_ENTITY = re.compile(r"&(?:amp;)*(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LINE_HYPHEN = re.compile(r"[-\u00ad\u2010\u2011][ \t\u200b]*(?:\r\n|\n|\r)[ \t\u00a0]*(?=[^\W\d_])")
_SOFT_HYPHEN = "\u00ad"
_MOST_MARKS = 30
"""Marks taken with one letter, the limit of Unicode's stream-safe text format (UAX 15): more are noise."""


class Folded:
    """A folded text and the way back.

    Args:
        text: the text as it was.
        keep_line_hyphens: a hyphen before a line break stays; by default it goes, as one that was set there
            to break the word.
    """

    def __init__(self, text: str, *, keep_line_hyphens: bool = False) -> None:
        self.original = text
        self.has_line_hyphens = False
        self._keep_line_hyphens = keep_line_hyphens
        self._characters: list[str] = []
        self._length = 0
        self._last = ""
        self._space: tuple[int, int] | None = None
        self._firsts: list[int] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._fold(text)
        self.text = "".join(self._characters)
        """The folded text."""

    @cached_property
    def caseless(self) -> str:
        """The folded text in lower case, character for character."""
        lower = self.text.lower().replace("ς", "σ")
        if len(lower) == len(self.text):
            return lower
        return "".join(low if len(low := c.lower()) == 1 else c for c in self.text).replace("ς", "σ")

    def span(self, first: int, last: int) -> tuple[int, int] | None:
        """Where folded characters ``first`` to ``last`` (exclusive) come from, in code points.

        None if that takes part of a character: a letter without its accent, a dot of an ellipsis.
        """
        piece = bisect_right(self._firsts, first) - 1
        start = self._start(piece, first)
        end = self._end(bisect_right(self._firsts, last - 1) - 1, last)
        if start is None or end is None or joins(self.original, start) or joins(self.original, end):
            return None
        return start, end

    def outer_span(self, first: int, last: int) -> tuple[int, int]:
        """As ``span``, but with the whole of a character of which only part was asked for."""
        piece, final = bisect_right(self._firsts, first) - 1, bisect_right(self._firsts, last - 1) - 1
        start, end = self._start(piece, first), self._end(final, last)
        return self._starts[piece] if start is None else start, self._ends[final] if end is None else end

    def position(self, original: int) -> int:
        """The first folded character that does not come from before a code point of the original."""
        piece = bisect_right(self._ends, original)
        if piece == len(self._firsts):
            return self._length
        inside = original - self._starts[piece]
        if inside <= 0:
            return self._firsts[piece]
        return self._firsts[piece] + inside if self._is_run(piece) else self._after(piece)

    def _start(self, piece: int, first: int) -> int | None:
        offset = first - self._firsts[piece]
        if offset == 0:
            return self._starts[piece]
        return self._starts[piece] + offset if self._is_run(piece) else None

    def _end(self, piece: int, last: int) -> int | None:
        offset = self._after(piece) - last
        if offset == 0:
            return self._ends[piece]
        return self._ends[piece] - offset if self._is_run(piece) else None

    def _after(self, piece: int) -> int:
        return self._firsts[piece + 1] if piece + 1 < len(self._firsts) else self._length

    def _is_run(self, piece: int) -> bool:
        return self._ends[piece] - self._starts[piece] == self._after(piece) - self._firsts[piece]

    def _fold(self, text: str) -> None:
        position = 0
        while position < len(text):
            if (run := _RUN.match(text, position)) and (end := _whole_end(text, position, run.end())):
                self._put(text[position:end], position, end)
                position = end
            else:
                position = self._fold_one(text, position)
        self._put_space()

    def _fold_one(self, text: str, position: int) -> int:
        """Fold what stands here, a character with its marks at least; return where the next begins."""
        character = text[position]
        if character == "&" and (entity := _ENTITY.match(text, position)):
            return self._fold_entity(entity)
        if (hyphen := _LINE_HYPHEN.match(text, position)) and self._last.isalpha() and self._space is None:
            self.has_line_hyphens = True
            if not self._keep_line_hyphens or character == _SOFT_HYPHEN:
                return hyphen.end()
        if character.isspace():
            self._see_space(position, position + 1)
            return position + 1
        end = position + 1
        while end < len(text) and end - position <= _MOST_MARKS and is_mark(text[end]):
            end += 1
        self._put(_fold_cluster(text[position:end]), position, end)
        return end

    def _fold_entity(self, entity: re.Match[str]) -> int:
        decoded = entity[0]
        while (once := html.unescape(decoded)) != decoded:
            decoded = once
        if decoded.isspace():
            self._see_space(entity.start(), entity.end())
        else:
            self._put("".join(map(_fold_cluster, decoded)), entity.start(), entity.end())
        return entity.end()

    def _see_space(self, start: int, end: int) -> None:
        self._space = (self._space[0] if self._space else start, end)

    def _put(self, folded: str, start: int, end: int) -> None:
        if not folded:
            return
        is_repeated = folded == self._last and folded in _COLLAPSED
        if is_repeated and not self._space:
            self._ends[-1] = end
            return
        if is_repeated and self._space:
            self._append(" ", *self._space)
        elif folded[0] not in _DROPS_SPACE_BEFORE:
            self._put_space()
        self._space = None
        self._append(folded, start, end)

    def _put_space(self) -> None:
        if self._space and not (self._last and self._last in _DROPS_SPACE_AFTER):
            self._append(" ", *self._space)
        self._space = None

    def _append(self, folded: str, start: int, end: int) -> None:
        self._firsts.append(self._length)
        self._starts.append(start)
        self._ends.append(end)
        self._characters.append(folded)
        self._length += len(folded)
        self._last = folded[-1]


def fold(text: str) -> Folded:
    """Fold a text."""
    return Folded(text)


def _whole_end(text: str, start: int, end: int) -> int:
    """Where a run ends that leaves its last letter to the marks that follow; ``start`` if nothing is left."""
    if end < len(text) and is_mark(text[end]):
        end -= 1
        if end > start and text[end - 1] == " ":
            end -= 1
    return end if end > start else 0


def _fold_cluster(cluster: str) -> str:
    folded = "".join(_characters(unicodedata.normalize("NFC", cluster)))
    return unicodedata.normalize("NFC", folded) if len(cluster) > 1 else folded


def _characters(cluster: str) -> Iterator[str]:
    for character in cluster:
        if (folded := _FOLDS.get(character)) is not None:
            yield folded
        elif character < "\u0100":
            yield "" if character == _SOFT_HYPHEN else character
        elif _is_invisible(character):
            continue
        elif unicodedata.category(character) == "Nd":
            yield str(unicodedata.decimal(character))
        elif unicodedata.decomposition(character).startswith(_COMPATIBLE) or "ﬀ" <= character <= "ﬆ":
            yield from map(_fold_again, unicodedata.normalize("NFKC", character))
        else:
            yield character


def _fold_again(character: str) -> str:
    return _FOLDS.get(character, character)


def _is_invisible(character: str) -> bool:
    """Format characters and variation selectors, but not the joiners and tags that make emoji."""
    if character == "\u200d" or "\U000e0020" <= character <= "\U000e007f":
        return False
    return unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f"
