"""Where in an article an altered quote may stand: its words vote for where it begins, rare ones most."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from rapidfuzz import process
from rapidfuzz.distance import OSA

from extractor.grounding.lexicon import FUNCTION_WORDS
from extractor.grounding.words import Words

Range = tuple[int, int]

MOST_VOTES = 400
"""Places of words that are looked at for one quote: rare words come first and decide; a frequent word adds
nothing but time."""

SLACK = 12
"""Words by which the end of a quote may be shifted against its beginning: a clause left out."""

CANDIDATES = 3
"""Places that are aligned: the best by votes, and two more in case a repetition looks as good."""

ENOUGH_KNOWN = 3
"""Content words that stand in the article as they are, from which on misspelt ones are not looked up."""

SHORTEST_SLIP = 4
"""Letters of the shortest word in which another letter can be a slip: "nord", "bord", not "le", "la"."""


def candidates(
    keys: Sequence[str], article: Words, ranges: Sequence[Range]
) -> Iterator[tuple[int, int, int]]:
    """Ranges of words, and the numbers of the words in them at which a quote may begin, best first."""
    votes = _votes(keys, article, ranges)
    for at in _best(votes):
        yield *_range_of(at, ranges), at


def corrected(keys: Sequence[str], article: Words) -> list[str]:
    """A quote's words, misspelt ones replaced by the article's if few of the others stand in it."""
    known = sum(key in article.postings and key not in FUNCTION_WORDS for key in keys)
    return [*keys] if known >= ENOUGH_KNOWN else [_corrected(key, article) for key in keys]


def _corrected(key: str, article: Words) -> str:
    if key in article.postings or len(key) < SHORTEST_SLIP or key[0] == "#":
        return key
    similar = process.extractOne(key, article.vocabulary, scorer=OSA.distance, score_cutoff=1)
    return similar[0] if similar else key


def is_slip(one: str, other: str) -> bool:
    """Whether two words differ by a letter added, lost, changed or swapped, or by case only."""
    one, other = one.lower(), other.lower()
    if one == other:
        return True
    if max(len(one), len(other)) < SHORTEST_SLIP or any(map(str.isdigit, one + other)):
        return False
    return OSA.distance(one, other, score_cutoff=1) <= 1


def _votes(keys: Sequence[str], article: Words, ranges: Sequence[Range]) -> dict[int, float]:
    """For each word at which the quote may begin, how much speaks for it."""
    slices = {key: _within(article.postings.get(key, ()), ranges) for key in set(keys)}
    counts = {key: sum(last - first for first, last in found) for key, found in slices.items()}
    votes: defaultdict[int, float] = defaultdict(float)
    room = MOST_VOTES
    for count, number, key in sorted((counts[key], number, key) for number, key in enumerate(keys)):
        if count == 0:
            continue
        if votes and count > room:
            break
        room -= count
        postings = article.postings[key]
        places = chain.from_iterable(range(first, last) for first, last in slices[key])
        for place in islice(places, MOST_VOTES):
            votes[postings[place] - number] += 1 / count
    return votes


def _within(postings: Sequence[int], ranges: Sequence[Range]) -> list[Range]:
    """The slices of some word numbers that lie in the ranges."""
    return [(bisect_left(postings, low), bisect_left(postings, high)) for low, high in ranges]


def _best(votes: dict[int, float]) -> Iterator[int]:
    """The beginnings for which most speaks together with those within the slack after them."""
    left = dict(votes)
    for _ in range(CANDIDATES):
        ordered = sorted(left)
        best, most, first, inside = None, 0.0, 0, 0.0
        for at in ordered:
            inside += left[at]
            while at - ordered[first] > SLACK:
                inside -= left[ordered[first]]
                first += 1
            if inside > most:
                best, most = ordered[first], inside
        if best is None:
            return
        yield best
        for at in range(best, best + SLACK + 1):
            left.pop(at, None)


def _range_of(at: int, ranges: Sequence[Range]) -> Range:
    """The range that holds a word, or the one nearest to it: a beginning may be reckoned before a range."""
    return min(ranges, key=lambda each: max(each[0] - at, at - each[1] + 1, 0))
