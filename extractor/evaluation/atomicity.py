"""Claims that merge several of the reference, split one of it, or say again what another claim says.

A claim that was matched belongs to its partner. One that was left over belongs to the claim of the other side
that holds most of its evidence and of its words, if there is one.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from extractor.evaluation.matching import Matching, Pair, text_likeness
from extractor.evaluation.overlap import Characters, inside
from extractor.grounding.folding import Folded
from extractor.grounding.lexicon import FUNCTION_WORDS
from extractor.grounding.words import Words
from extractor.schemas.extraction.v1 import Claim

HELD = 0.5
"""Share of a claim's evidence that another claim has to have to hold it."""

WORDS_HELD = 0.6
"""Share of a claim's content words that the other has to have too: claims of one sentence share some."""

AGAIN = 0.9
"""Likeness of text from which on a left-over claim says what another claim says."""


@dataclass(frozen=True)
class Atomicity:
    """How the claims of a result cut up those of the reference.

    Args:
        atomic: predicted claims that belong to one claim of the reference, which they have for themselves.
        merging: predicted claims to which two or more claims of the reference belong.
        splitting: predicted claims that share one claim of the reference.
        repeated: predicted claims that were left over and say what another predicted claim says.
    """

    atomic: int
    merging: int
    splitting: int
    repeated: int


def judge_atomicity(matching: Matching) -> Atomicity:
    """How the claims of a result cut up those of the reference."""
    matched = matching.by_evidence
    repeated = _repeated(matching.predicted, {one for one, _ in matched})
    links = {*matched, *_pieces(matching, repeated), *_covered(matching)}
    of_predicted = Counter(one for one, _ in links)
    of_reference = Counter(other for _, other in links)
    merging = {one for one, count in of_predicted.items() if count > 1}
    splitting = {one for one, other in links if of_reference[other] > 1} - merging
    atomic = set(of_predicted) - merging - splitting
    return Atomicity(len(atomic), len(merging), len(splitting), len(repeated))


def _repeated(claims: Sequence[Claim], matched: set[int]) -> set[int]:
    """Claims that were left over and say what an earlier or a matched claim says."""
    return {
        number
        for number, claim in enumerate(claims)
        if number not in matched
        and any(
            text_likeness(claim.text, other.text) >= AGAIN
            for place, other in enumerate(claims)
            if place < number or place in matched
        )
    }


def _pieces(matching: Matching, repeated: set[int]) -> set[Pair]:
    """Left-over predicted claims, each with the claim of the reference that holds it."""
    ones, others = matching.evidence
    left = set(range(len(ones))) - {one for one, _ in matching.by_evidence} - repeated
    return {
        (one, holder)
        for one in left
        if (holder := _holder(ones[one], matching.predicted[one], others, matching.reference)) is not None
    }


def _covered(matching: Matching) -> set[Pair]:
    """Left-over claims of the reference, each with the predicted claim that holds it."""
    ones, others = matching.evidence
    left = set(range(len(others))) - {other for _, other in matching.by_evidence}
    return {
        (holder, other)
        for other in left
        if (holder := _holder(others[other], matching.reference[other], ones, matching.predicted)) is not None
    }


def _holder(
    evidence: Characters, claim: Claim, among: Sequence[Characters], claims: Sequence[Claim]
) -> int | None:
    """The claim that holds most of another's words, of those that hold enough of it."""
    words = _content(claim.text)
    held = [
        (len(words & _content(claims[at].text)) / len(words), at)
        for at, other in enumerate(among)
        if words and inside(evidence, other) >= HELD
    ]
    most, at = max(held, key=lambda each: each[0], default=(0.0, 0))
    return at if most >= WORDS_HELD else None


@lru_cache(maxsize=10_000)
def _content(text: str) -> frozenset[str]:
    """The words of a text that have content, in lower case, figures by value."""
    return frozenset(Words(Folded(text).text).keys) - FUNCTION_WORDS
