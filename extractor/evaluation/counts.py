"""What is counted in an article, and what a metric makes of the sums: so a bootstrap resamples counts.

A count has a name such as ``claims reference``; every metric is a quotient of sums of counts, or a sum.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Counts = Mapping[str, int]
"""Counts by name; what is missing is 0."""

Value = Callable[[Counts], float | None]
"""A figure from counts; None where there is nothing to measure."""


Better = Literal["higher", "lower"]
Unit = Literal["share", "count", "characters", "hops"]


@dataclass(frozen=True)
class Metric:
    """A figure with a name.

    Args:
        name: group and figure, such as ``claims f1``; docs/evaluation.md defines each.
        value: the figure from summed counts, None if there was nothing to measure.
        items: how many things it was measured on.
        better: which way is better, so that a difference can be read.
        unit: of the figure; a share is from 0 to 1.
    """

    name: str
    value: Value
    items: Callable[[Counts], int]
    better: Better = "higher"
    unit: Unit = "share"


def add(counts: Iterable[Counts]) -> Counts:
    """The sums by name."""
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return total


def told(counts: Counts) -> Counts:
    """The counts as a report holds them: by name in order, without those that are 0."""
    return {name: int(count) for name, count in sorted(counts.items()) if count}


def quotient(part: float, whole: float) -> float | None:
    """One over the other, None over nothing."""
    return part / whole if whole else None


def share(name: str, part: str, whole: str, *, better: Better = "higher", unit: Unit = "share") -> Metric:
    """A metric that is one count over another."""

    def value(counts: Counts) -> float | None:
        return quotient(counts.get(part, 0), counts.get(whole, 0))

    return Metric(name, value, items(whole), better, unit)


def total(name: str, part: str, whole: str) -> Metric:
    """A metric that counts faults, the fewer the better, among ``whole``."""

    def value(counts: Counts) -> float | None:
        return float(counts.get(part, 0)) if counts.get(whole, 0) else None

    return Metric(name, value, items(whole), "lower", "count")


def scores(name: str, right: str, predicted: str, reference: str) -> tuple[Metric, Metric, Metric]:
    """Precision, recall and F1 of a count of right ones among those predicted and those in the reference."""
    return (
        share(f"{name} precision", right, predicted),
        share(f"{name} recall", right, reference),
        f1(f"{name} f1", right, predicted, reference),
    )


def f1(name: str, right: str, predicted: str, reference: str) -> Metric:
    """The harmonic mean of precision and recall; measured on what the reference has."""

    def value(counts: Counts) -> float | None:
        both = counts.get(predicted, 0) + counts.get(reference, 0)
        return quotient(2 * counts.get(right, 0), both)

    return Metric(name, value, items(reference))


def items(name: str) -> Callable[[Counts], int]:
    """How many there are of what has a name."""
    return lambda counts: counts.get(name, 0)
