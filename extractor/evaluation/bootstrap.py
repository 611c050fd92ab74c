"""How sure a figure is: articles drawn anew with replacement, and the middle 95 % of what comes out.

The percentile bootstrap over articles (Efron 1979): claims of one article are not independent. Differences
draw the same articles for both sides, which is what makes them paired.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from extractor.evaluation.counts import Counts

RESAMPLES = 1_000
"""How often articles are drawn."""

SEED = 20_220_905
"""Of the drawing, so that a report is the same every time: the day of the seed article."""

FEWEST = 2
"""Articles below which there is no interval: one, drawn again and again, would seem to leave no doubt."""

TAIL = 0.025
"""Share of what comes out that lies below the interval, and above it."""


Figure = Callable[[Sequence[Counts]], float | None]
"""A figure from the summed counts of each side; None where there is nothing to measure."""


@dataclass(frozen=True)
class Interval:
    """The bounds between which 95 % of the resamples lie."""

    low: float
    high: float


def intervals(articles: Sequence[Sequence[Counts]], figures: Sequence[Figure]) -> list[Interval | None]:
    """The interval of each figure.

    Args:
        articles: for each article its counts, one for each side of a comparison.
        figures: what is made of their sums.

    A figure without an interval could not be measured in any resample, or rests on one article.
    """
    drawn: list[list[float]] = [[] for _ in figures]
    for sums in _resamples(articles):
        for values, figure in zip(drawn, figures, strict=True):
            if (value := figure(sums)) is not None:
                values.append(value)
    return [_middle(sorted(values)) for values in drawn]


def _resamples(articles: Sequence[Sequence[Counts]]) -> Iterator[list[Counts]]:
    """The sums of counts, one for each side, of articles drawn as often as there are articles."""
    draw = random.Random(SEED)  # noqa: S311 - chance that can be repeated, no secret
    sides = [_columns(side) for side in zip(*articles, strict=True)]
    for _ in range(RESAMPLES if len(articles) >= FEWEST else 0):
        chosen = draw.choices(range(len(articles)), k=len(articles))
        yield [
            {name: sum(map(column.__getitem__, chosen)) for name, column in side.items()} for side in sides
        ]


def _columns(articles: Sequence[Counts]) -> dict[str, list[int]]:
    names = sorted({name for counts in articles for name in counts})
    return {name: [counts.get(name, 0) for counts in articles] for name in names}


def _middle(values: Sequence[float]) -> Interval | None:
    if not values:
        return None
    return Interval(_quantile(values, TAIL), _quantile(values, 1 - TAIL))


def _quantile(values: Sequence[float], share: float) -> float:
    """Between the two values nearest to the share of the sorted values."""
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)
