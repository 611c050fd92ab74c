"""Which predicted claim is which of the reference: by evidence, or by evidence and text.

Among all pairs that are alike enough those are made that have the greatest sum of likeness together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rapidfuzz import fuzz

from extractor.evaluation.overlap import Characters, characters, overlap, pairs
from extractor.evaluation.reference import Reference
from extractor.schemas.extraction.v1 import Assertion, Claim

SAME_EVIDENCE = 0.5
"""Overlap of evidence (intersection over union of characters) from which on two claims, or two assertions,
can be the same."""

SAME_TEXT = 0.6
"""Likeness of text, from 0 to 1, from which on two claims can say the same: below, claims of one sentence are
as alike as two wordings of one claim."""

Pair = tuple[int, int]
"""Index of a predicted claim and of one of the reference."""


@dataclass(frozen=True)
class Matching:
    """The claims of a result and of a reference, paired.

    Args:
        predicted: the claims of the result.
        reference: the claims of the reference.
    """

    predicted: Sequence[Claim]
    reference: Sequence[Claim]
    _likeness: dict[Pair, tuple[float, float]] = field(default_factory=dict[Pair, tuple[float, float]])

    @classmethod
    def of(cls, predicted: Reference, reference: Reference) -> "Matching":
        """The claims of two annotations of an article."""
        return cls(predicted.claims, reference.claims)

    @cached_property
    def evidence(self) -> tuple[list[Characters], list[Characters]]:
        """What each predicted claim and each of the reference rests on, over all its assertions."""
        return [_evidence(each) for each in self.predicted], [_evidence(each) for each in self.reference]

    def likeness(self, pair: Pair) -> tuple[float, float]:
        """Overlap of the evidence and likeness of the text of a predicted claim and one of the reference."""
        if pair not in self._likeness:
            ones, others = self.evidence
            self._likeness[pair] = (
                overlap(ones[pair[0]], others[pair[1]]),
                text_likeness(self.predicted[pair[0]].text, self.reference[pair[1]].text),
            )
        return self._likeness[pair]

    @cached_property
    def by_evidence(self) -> list[Pair]:
        """Pairs whose evidence is the same; their text decides among several."""
        return self._paired(0.0)

    @cached_property
    def by_text_too(self) -> list[Pair]:
        """Pairs whose evidence and text are the same."""
        return self._paired(SAME_TEXT)

    def claims(self) -> Iterator[tuple[Claim, Claim]]:
        """The claims paired by evidence."""
        return ((self.predicted[one], self.reference[other]) for one, other in self.by_evidence)

    def assertions(self) -> Iterator[tuple[Assertion, Assertion]]:
        """The assertions, of claims paired by evidence, that are the same."""
        for one, other in self.claims():
            for first, second in pairs(one.assertions, other.assertions, _assertion_likeness):
                yield one.assertions[first], other.assertions[second]

    def _paired(self, least: float) -> list[Pair]:
        def likeness(one: int, other: int) -> float:
            evidence, text = self.likeness((one, other))
            return (evidence + text) / 2 if evidence >= SAME_EVIDENCE and text >= least else 0.0

        return pairs(range(len(self.predicted)), range(len(self.reference)), likeness)


def text_likeness(one: str, other: str) -> float:
    """How alike two texts are in their letters, as they stand or word by word, case aside: from 0 to 1."""
    first, second = one.casefold(), other.casefold()
    return max(fuzz.ratio(first, second), fuzz.token_sort_ratio(first, second)) / 100


def _evidence(claim: Claim) -> Characters:
    return characters(span for said in claim.assertions for span in said.evidence)


def _assertion_likeness(one: Assertion, other: Assertion) -> float:
    same = overlap(characters(one.evidence), characters(other.evidence))
    return same if same >= SAME_EVIDENCE else 0.0
