"""A report: the counts of each article, and the figures made of them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from extractor.errors import InvalidInput
from extractor.evaluation.bootstrap import Figure, intervals
from extractor.evaluation.counts import Counts, Metric, Unit, add
from extractor.evaluation.gum_scoring import GUM_METRICS
from extractor.evaluation.scoring import METRICS
from extractor.evaluation.segments import LABELS, NOTHING, confusion

Form = Literal["evaluation/v1", "gum/v1"]
"""What a saved report says that it is: against reference annotations, or against GUM's attributions."""

METRICS_OF: Mapping[Form, tuple[Metric, ...]] = {"evaluation/v1": METRICS, "gum/v1": GUM_METRICS}
"""The metrics of each form of report."""


@dataclass(frozen=True)
class Row:
    """A figure of a report.

    Args:
        name: the metric's.
        value: the figure over all articles; a share is from 0 to 1.
        low: lower bound of its 95 % confidence interval, None if it has none.
        high: upper bound.
        n: how many things it was measured on: claims, characters, hops.
        unit: share, count, characters or hops.
    """

    name: str
    value: float
    low: float | None
    high: float | None
    n: int
    unit: Unit


class _Saved(BaseModel):
    """What of a saved report is read again: the rest is made of it."""

    report: Form
    articles: dict[str, dict[str, int]]


@dataclass(frozen=True)
class Report:
    """What was counted in each article.

    Args:
        articles: counts by the article's name.
        skipped: cases with a reference that were not scored, and why.
        form: what they were held against.
    """

    articles: Mapping[str, Counts]
    skipped: Mapping[str, str] = field(default_factory=dict[str, str])
    form: Form = "evaluation/v1"

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics of its form, in order."""
        return METRICS_OF[self.form]

    @cached_property
    def rows(self) -> list[Row]:
        """The figures that could be measured."""
        counts = list(self.articles.values())
        total = add(counts)
        measured = [(each, value) for each in self.metrics if (value := each.value(total)) is not None]
        found = intervals([(each,) for each in counts], [_figure(metric) for metric, _ in measured])
        return [
            Row(
                metric.name,
                value,
                interval.low if interval else None,
                interval.high if interval else None,
                metric.items(total),
                metric.unit,
            )
            for (metric, value), interval in zip(measured, found, strict=True)
        ]

    @cached_property
    def confusion(self) -> dict[str, dict[str, int]]:
        """Characters by their label in the reference, then by the predicted one."""
        total = add(self.articles.values())
        labels = (*LABELS, NOTHING)
        table = {
            told: {given: size for given in labels if (size := total.get(confusion(told, given), 0))}
            for told in labels
        }
        return {told: row for told, row in table.items() if row}

    def as_json(self) -> dict[str, Any]:
        """The report as ``load_report`` reads it; only one against references has a confusion matrix."""
        return {
            "report": self.form,
            "rows": [asdict(row) for row in self.rows],
            **({"confusion": self.confusion} if self.form == "evaluation/v1" else {}),
            "skipped": dict(self.skipped),
            "articles": {name: dict(counts) for name, counts in self.articles.items()},
        }


def load_report(path: Path, form: Form = "evaluation/v1") -> Report:
    """Read a report that was saved as JSON.

    Raises:
        InvalidInput: it is none, or one of another form.
    """
    try:
        saved = _Saved.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise InvalidInput(
            str(path), f"no report of extractor eval --json: {error.errors()[0]['msg']}"
        ) from error
    if saved.report != form:
        raise InvalidInput(str(path), f"a report of the form {saved.report}, not {form}: no common figures")
    return Report(saved.articles, form=form)


def _figure(metric: Metric) -> Figure:
    return lambda sides: metric.value(sides[0])
