"""Faults in the wording of claims that match: figures, negations and names that nothing bears out.

A fault needs both: the claim's figures (negations, names) are not those of the reference claim, and the
extractor's own check of a claim against its evidence (``grounding.support``) finds fault with them too, in
every assertion. A claim that says more than the reference, from its evidence, is none.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from extractor.evaluation.reference import Reference
from extractor.evaluation.segments import CLAIMED
from extractor.grounding.folding import Folded
from extractor.grounding.lexicon import CALENDAR, FUNCTION_WORDS
from extractor.grounding.polarity import negations
from extractor.grounding.support import Known, SupportCheck, support_checks
from extractor.grounding.words import Words
from extractor.schemas.extraction.v1 import Assertion, Claim
from extractor.units import Unit, split_units

KINDS: tuple[SupportCheck, ...] = ("number", "negation", "name")
"""The faults that are counted."""


class Wording:
    """Judges the wording of claims about one article.

    Args:
        text: the article.
        reference: what in it is headline, body and caption, from which a claim may draw.
    """

    def __init__(self, text: str, reference: Reference) -> None:
        self._text = text
        parts = [text[each.start : each.end] for each in reference.segments if each.label in CLAIMED]
        self._known = Known("\n".join(parts))
        self._units: Sequence[Unit] = split_units(text)

    def faults(self, claim: Claim, reference: Claim) -> tuple[SupportCheck, ...]:
        """What in a claim is neither the reference's nor the article's."""
        other: list[SupportCheck] = [
            kind for kind in KINDS if _SAID[kind](claim.text) != _SAID[kind](reference.text)
        ]
        if not other:
            return ()
        found = [self._checks(claim, said) for said in claim.assertions]
        return tuple(kind for kind in other if all(kind in checks for checks in found))

    def _checks(self, claim: Claim, said: Assertion) -> tuple[SupportCheck, ...]:
        first, last = said.evidence[0].start, said.evidence[-1].end
        around = (
            self._text[each.start : each.end]
            for each in self._units
            if each.start < last and first < each.end
        )
        return support_checks(
            claim.text,
            [each.text for each in said.evidence],
            "\n".join(around),
            self._known,
            denied=said.stance == "denies",
            hearsay=said.hearsay,
            reported=bool(said.chain),
        )


@lru_cache(maxsize=10_000)
def _words(text: str) -> Words:
    return Words(Folded(text).text)


def _figures(text: str) -> object:
    return frozenset(word.key for word in _words(text) if word.is_figure)


def _negations(text: str) -> object:
    return negations(_words(text).keys)


def _names(text: str) -> object:
    """Capitalised words; where the sentence opens a capital says nothing, but the word is compared."""
    return frozenset(
        word.key
        for word in _words(text)
        if word.is_capitalised and word.key not in FUNCTION_WORDS and word.key not in CALENDAR
    )


_SAID: Mapping[SupportCheck, Callable[[str], object]] = {
    "number": _figures,
    "negation": _negations,
    "name": _names,
}
