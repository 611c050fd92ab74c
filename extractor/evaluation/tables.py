"""Reports as tables for a person."""

from rich.table import Table

from extractor.evaluation.comparison import Change, Comparison
from extractor.evaluation.counts import Unit
from extractor.evaluation.report import Report, Row
from extractor.evaluation.segments import LABELS, NOTHING


def figures_table(report: Report) -> Table:
    """One line a figure with its confidence interval; shares in per cent."""
    table = _table(_articles(len(report.articles)), "metric", "value", "95 % interval", "n")
    for row in report.rows:
        table.add_row(row.name, shown(row.value, row.unit), interval_shown(row), str(row.n))
    return table


def changes_table(comparison: Comparison) -> Table:
    """One line a figure of two reports; green and red where the interval leaves no doubt."""
    title = f"{_articles(len(comparison.articles))} in both; * the interval leaves no doubt"
    table = _table(title, "metric", "this", "other", "difference", "95 % interval", "n")
    for each in comparison.changes:
        style = ("green" if each.is_gain else "red") if each.is_clear else None
        table.add_row(
            each.name,
            shown(each.value, each.unit),
            shown(each.other, each.unit),
            f"{shown(each.difference, each.unit, signed=True)}{' *' if each.is_clear else ''}",
            interval_shown(each, signed=True),
            str(each.n),
            style=style,
        )
    return table


def confusion_table(report: Report) -> Table:
    """Characters by label: a line each for the reference's, a column each for the predicted."""
    given = [label for label in (*LABELS, NOTHING) if any(label in row for row in report.confusion.values())]
    table = _table("characters: reference down, predicted across", "", *given)
    for told, row in report.confusion.items():
        table.add_row(told, *(str(row.get(label, "")) for label in given))
    return table


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _articles(count: int) -> str:
    return f"{count} {'article' if count == 1 else 'articles'}"


def interval_shown(row: Row | Change, *, signed: bool = False) -> str:
    """A confidence interval; empty if there is none."""
    if row.low is None or row.high is None:
        return ""
    return f"{shown(row.low, row.unit, signed=signed)} to {shown(row.high, row.unit, signed=signed)}"


def shown(value: float, unit: Unit, *, signed: bool = False) -> str:
    """A share in per cent, a count as it is, the mean of characters or hops with decimals."""
    if unit == "share":
        return format(100 * value, "+.1f" if signed else ".1f")
    if unit == "count":
        return format(value, "+.0f" if signed else ".0f")
    return format(value, "+.2f" if signed else ".2f")
