"""``extractor eval``: tables, JSON, comparisons and exit codes."""

import json
import shutil
from pathlib import Path

import pytest
from doubles.command import run, run_on_terminal
from evaluation.made import COST, OPENING, WHOLE, annotation, uncheck, write_case, write_gum, write_reference

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
    code, shown = run_on_terminal("eval", cases, "--of", "second")
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
        shown = run("eval", cases, "--of", "second", "--half", half).stdout
        assert shown.splitlines()[0].strip() == count


def test_json_is_a_report_that_can_be_compared_with(cases: Path, tmp_path: Path) -> None:
    saved = tmp_path / "report.json"
    saved.write_text(run("eval", cases, "--of", "second", "--json").stdout, encoding="utf-8")
    assert sorted(json.loads(saved.read_bytes())["articles"]) == ["a", "b"]
    write_reference(cases / "a" / "reference-b.json", WHOLE)
    shown = run("eval", cases, "--of", "second", "--other", saved)
    assert shown.returncode == 0
    assert shown.stdout.startswith("2 articles in both")
    assert lines(shown.stdout)["claims by evidence recall"] == [
        "100.0", "75.0", "+25.0", "+0.0 to +50.0", "8"
    ]  # fmt: skip
    data = json.loads(run("eval", cases, "--of", "second", "--other", saved, "--json").stdout)
    assert data["comparison"]["articles"] == ["a", "b"]
    assert {each["name"] for each in data["comparison"]["changes"]} >= {"stance", "claims atomic"}


def test_a_clear_difference_is_marked(cases: Path, tmp_path: Path) -> None:
    saved = tmp_path / "report.json"
    write_reference(cases / "b" / "reference-b.json", LESS)
    saved.write_text(run("eval", cases, "--of", "second", "--json").stdout, encoding="utf-8")
    for name in "ab":
        write_reference(cases / name / "reference-b.json", WHOLE)
    shown = run("eval", cases, "--of", "second", "--other", saved).stdout
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


def test_rules_alone_are_scored_beside_what_a_model_finds(cases: Path) -> None:
    shown = run("eval", cases, "--of", "rules")
    assert shown.returncode == 0
    assert shown.stdout.startswith("2 articles")
    assert "claims by evidence recall" in lines(shown.stdout)


def test_replies_to_another_prompt_version_are_scored() -> None:
    golden = Path(__file__).parents[2] / "golden" / "seed"
    old, new = (run("eval", golden, "--prompt", name) for name in ("claims@v1", "claims@v2"))
    assert (old.returncode, new.returncode) == (1, 0)
    assert new.stdout == run("eval", golden).stdout
    assert "seed: not scored: no recorded reply to claims@v1" in old.stderr


def test_a_prompt_version_that_there_is_not_is_named(cases: Path) -> None:
    shown = run("eval", cases, "--prompt", "claims@v99")
    assert shown.returncode == 2
    assert "claims@v99" in shown.stderr


def test_a_run_is_no_matter_of_agreement(cases: Path) -> None:
    shown = run("eval", cases, "--of", "second", "--out", cases)
    assert shown.returncode == 2
    assert "--out" in shown.stderr


def test_a_report_of_other_articles_is_nothing_to_compare_with(cases: Path, tmp_path: Path) -> None:
    saved = tmp_path / "report.json"
    saved.write_text('{"report": "evaluation/v1", "articles": {"z": {}}}', encoding="utf-8")
    shown = run("eval", cases, "--of", "second", "--other", saved)
    assert shown.returncode == 2
    assert shown.stderr == f"extractor: input {saved}: none of its articles was scored here\n"


def test_a_damaged_reference_is_named_and_the_exit_code_2(cases: Path) -> None:
    (cases / "a" / "reference.json").write_text("{}", encoding="utf-8")
    shown = run("eval", cases, "--of", "second")
    assert shown.returncode == 2
    assert f"reference {cases / 'a' / 'reference.json'}: segments: Field required" in shown.stderr


@pytest.fixture
def gum_cases(cases: Path) -> Path:
    """Of three cases two have a gum.json, and in one the reference lacks what GUM has."""
    write_case(cases / "c")
    for name in "ab":
        write_gum(cases / name)
    write_reference(cases / "b" / "reference.json", annotation(COST, sources=WHOLE.sources))
    return cases


