"""``extractor eval``: tables, JSON, comparisons and exit codes."""

import json
import shutil
from pathlib import Path

import pytest
from doubles.command import run, run_on_terminal
from evaluation.made import COST, OPENING, WHOLE, annotation, uncheck, write_case, write_reference

from extractor.evaluation.reference import Reference
from extractor.golden.cases import load_case

LESS = annotation(OPENING, COST, sources=WHOLE.sources)


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    write_case(tmp_path / "cases" / "a", second=LESS)
    write_case(tmp_path / "cases" / "b", second=WHOLE)
    return tmp_path / "cases"


def lines(text: str) -> dict[str, list[str]]:
    """The columns of a table's lines, by the first."""
    split = [line.split("  ") for line in text.splitlines()]
    return {first: [each.strip() for each in rest if each.strip()] for first, *rest in split}


def test_agreement_is_a_table_with_intervals_on_a_terminal(cases: Path) -> None:
    code, shown = run_on_terminal("eval", cases, "--agreement")
    table = lines(shown)
    assert code == 0
    assert "2 articles" in shown
    assert table["claims by evidence recall"] == ["75.0", "50.0 to 100.0", "8"]
    assert table["claims merging"] == ["0", "0 to 0", "6"]
    assert table["boundaries distance"] == ["0.00", "0.00 to 0.00", "8"]
    assert table["comment"] == ["12"]


def test_half_of_the_cases_is_scored_alone(cases: Path) -> None:
    write_case(cases / "c", second=WHOLE)  # the others are in the half of reports
    for half, count in (("tune", "1 article"), ("report", "2 articles")):
        shown = run("eval", cases, "--agreement", "--half", half).stdout
        assert shown.splitlines()[0].strip() == count


def test_json_is_a_report_that_can_be_compared_with(cases: Path, tmp_path: Path) -> None:
    saved = tmp_path / "report.json"
    saved.write_text(run("eval", cases, "--agreement", "--json").stdout, encoding="utf-8")
    assert sorted(json.loads(saved.read_bytes())["articles"]) == ["a", "b"]
    write_reference(cases / "a" / "reference-b.json", WHOLE)
    shown = run("eval", cases, "--agreement", "--other", saved)
    assert shown.returncode == 0
    assert shown.stdout.startswith("2 articles in both")
    assert lines(shown.stdout)["claims by evidence recall"] == [
        "100.0", "75.0", "+25.0", "+0.0 to +50.0", "8"
    ]  # fmt: skip
    data = json.loads(run("eval", cases, "--agreement", "--other", saved, "--json").stdout)
    assert data["comparison"]["articles"] == ["a", "b"]
    assert {each["name"] for each in data["comparison"]["changes"]} >= {"stance", "claims atomic"}


def test_a_clear_difference_is_marked(cases: Path, tmp_path: Path) -> None:
    saved = tmp_path / "report.json"
    write_reference(cases / "b" / "reference-b.json", LESS)
    saved.write_text(run("eval", cases, "--agreement", "--json").stdout, encoding="utf-8")
    for name in "ab":
        write_reference(cases / name / "reference-b.json", WHOLE)
    shown = run("eval", cases, "--agreement", "--other", saved).stdout
    assert lines(shown)["claims by evidence recall"][2:4] == ["+50.0 *", "+50.0 to +50.0"]


def test_a_replay_is_compared_with_a_run(tmp_path: Path, golden: Path) -> None:
    folder = shutil.copytree(golden / "seed", tmp_path / "cases" / "seed")
    write_reference(folder / "reference.json", uncheck(Reference.of(load_case(folder).replay())))
    out = tmp_path / "out"
    made = run("run", folder, "--out", out, "--replay", folder / "replies", "--model", "external-llm")
    assert made.returncode == 0, made.stderr
    for options in ((), ("--out", out)):
        shown = lines(run("eval", folder, *options).stdout)
        assert shown["claims by evidence f1"][0] == "100.0"
    shown = lines(run("eval", folder, "--other", out).stdout)
    assert shown["claims by evidence f1"][2] == "+0.0"


def test_a_case_that_cannot_be_scored_is_named_and_the_exit_code_1(cases: Path) -> None:
    shown = run("eval", cases)
    assert shown.returncode == 1
    assert shown.stdout.startswith("0 articles")
    assert [line.split(": ")[:2] for line in shown.stderr.splitlines()] == [
        ["a", "not scored"],
        ["b", "not scored"],
    ]


def test_a_run_is_no_matter_of_agreement(cases: Path) -> None:
    shown = run("eval", cases, "--agreement", "--out", cases)
    assert shown.returncode == 2
    assert "--out" in shown.stderr


def test_a_report_of_other_articles_is_nothing_to_compare_with(cases: Path, tmp_path: Path) -> None:
    saved = tmp_path / "report.json"
    saved.write_text('{"report": "evaluation/v1", "articles": {"z": {}}}', encoding="utf-8")
    shown = run("eval", cases, "--agreement", "--other", saved)
    assert shown.returncode == 2
    assert shown.stderr == f"extractor: input {saved}: none of its articles was scored here\n"


def test_a_damaged_reference_is_named_and_the_exit_code_2(cases: Path) -> None:
    (cases / "a" / "reference.json").write_text("{}", encoding="utf-8")
    shown = run("eval", cases, "--agreement")
    assert shown.returncode == 2
    assert f"reference {cases / 'a' / 'reference.json'}: segments: Field required" in shown.stderr
