"""Which thing of one result is which of another: claims by evidence and words, sources by name and place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rapidfuzz import fuzz

from extractor.golden.assignment import assign
from extractor.schemas.extraction.v1 import Assertion, Claim, Source, Span

T = TypeVar("T")

KIN = 0.3
"""Likeness, from 0 to 1, below which two claims are two claims: evidence that overlaps by a third and other
words, or other evidence and words that are half alike. Two sources likewise: the same name, or mentions that
overlap by more than a half."""


@dataclass(frozen=True)
class Pairing:
    """Indices of the things that are the same in both, and of those that are in one alone."""

    both: tuple[tuple[int, int], ...]
    lost: tuple[int, ...]
    new: tuple[int, ...]


def pair_claims(before: Sequence[Claim], after: Sequence[Claim]) -> Pairing:
    """Claims by the overlap of their evidence and the likeness of their text."""
    return _pair(before, after, _claim_likeness, KIN)


def pair_assertions(before: Sequence[Assertion], after: Sequence[Assertion]) -> Pairing:
    """Assertions of one claim by the overlap of their evidence."""
    return _pair(before, after, lambda one, other: _overlap(one.evidence, other.evidence), 0.01)


def pair_sources(before: Sequence[Source], after: Sequence[Source]) -> Pairing:
    """Sources by name and by the overlap of their mentions."""
    return _pair(before, after, _source_likeness, KIN)


def _claim_likeness(one: Claim, other: Claim) -> float:
    evidence = [[span for said in claim.assertions for span in said.evidence] for claim in (one, other)]
    return (_overlap(*evidence) + fuzz.ratio(one.text, other.text) / 100) / 2


def _source_likeness(one: Source, other: Source) -> float:
    return ((one.name == other.name) + _overlap(one.mentions, other.mentions)) / 2


def _overlap(one: Sequence[Span], other: Sequence[Span]) -> float:
    """Characters in both over characters in either."""
    first = {at for span in one for at in range(span.start, span.end)}
    second = {at for span in other for at in range(span.start, span.end)}
    return len(first & second) / len(first | second) if first | second else 0.0


def _pair(ones: Sequence[T], others: Sequence[T], likeness: Callable[[T, T], float], least: float) -> Pairing:
    both = assign([[likeness(one, other) for other in others] for one in ones], least)
    rows, columns = {row for row, _ in both}, {column for _, column in both}
    return Pairing(
        tuple(both),
        tuple(row for row in range(len(ones)) if row not in rows),
        tuple(column for column in range(len(others)) if column not in columns),
    )
