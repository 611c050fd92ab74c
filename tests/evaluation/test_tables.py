"""Tables: shares in per cent, counts as they are, a star where there is no doubt."""

import io

from evaluation.made import COST, OPENING, TEXT, WHOLE, annotation
from rich.console import Console
from rich.table import Table

from extractor.evaluation.comparison import compare_reports
from extractor.evaluation.report import Report
from extractor.evaluation.scoring import score
from extractor.evaluation.tables import changes_table, confusion_table, figures_table

ALL, HALF = (score(each, WHOLE, TEXT) for each in (WHOLE, annotation(OPENING, COST, sources=WHOLE.sources)))

BETTER, WORSE = (Report({"a": counts, "b": counts}) for counts in (ALL, HALF))


def shown(table: Table) -> dict[str, list[str]]:
    """The cells of each line by the first."""
    console = Console(file=io.StringIO(), width=150)
    console.print(table)
    assert isinstance(console.file, io.StringIO)
    rows = [line.strip().split("  ") for line in console.file.getvalue().splitlines()]
    return {first: [each.strip() for each in rest if each.strip()] for first, *rest in rows}


def test_a_figure_stands_with_its_interval_and_what_it_was_measured_on() -> None:
    table = shown(figures_table(Report({"a": ALL, "b": HALF})))
    assert table["2 articles"] == []
    assert table["claims by evidence recall"] == ["75.0", "50.0 to 100.0", "8"]
    assert table["claims merging"] == ["0", "0 to 0", "6"]
    assert table["chain depth error"] == ["0.00", "0.00 to 0.00", "6"]


def test_one_article_is_one_article() -> None:
    assert "1 article" in shown(figures_table(Report({"a": ALL})))


def test_a_figure_without_an_interval_stands_alone() -> None:
    assert shown(figures_table(Report({"a": ALL})))["stance"] == ["100.0", "4"]


def test_differences_have_a_sign_and_clear_ones_a_star() -> None:
    table = shown(changes_table(compare_reports(BETTER, WORSE)))
    assert table["claims by evidence recall"] == ["100.0", "50.0", "+50.0 *", "+50.0 to +50.0", "8"]
    assert table["claims by evidence precision"] == ["100.0", "100.0", "+0.0", "+0.0 to +0.0", "8"]
    table = shown(changes_table(compare_reports(WORSE, BETTER)))
    assert table["claims by evidence recall"][2] == "-50.0 *"


def test_the_confusion_has_a_line_a_label_of_the_reference_and_a_column_a_predicted_one() -> None:
    failed = score(annotation(tiles=()), WHOLE, TEXT)
    table = shown(confusion_table(Report({"a": ALL, "b": failed})))
    assert table["comment"] == ["6", "6"]
    alone = confusion_table(Report({"b": failed}))
    assert [column.header for column in alone.columns] == ["", "nothing"]
