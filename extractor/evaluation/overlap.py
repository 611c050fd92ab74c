"""How far spans cover the same characters, and how many of two lists belong together at a threshold."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypeVar

from extractor.golden.assignment import assign
from extractor.schemas.extraction.v1 import Span

T = TypeVar("T")
S = TypeVar("S")

Characters = frozenset[int]
"""Code points of an article, by their offsets."""

LEAST = 1e-9
"""Likeness from which on a pair may be made; what must not be paired has 0."""


def characters(spans: Iterable[Span]) -> Characters:
    """The code points that any of some spans covers."""
    return frozenset(at for span in spans for at in range(span.start, span.end))


def overlap(one: Collection[int], other: Collection[int]) -> float:
    """Characters in both over characters in either (intersection over union), from 0 to 1."""
    first, second = frozenset(one), frozenset(other)
    return len(first & second) / len(first | second) if first | second else 0.0


def inside(one: Characters, other: Characters) -> float:
    """The share of the first's characters that the second has too."""
    return len(one & other) / len(one) if one else 0.0


def pairs(ones: Sequence[T], others: Sequence[S], likeness: Callable[[T, S], float]) -> list[tuple[int, int]]:
    """Indices of what belongs together, each once at most, for the greatest sum of likeness; 0 is no pair."""
    return assign([[likeness(one, other) for other in others] for one in ones], LEAST)


def count_alike(ones: Sequence[Characters], others: Sequence[Characters], threshold: float) -> int:
    """How many of two lists can be paired so that each pair overlaps by the threshold; 1 means exactly."""

    def alike(one: Characters, other: Characters) -> float:
        return float(overlap(one, other) >= threshold)

    return len(pairs(ones, others, alike))
