"""The words of a folded text, by what they say: in lower case, figures by value."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import regex

from extractor.grounding.figures import NUMBER_WORDS, figure_at

_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_WORD = regex.compile(
    # Scripts without spaces between words give one word a character.
    rf"[A-Za-zÀ-ÖØ-öø-ÿ]+(?![\p{{L}}\p{{M}}\p{{N}}])|{_UNSPACED}\p{{M}}*|(?:(?!{_UNSPACED})[\p{{L}}\p{{M}}\p{{N}}])+|[$€£¥%°§]"
)


_OPENERS = frozenset(".!?:'•")
_ROMAN = regex.compile(r"[IVXLCDM]{2,}(?:e|er|ème)?")


@dataclass(frozen=True)
class Word:
    """A word of a folded text.

    Args:
        key: what it says: lower case, or a figure's value with a "#" before it.
        text: how it is written.
        start: first folded character.
        end: folded character after the last.
        opens: whether it opens a sentence, so that a capital says nothing.
    """

    key: str
    text: str
    start: int
    end: int
    opens: bool

    @property
    def is_figure(self) -> bool:
        """Whether it holds a digit, is a number word or a Roman number."""
        return (
            self.key[0] == "#" or any(map(str.isdigit, self.text)) or _ROMAN.fullmatch(self.text) is not None
        )

    @property
    def is_capitalised(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.text[0].isupper() or self.text[0].istitle()


class Words(Sequence[Word]):
    """The words of a folded text in order, with an index of where each stands."""

    def __init__(self, folded: str) -> None:
        self._folded = folded
        self._made: dict[int, Word] = {}
        self.keys: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        end = 0
        for match in _WORD.finditer(folded):
            start = match.start()
            if start < end:
                continue
            key = match[0].lower()
            end = match.end()
            if (key in NUMBER_WORDS or key[0].isdigit()) and (figure := figure_at(folded, start)):
                key, end = figure.key, figure.end
            self.keys.append(key)
            self.starts.append(start)
            self.ends.append(end)

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, index: int) -> Word:  # type: ignore[override]  # no slices: see between
        word = self._made.get(index)
        if word is None:
            start, end = self.starts[index], self.ends[index]
            word = Word(self.keys[index], self._folded[start:end], start, end, opens=self._opens(index))
            self._made[index] = word
        return word

    def written(self, index: int) -> str:
        """How a word is written."""
        return self._folded[self.starts[index] : self.ends[index]]

    def between(self, first: int, last: int) -> list[Word]:
        """The words ``first`` to ``last`` (exclusive)."""
        return [self[index] for index in range(first, last)]

    @cached_property
    def postings(self) -> dict[str, list[int]]:
        """For each key the numbers of the words that have it, ascending."""
        postings: defaultdict[str, list[int]] = defaultdict(list)
        for number, each in enumerate(self.keys):
            postings[each].append(number)
        return dict(postings)

    @cached_property
    def vocabulary(self) -> tuple[str, ...]:
        """All keys."""
        return tuple(self.postings)

    def numbers(self, first: int, last: int) -> tuple[int, int]:
        """The words that begin at folded characters ``first`` to ``last`` (exclusive), as a range."""
        return bisect_left(self.starts, first), bisect_left(self.starts, last)

    def breaks_between(self, first: int, last: int) -> bool:
        """Whether a sentence ends between two words."""
        between = self._folded[self.ends[first] : self.starts[last]]
        return any(f"{mark} " in between or f"{mark}'" in between for mark in ".!?")

    def _opens(self, index: int) -> bool:
        if index == 0:
            return True
        between = self._folded[self.ends[index - 1] : self.starts[index]]
        return between != " " and not _OPENERS.isdisjoint(between)
