"""Where words stand that are not quite those of the article, and how the two differ.

Each candidate place is aligned with the quote word by word (Levenshtein, rapidfuzz), so that the cost depends
on the quote and not on the article.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rapidfuzz.distance import Levenshtein

from extractor.grounding.candidates import SLACK, candidates, corrected, is_slip
from extractor.grounding.folding import Folded
from extractor.grounding.lexicon import FUNCTION_WORDS
from extractor.grounding.words import Word, Words

Range = tuple[int, int]

WRITTEN_GAP_COST, MOST_WRITTEN_GAP = 0.4, 4
QUOTED_GAP_COST = 0.5
"""Words of agreement that it costs to leave out a word of the article (up to so many: a longer clause left
out is one slip), and to have a word of one's own. A word before a gap of three is stray, two are not."""

MOST_ANCHORS = 4
"""Runs of agreeing words to which the others are tried to be moved up: the longest ones."""

MOST_REPLACED = 2
"""Words at an end of a quote that may stand for as many of the article's; more are an addition."""


@dataclass(frozen=True)
class Change:
    """Words of a quote and of the article that stand in each other's place; either may be empty.

    ``where``: at the quote's head, in its middle, at its tail.
    """

    quoted: tuple[Word, ...]
    written: tuple[Word, ...]
    where: Literal["head", "middle", "tail"]

    @property
    def is_slip(self) -> bool:
        """Whether it is no more than a slip of spelling, or another way to write a figure."""
        return is_slip("".join(w.text for w in self.quoted), "".join(w.text for w in self.written))


@dataclass(frozen=True)
class Alignment:
    """A stretch of the article's words that a quote may be made of.

    Args:
        first: the first word's number.
        last: the number after the last word's.
        changes: where the two differ.
        gaps: the ranges of words inside that the quote leaves out.
        coverage: share of the quote's letters that agree, slips of spelling included.
    """

    first: int
    last: int
    changes: tuple[Change, ...]
    gaps: tuple[Range, ...]
    coverage: float


def align(quote: Words, article: Words, ranges: Sequence[Range], near: int) -> Alignment | None:
    """The stretch of ``ranges`` of the article's words that agrees best with a quote, None if none does.

    Of equally good ones the one nearest to word ``near``.
    """
    lengths = [len(key) for key in quote.keys]
    best: tuple[tuple[int, int, int], list[_Block]] | None = None
    keys = corrected(quote.keys, article)
    for low, high, at in candidates(keys, article, ranges):
        first, last = max(low, at - SLACK), min(high, at + len(keys) + 2 * SLACK)
        blocks = _extended(_blocks_at(keys, article.keys, first, last), quote, article, first, last)
        if not blocks:
            continue
        agreeing = sum(sum(lengths[q0:q1]) for q0, q1, _, _ in blocks)
        left_out = blocks[-1][3] - blocks[0][2] - (blocks[-1][1] - blocks[0][0])
        goodness = (agreeing, -abs(left_out), -abs(blocks[0][2] - near))
        if best is None or goodness > best[0]:
            best = goodness, blocks
    return _alignment(best[1], quote, article) if best else None


def agreement(one: str, other: str) -> float:
    """The share of the shorter text's letters that stand in the other, slips of spelling included.

    Counted in content words, unless there are none.
    """
    shorter, longer = sorted((_content(one), _content(other)), key=lambda keys: sum(map(len, keys)))
    letters = sum(map(len, shorter))
    shared = sum(len(key) for key in shorter if any(is_slip(key, each) for each in longer))
    return shared / letters if letters else 0.0


def _content(text: str) -> list[str]:
    keys = Words(Folded(text).text).keys
    return [key for key in keys if key not in FUNCTION_WORDS] or keys


_Block = tuple[int, int, int, int]
"""Words that agree: first and last in the quote, first and last in the article; lasts exclusive."""


def _blocks_at(quoted: Sequence[str], written: Sequence[str], low: int, high: int) -> list[_Block]:
    """The words of a quote that agree with some of the article's words ``low`` to ``high``."""
    blocks = [
        (op.src_start, op.src_end, low + op.dest_start, low + op.dest_end)
        for op in Levenshtein.opcodes(quoted, written[low:high])
        if op.tag == "equal"
    ]
    return _compact(blocks, quoted, written)


def _compact(blocks: list[_Block], quoted: Sequence[str], written: Sequence[str]) -> list[_Block]:
    """The densest run of blocks, when they are moved up to one of the longest of them.

    Levenshtein gives one of many equal paths; that whose words stand closest together is meant.
    """
    longest_first = sorted(range(len(blocks)), key=lambda at: blocks[at][0] - blocks[at][1])
    best: tuple[float, list[_Block]] = (0.0, [])
    for anchor in longest_first[:MOST_ANCHORS]:
        best = max(best, _densest(_moved_up(blocks, anchor, quoted, written)))
    return best[1]


def _moved_up(
    blocks: list[_Block], anchor: int, quoted: Sequence[str], written: Sequence[str]
) -> list[_Block]:
    """Move blocks up to one of them where they could as well stand."""
    left = blocks[: anchor + 1]
    right = [_mirrored(block) for block in reversed(blocks[anchor:])]
    left = _moved_right(left, quoted, written)
    right = _moved_right(right, _Reversed(quoted), _Reversed(written))
    back = [_mirrored(block) for block in reversed(right)]
    middle = (left[-1][0], back[0][1], left[-1][2], back[0][3])
    return [*left[:-1], middle, *back[1:]]


