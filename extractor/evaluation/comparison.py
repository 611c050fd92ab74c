"""How two reports differ, over the articles that both have."""

from collections.abc import Sequence
from dataclasses import dataclass

from extractor.evaluation.bootstrap import Figure, intervals
from extractor.evaluation.counts import Better, Counts, Metric, Unit, add
from extractor.evaluation.report import Report


@dataclass(frozen=True)
class Change:
    """A figure of two reports, over the articles that both have.

    Args:
        name: the metric's.
        value: the figure of the one.
        other: the figure of the other.
        difference: value less other.
        low: lower bound of the 95 % confidence interval of the paired difference, None if it has none.
        high: upper bound.
        n: how many things the one was measured on.
        unit: share, count, characters or hops.
        better: which way is better.
    """

    name: str
    value: float
    other: float
    difference: float
    low: float | None
    high: float | None
    n: int
    unit: Unit
    better: Better

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves no doubt about the sign."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    @property
    def is_gain(self) -> bool:
        """Whether the one is better."""
        return self.difference != 0 and (self.difference > 0) == (self.better == "higher")


@dataclass(frozen=True)
class Comparison:
    """Two reports side by side.

    Args:
        articles: the names of those that both have.
        changes: the figures that could be measured in both.
    """

    articles: tuple[str, ...]
    changes: tuple[Change, ...]


def compare_reports(one: Report, other: Report) -> Comparison:
    """What differs between two reports of one form, over the articles that both have."""
    names = tuple(name for name in one.articles if name in other.articles)
    articles = [(one.articles[name], other.articles[name]) for name in names]
    first, second = (add(report.articles[name] for name in names) for report in (one, other))
    measured = [
        (metric, value, before)
        for metric in one.metrics
        if (value := metric.value(first)) is not None and (before := metric.value(second)) is not None
    ]
    found = intervals(articles, [_difference(metric) for metric, _, _ in measured])
    changes = (
        Change(
            metric.name,
            value,
            before,
            value - before,
            interval.low if interval else None,
            interval.high if interval else None,
            metric.items(first),
            metric.unit,
            metric.better,
        )
        for (metric, value, before), interval in zip(measured, found, strict=True)
    )
    return Comparison(names, tuple(changes))


def _difference(metric: Metric) -> Figure:
    def difference(sides: Sequence[Counts]) -> float | None:
        value, before = (metric.value(side) for side in sides)
        return None if value is None or before is None else value - before

    return difference
