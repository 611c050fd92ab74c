"""Which source of a result is which of the reference: one to one, by name and by the words that name it."""

import re

from extractor.evaluation.context import PRONOUNS
from extractor.evaluation.overlap import characters, overlap, pairs
from extractor.evaluation.reference import Reference
from extractor.schemas.extraction.v1 import Source, Span

SAME_MENTION = 0.5
"""Overlap above which two spans name the same source: below, the one may be an office and the other its
holder ("un responsable de la Maison Blanche" and "la Maison Blanche" overlap by a half)."""

_ARTICLE = re.compile(r"(?:(?:le|la|les|un|une|des|du|the|an?) |l')")


def same_sources(predicted: Reference, reference: Reference) -> frozenset[tuple[str, str]]:
    """Ids of the sources that are one entity: the predicted one's and the reference's.

    Each is paired once: of two sources that the result takes for one, one is right.
    """
    made = pairs(predicted.sources, reference.sources, _likeness)
    return frozenset((predicted.sources[one].id, reference.sources[other].id) for one, other in made)


def _likeness(one: Source, other: Source) -> float:
    """1 for the same name, and the share of mentions that both have; a pronoun names nobody."""
    return (bare_name(one.name) == bare_name(other.name)) + _shared(one.mentions, other.mentions)


def bare_name(name: str) -> str:
    """A name in lower case, without its article."""
    folded = " ".join(name.casefold().replace("’", "'").split())
    article = _ARTICLE.match(folded)
    return folded[article.end() :] if article else folded


def _shared(ones: tuple[Span, ...], others: tuple[Span, ...]) -> float:
    named = [
        [characters([span]) for span in spans if span.text.casefold() not in PRONOUNS]
        for spans in (ones, others)
    ]
    if not all(named):
        return 0.0
    both = sum(any(overlap(mention, other) > SAME_MENTION for other in named[1]) for mention in named[0])
    return both / max(map(len, named))
