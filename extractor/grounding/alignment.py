"""Where words stand that are not quite those of the article, and how the two differ.

Candidates come from an index of the article's words: those of the quote vote for where it begins, rare
ones first. Each candidate is aligned word by word (Levenshtein, rapidfuzz), so that the cost depends on the
quote and not on the article.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rapidfuzz.distance import OSA, Levenshtein

from extractor.grounding.folding import Folded
from extractor.grounding.lexicon import FUNCTION_WORDS
from extractor.grounding.words import Word, Words

Range = tuple[int, int]

MOST_VOTES = 400
"""Places of words that are looked at for one quote: rare words come first and decide; a frequent word adds
nothing but time."""

SLACK = 12
"""Words by which the end of a quote may be shifted against its beginning: a clause left out."""

CANDIDATES = 3
"""Places that are aligned: the best by votes, and two more in case a repetition looks as good."""

WRITTEN_GAP_COST, MOST_WRITTEN_GAP = 0.4, 4
QUOTED_GAP_COST = 0.5
"""Words of agreement that it costs to leave out a word of the article (up to so many: a longer clause left
out is one slip), and to have a word of one's own. A word before a gap of three is stray, two are not."""

MOST_REPLACED = 2
"""Words at an end of a quote that may stand for as many of the article's; more are an addition."""

SHORTEST_SLIP = 4
"""Letters of the shortest word in which another letter can be a slip: "nord", "bord", not "le", "la"."""


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
    found: list[Alignment] = []
    for low, high, at in _candidates(quote, article, ranges):
        found += _align_at(quote, article, max(low, at - SLACK), min(high, at + len(quote) + 2 * SLACK))
        if found and found[-1].coverage == 1 and not found[-1].gaps and len(quote) > SLACK:
            break

    def goodness(each: Alignment) -> tuple[float, int, int, int]:
        return each.coverage, -len(each.gaps), -len(each.changes), -abs(each.first - near)

    return max(found, key=goodness, default=None)


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


def is_slip(one: str, other: str) -> bool:
    """Whether two words differ by a letter added, lost, changed or swapped, or by accents only."""
    one, other = one.lower(), other.lower()
    if one == other:
        return True
    if any(c.isdigit() for c in one + other) or max(len(one), len(other)) < SHORTEST_SLIP:
        return False
    return OSA.distance(one, other, score_cutoff=1) <= 1


def _candidates(quote: Words, article: Words, ranges: Sequence[Range]) -> Iterator[tuple[int, int, int]]:
    """Ranges and the numbers of the words in them at which the quote may begin, best first."""
    found: list[tuple[int, int, int, int]] = []
    for low, high in ranges:
        diagonals = sorted(_votes(quote, article, low, high)) or sorted(_slips(quote, article, low, high))
        found += [(-votes, low, high, at) for at, votes in _clusters(diagonals)]
    return ((low, high, at) for _, low, high, at in sorted(found)[:CANDIDATES])


def _votes(quote: Words, article: Words, low: int, high: int) -> list[int]:
    """For each place of a word of the quote, where the quote would begin; rare words first."""
    places: list[tuple[int, int, int, list[int]]] = []
    for number, key in enumerate(quote.keys):
        if postings := article.postings.get(key):
            first, last = bisect_left(postings, low), bisect_left(postings, high)
            if first < last:
                places.append((last - first, number, first, postings))
    votes: list[int] = []
    for count, number, first, postings in sorted(places, key=lambda place: place[:2]):
        if votes and len(votes) + count > MOST_VOTES:
            break
        votes += [at - number for at in postings[first : first + min(count, MOST_VOTES)]]
    return votes


def _slips(quote: Words, article: Words, low: int, high: int) -> Iterator[int]:
    """As votes, for a quote of which no word stands there as it is: its longest word, misspelt."""
    if high - low > MOST_VOTES:
        return
    number = max(range(len(quote)), key=lambda each: len(quote.keys[each]), default=None)
    if number is not None:
        yield from (at - number for at in range(low, high) if is_slip(article.keys[at], quote.keys[number]))


def _clusters(diagonals: list[int]) -> Iterator[tuple[int, int]]:
    """The beginnings with the most votes within the slack, and their votes."""
    counts = Counter(diagonals)
    for _ in range(CANDIDATES):
        ordered = sorted(counts)
        best, votes, first, inside = 0, 0, 0, 0
        for at in ordered:
            inside += counts[at]
            while at - ordered[first] > SLACK:
                inside -= counts[ordered[first]]
                first += 1
            if inside > votes:
                best, votes = ordered[first], inside
        if not votes:
            return
        yield best, votes
        for at in (each for each in ordered if best <= each <= best + SLACK):
            del counts[at]


_Block = tuple[int, int, int, int]
"""Words that agree: first and last in the quote, first and last in the article; lasts exclusive."""


def _align_at(quote: Words, article: Words, low: int, high: int) -> Iterator[Alignment]:
    keys = article.keys[low:high]
    blocks = [
        (op.src_start, op.src_end, low + op.dest_start, low + op.dest_end)
        for op in Levenshtein.opcodes(quote.keys, keys)
        if op.tag == "equal"
    ]
    if not blocks:
        blocks = [
            (at, at + 1, low + place, low + place + 1)
            for at, key in enumerate(quote.keys)
            for place, other in enumerate(keys)
            if is_slip(key, other)
        ][:1]
    if blocks := _extended(_densest(_closed_up(blocks, quote, article)), quote, article, low, high):
        yield _alignment(blocks, quote, article)


def _closed_up(blocks: list[_Block], quote: Words, article: Words) -> list[_Block]:
    """Move blocks up to the longest where they could as well stand: of equal paths the closest is meant."""
    if len(blocks) < 2:  # noqa: PLR2004 - nothing to move up to
        return blocks
    anchor = max(range(len(blocks)), key=lambda at: blocks[at][1] - blocks[at][0])
    left = blocks[: anchor + 1]
    right = [_mirrored(block) for block in reversed(blocks[anchor:])]
    left = _moved_right(left, quote.keys, article.keys)
    right = _moved_right(right, _Reversed(quote.keys), _Reversed(article.keys))
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


def _densest(blocks: list[_Block]) -> list[_Block]:
    """The run of blocks with the most agreement for its gaps: a stray word far off is no part of a quote."""
    best, best_score, run, score = blocks[:1], float("-inf"), list[_Block](), 0.0
    for block in blocks:
        size = block[1] - block[0]
        cost = _gap_cost(run[-1], block) if run else 0
        if run and score - cost > 0:
            run, score = [*run, block], score - cost + size
        else:
            run, score = [block], size
        if score > best_score:
            best, best_score = run, score
    return best


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
    return is_slip(quote.keys[q], article.keys[a])


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