def test_the_references_are_scored_against_gum(gum_cases: Path) -> None:
    shown = run("eval", gum_cases, "--gum", "--of", "reference")
    table = lines(shown.stdout)
    assert shown.returncode == 0
    assert shown.stdout.startswith("2 articles")
    assert table["gum attribution recall"] == ["50.0", "0.0 to 100.0", "4"]
    assert table["gum nested recall"] == ["50.0", "0.0 to 100.0", "2"]
    assert table["gum predicted in a content"] == ["100.0", "100.0 to 100.0", "1"]
    assert "reference down" not in shown.stdout


def test_recorded_replies_and_a_run_are_scored_against_gum(tmp_path: Path, golden: Path) -> None:
    folder = shutil.copytree(golden / "mecca-crane", tmp_path / "cases" / "mecca-crane")
    (folder / "reference.json").unlink()
    out = tmp_path / "out"
    made = run("run", folder, "--out", out, "--replay", folder / "replies", "--model", "external-llm")
    assert made.returncode == 0, made.stderr
    replayed, scored = (run("eval", folder, "--gum", *more) for more in ((), ("--out", out)))
    assert replayed.returncode == scored.returncode == 0
    assert replayed.stdout == scored.stdout
    assert lines(replayed.stdout)["gum attribution recall"][-1] == "4"
    compared = lines(run("eval", folder, "--gum", "--other", out).stdout)
    assert compared["gum attribution recall"][2] == "+0.0"


def test_a_gum_report_is_compared_with_one_of_its_own_form_only(gum_cases: Path, tmp_path: Path) -> None:
    saved, other = tmp_path / "gum.json", tmp_path / "agreement.json"
    saved.write_text(run("eval", gum_cases, "--gum", "--of", "reference", "--json").stdout, encoding="utf-8")
    other.write_text(run("eval", gum_cases, "--of", "second", "--json").stdout, encoding="utf-8")
    data = json.loads(saved.read_bytes())
    assert (data["report"], sorted(data["articles"])) == ("gum/v1", ["a", "b"])
    assert "confusion" not in data
    write_reference(gum_cases / "b" / "reference.json", WHOLE)
    shown = run("eval", gum_cases, "--gum", "--of", "reference", "--other", saved)
    assert lines(shown.stdout)["gum attribution recall"][:3] == ["100.0", "50.0", "+50.0"]
    for flags, file, told in (
        (
            (
                "--of",
                "second",
            ),
            saved,
            "a report of the form gum/v1, not evaluation/v1",
        ),
        (("--gum", "--of", "reference"), other, "a report of the form evaluation/v1, not gum/v1"),
    ):
        refused = run("eval", gum_cases, *flags, "--other", file)
        assert refused.returncode == 2
        assert f"input {file}: {told}" in refused.stderr


def test_half_of_the_gum_cases_is_scored_alone(gum_cases: Path) -> None:
    assert run("eval", gum_cases, "--gum", "--of", "reference", "--half", "report").stdout.startswith(
        "2 articles"
    )
    shown = run("eval", gum_cases, "--gum", "--half", "tune")
    assert shown.returncode == 2
    assert "no case in the tune half has a gum.json" in shown.stderr


def test_a_damaged_gum_file_is_named_and_the_exit_code_2(gum_cases: Path) -> None:
    path = gum_cases / "a" / "gum.json"
    for words, told in (
        ("{}", "id: Field required"),
        (
            path.read_text(encoding="utf-8").replace('"nested_in":0', '"nested_in":7'),
            "attribution 1: there is no 7",
        ),
    ):
        path.write_text(words, encoding="utf-8")
        shown = run("eval", gum_cases, "--gum", "--of", "reference")
        assert shown.returncode == 2
        assert f"reference {path}: {told}" in shown.stderr
        write_gum(gum_cases / "a")


def test_a_gum_case_that_cannot_be_scored_is_named_and_the_exit_code_1(gum_cases: Path) -> None:
    shown = run("eval", gum_cases, "--gum")
    assert shown.returncode == 1
    assert [line.split(": ")[:2] for line in shown.stderr.splitlines()] == [
        ["a", "not scored"],
        ["b", "not scored"],
    ]


@pytest.mark.parametrize(
    ("flags", "blamed"),
    [
        (("--of", "reference"), "--of"),
        (("--gum", "--of", "reference", "--out", "out"), "--out"),
        (("--of", "rules", "--prompt", "claims@v1"), "--prompt"),
        (("--out", "out", "--prompt", "claims@v1"), "--prompt"),
    ],
)
def test_flags_that_contradict_each_other_are_wrong_usage(
    gum_cases: Path, flags: tuple[str, ...], blamed: str
) -> None:
    shown = run("eval", gum_cases, *flags)
    assert shown.returncode == 2
    assert f"Invalid value for {blamed}" in shown.stderr
