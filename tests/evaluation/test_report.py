"""A report: its figures, its JSON, and how two differ."""

import json
from pathlib import Path

import pytest
from evaluation.made import COST, OPENING, TEXT, WHOLE, annotation

from extractor.errors import InvalidInput
from extractor.evaluation.comparison import compare_reports
from extractor.evaluation.report import Report, load_report
from extractor.evaluation.scoring import METRICS, score

ALL, HALF = (score(each, WHOLE, TEXT) for each in (WHOLE, annotation(OPENING, COST, sources=WHOLE.sources)))


def test_an_annotation_against_itself_is_1_in_every_share_and_has_no_fault() -> None:
    for row in Report({"port": ALL}).rows:
        is_fault = row.unit != "share" or row.name in ("body lost", "outside evidence")
        several = row.name == "claims several assertions"
        assert row.value == (0 if is_fault else 1) or several, row.name


def test_a_row_is_the_figure_of_all_articles_together() -> None:
    rows = {row.name: row for row in Report({"a": ALL, "b": HALF}).rows}
    recall = rows["claims by evidence recall"]
    assert (recall.value, recall.low, recall.high, recall.n) == (6 / 8, 0.5, 1, 8)


def test_figures_that_were_not_measured_have_no_row() -> None:
    names = [row.name for row in Report({"port": ALL}).rows]
    assert "said_when" not in names
    assert "segments promo f1" not in names
    assert names == [metric.name for metric in METRICS if metric.name in names]


def test_a_report_of_nothing_has_no_rows() -> None:
    assert Report({}).rows == []


def test_confusion_counts_characters_by_label() -> None:
    failed = score(annotation(tiles=()), WHOLE, TEXT)
    assert Report({"port": ALL}).confusion["comment"] == {"comment": len("Bravo!")}
    assert Report({"port": failed}).confusion["comment"] == {"nothing": len("Bravo!")}


def test_a_report_is_read_as_it_was_saved(tmp_path: Path) -> None:
    report = Report({"a": ALL, "b": HALF}, {"c": "no reply"})
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report.as_json()), encoding="utf-8")
    assert load_report(path).articles == report.articles
    assert load_report(path).rows == report.rows
    assert report.as_json()["skipped"] == {"c": "no reply"}


def test_another_json_is_no_report(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"no report of extractor eval --json: Field required"):
        load_report(path)


def test_a_report_is_of_its_form_and_so_is_what_is_read_again(tmp_path: Path) -> None:
    report = Report({"a": {"gold": 2, "found": 1}}, form="gum/v1")
    assert [(row.name, row.value) for row in report.rows][1] == ("gum attribution recall", 0.5)
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report.as_json()), encoding="utf-8")
    assert load_report(path, "gum/v1") == report
    with pytest.raises(InvalidInput, match=r"a report of the form gum/v1, not evaluation/v1"):
        load_report(path)


def test_two_reports_differ_over_the_articles_of_both() -> None:
    compared = compare_reports(Report({"a": ALL, "b": ALL, "c": ALL}), Report({"b": HALF, "c": HALF}))
    assert compared.articles == ("b", "c")
    changes = {each.name: each for each in compared.changes}
    recall = changes["claims by evidence recall"]
    assert (recall.value, recall.other, recall.difference) == (1, 0.5, 0.5)
    assert (recall.low, recall.high, recall.n) == (0.5, 0.5, 8)
    assert recall.is_clear
    assert recall.is_gain


def test_a_report_does_not_differ_from_itself() -> None:
    report = Report({"a": ALL, "b": HALF})
    for change in compare_reports(report, report).changes:
        assert (change.difference, change.low, change.high) == (0, 0, 0)
        assert not change.is_clear
        assert not change.is_gain


def test_fewer_faults_are_a_gain_and_more_are_none() -> None:
    failed = score(annotation(tiles=()), WHOLE, TEXT)
    for one, other, gain in ((ALL, failed, True), (failed, ALL, False)):
        changes = compare_reports(Report({"a": one, "b": one}), Report({"a": other, "b": other})).changes
        (lost,) = (each for each in changes if each.name == "body lost")
        assert lost.is_clear
        assert lost.is_gain is gain


def test_one_article_leaves_every_doubt() -> None:
    changes = compare_reports(Report({"a": ALL}), Report({"a": HALF})).changes
    assert {(each.low, each.high, each.is_clear) for each in changes} == {(None, None, False)}
    assert {(each.low, each.high) for each in Report({"a": ALL}).rows} == {(None, None)}


def test_reports_without_a_common_article_have_nothing_to_compare() -> None:
    compared = compare_reports(Report({"a": ALL}), Report({"b": ALL}))
    assert (compared.articles, compared.changes) == ((), ())