def _mirrored(block: _Block) -> _Block:
    """The block in texts read backwards, their ends at 0."""
    return -block[1], -block[0], -block[3], -block[2]


class _Reversed:
    """Keys by mirrored numbers: what stood at ``n`` stands at ``-n - 1``."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = keys

    def __getitem__(self, number: int) -> str:
        return self._keys[-number - 1]


def _moved_right(
    blocks: list[_Block], quoted: Sequence[str] | _Reversed, written: Sequence[str] | _Reversed
) -> list[_Block]:
    """Move each block, or its end, to the right up to the next."""
    moved = blocks[-1:]
    for q0, q1, a0, a1 in reversed(blocks[:-1]):
        right_q, last_q, right_a, last_a = moved[0]
        end = right_a - (right_q - q1)
        size = 0
        while size < q1 - q0 and end > a1 and quoted[q1 - 1 - size] == written[end - 1 - size]:
            size += 1
        if size == q1 - q0:
            moved.insert(0, (q0, q1, end - size, end))
        elif size and right_q == q1:
            moved[0] = (right_q - size, last_q, right_a - size, last_a)
            moved.insert(0, (q0, q1 - size, a0, a1 - size))
        else:
            moved.insert(0, (q0, q1, a0, a1))
    return moved


def _densest(blocks: list[_Block]) -> tuple[float, list[_Block]]:
    """The run of blocks with the most agreement for its gaps, and how much: stray words are left out."""
    best, best_score, run, score = blocks[:1], 0.0, list[_Block](), 0.0
    for block in blocks:
        size = block[1] - block[0]
        cost = _gap_cost(run[-1], block) if run else 0
        if run and score - cost > 0:
            run, score = [*run, block], score - cost + size
        else:
            run, score = [block], size
        if score > best_score:
            best, best_score = run, score
    return best_score, best


def _gap_cost(left: _Block, right: _Block) -> float:
    written = WRITTEN_GAP_COST * min(right[2] - left[3], MOST_WRITTEN_GAP)
    return max(written, QUOTED_GAP_COST * (right[0] - left[1]))


def _extended(blocks: list[_Block], quote: Words, article: Words, low: int, high: int) -> list[_Block]:
    """Take misspelt words at both ends along."""
    if not blocks:
        return blocks
    q, _, a, _ = blocks[0]
    while q > 0 and a > low and _agree(quote, q - 1, article, a - 1):
        q, a = q - 1, a - 1
    first = (q, blocks[0][0], a, blocks[0][2])
    _, q, _, a = blocks[-1]
    while q < len(quote) and a < high and _agree(quote, q, article, a):
        q, a = q + 1, a + 1
    last = (blocks[-1][1], q, blocks[-1][3], a)
    return [*([first] if first[0] < first[1] else []), *blocks, *([last] if last[0] < last[1] else [])]


def _agree(quote: Words, q: int, article: Words, a: int) -> bool:
    return quote.keys[q] == article.keys[a] or is_slip(quote.written(q), article.written(a))


def _alignment(blocks: list[_Block], quote: Words, article: Words) -> Alignment:
    changes: list[Change] = []
    gaps: list[Range] = []
    first, last = blocks[0], blocks[-1]
    if first[0] > 0:
        changes += _head(quote, first[0], article, first[2])
    for (_, q0, _, a0), (q1, _, a1, _) in pairwise(blocks):
        if q0 < q1:
            changes += _middle(quote.between(q0, q1), article.between(a0, a1))
        elif a0 < a1:
            gaps.append((a0, a1))
    for q0, q1, a0, _ in blocks:
        changes += [
            Change((quote[q],), (article[a],), "middle")
            for q, a in zip(range(q0, q1), range(a0, a0 + q1 - q0), strict=True)
            if quote.keys[q] != article.keys[a]
        ]
    if last[1] < len(quote):
        changes += _tail(quote, last[1], article, last[3])
    letters = sum(len(key) for key in quote.keys)
    lost = sum(len(word.key) for change in changes if not change.is_slip for word in change.quoted)
    return Alignment(first[2], last[3], tuple(changes), tuple(gaps), 1 - lost / letters)


def _head(quote: Words, q: int, article: Words, a: int) -> list[Change]:
    """Words of the quote before the first that agrees: replacing the article's, or added."""
    is_replaced = q <= min(MOST_REPLACED, a) and not article.breaks_between(a - q, a)
    return [
        Change(tuple(quote.between(0, q)), tuple(article.between(a - q, a)) if is_replaced else (), "head")
    ]


def _tail(quote: Words, q: int, article: Words, a: int) -> list[Change]:
    """Words of the quote after the last that agrees: replacing the article's, or added."""
    more = len(quote) - q
    is_replaced = (
        more <= MOST_REPLACED and a + more <= len(article) and not article.breaks_between(a - 1, a + more - 1)
    )
    written = tuple(article.between(a, a + more)) if is_replaced else ()
    return [Change(tuple(quote.between(q, len(quote))), written, "tail")]


def _middle(quoted: Sequence[Word], written: Sequence[Word]) -> list[Change]:
    """Words that replace others: word by word where there are as many, else together."""
    if len(quoted) == len(written):
        return [Change((q,), (a,), "middle") for q, a in zip(quoted, written, strict=True)]
    return [Change(tuple(quoted), tuple(written), "middle")]
