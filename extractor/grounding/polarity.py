"""Negation and modality of a passage, French and English."""

import re
from collections.abc import Sequence
from functools import lru_cache

from extractor.grounding.lexicon import (
    CONDITIONALS,
    FUTURE,
    NEGATIONS,
    NO_CONDITIONALS,
    PARTICLES,
    POSSIBLE,
)

_REGULAR_CONDITIONAL = re.compile(r"\w+(?:er|ir)(?:ais|ait|aient)")
"""The infinitive in -er or -ir with an ending. Imperfects in -érait have an accent."""

_FUTURE = re.compile(r"\w+r(?:a|ont)")

NEGATION_REACH = 5
"""Words between "ne" and what completes it ("n'a, dit-on, presque jamais")."""


@lru_cache(maxsize=50_000)
def is_conditional(key: str) -> bool:
    """Whether a word, in lower case, is a French verb in the conditional."""
    return key in CONDITIONALS or (
        key not in NO_CONDITIONALS and _REGULAR_CONDITIONAL.fullmatch(key) is not None
    )


@lru_cache(maxsize=50_000)
def is_future(key: str) -> bool:
    """Whether a word, in lower case, looks like a future, such as "viendra"."""
    return key in FUTURE or _FUTURE.fullmatch(key) is not None


def negations(keys: Sequence[str]) -> int:
    """How many times some words negate; "ne ... pas" is once, "ne" alone too."""
    count, open_until = 0, -1
    for at, key in enumerate(keys):
        if key in PARTICLES:
            count += 1
            open_until = at + NEGATION_REACH
        elif key in NEGATIONS:
            if at > open_until:
                count += 1
            elif key != "ni":
                open_until = -1
    return count


def is_possible(keys: Sequence[str]) -> bool:
    """Whether some words make a statement less than certain."""
    return not POSSIBLE.isdisjoint(keys)
