"""Which cases are scored, and what of each."""

import shutil
from pathlib import Path

import pytest
from evaluation.made import TEXT, WHOLE, annotation, uncheck, write_case, write_gum, write_reference

from extractor.article import Article
from extractor.errors import InvalidReference, NoSuchCase, NoSuchFolder
from extractor.evaluation.collection import (
    find_referenced,
    replayed,
    results_of,
    score_cases,
    score_cases_on_gum,
    second_annotator,
)
from extractor.evaluation.gum import GUM
from extractor.evaluation.halves import Half, half_of
from extractor.evaluation.reference import REFERENCE, SECOND_REFERENCE, Reference
from extractor.golden.cases import load_case
from extractor.runs.ledger import Ledger
from extractor.schemas.extraction.v1 import ArticleInfo, Extraction

TUNED, REPORTED = "port-2", "port-0"


BOTH = (REFERENCE, SECOND_REFERENCE)


def names(folder: Path, half: Half | None = None, files: tuple[str, ...] = (REFERENCE,)) -> list[str]:
    return [case.name for case in find_referenced(folder, half, files=files)]


def result(id_: str, text: str = TEXT, found: Reference = WHOLE) -> Extraction:
    info = ArticleInfo(
        id=id_,
        title=None,
        url=None,
        published=None,
        language=None,
        sha256=Article(text).sha256,
        characters=len(text),
    )
    tiles = found.segments if text == TEXT else (found.segments[0].model_copy(update={"end": len(text)}),)
    return Extraction(
        article=info, status="complete", segments=tiles, sources=found.sources, claims=found.claims
    )


def run_of(out: Path, *results: Extraction) -> Path:
    with Ledger(out) as ledger:
        for each in results:
            ledger.add(each)
    return out


def test_cases_without_a_reference_are_left_out(tmp_path: Path) -> None:
    write_case(tmp_path / "a")
    write_case(tmp_path / "b", second=WHOLE)
    (write_case(tmp_path / "c") / "reference.json").unlink()
    assert names(tmp_path) == ["a", "b"]
    assert names(tmp_path / "a") == ["a"]
    assert names(tmp_path, files=BOTH) == ["b"]


def test_the_half_of_a_case_hangs_on_its_name_alone(tmp_path: Path) -> None:
    assert (half_of(TUNED), half_of(REPORTED)) == (Half.TUNE, Half.REPORT)
    for name in (TUNED, REPORTED):
        write_case(tmp_path / name)
    assert names(tmp_path, Half.TUNE) == [TUNED]
    assert names(tmp_path, Half.REPORT) == [REPORTED]


def test_the_halves_are_halves() -> None:
    tuned = sum(half_of(f"case-{number}") is Half.TUNE for number in range(1_000))
    assert 450 < tuned < 550


def test_no_case_with_a_reference_is_an_error(tmp_path: Path) -> None:
    write_case(tmp_path / TUNED)
    with pytest.raises(NoSuchCase, match=r"no case has a reference.json and a reference-b.json"):
        find_referenced(tmp_path, files=BOTH)
    with pytest.raises(NoSuchCase, match=r"no case in the report half has a reference.json"):
        find_referenced(tmp_path, Half.REPORT)


def test_a_replay_is_scored(tmp_path: Path, golden: Path) -> None:
    folder = shutil.copytree(golden / "seed", tmp_path / "seed")
    case = load_case(folder)
    write_reference(folder / "reference.json", uncheck(Reference.of(case.replay())))
    report = score_cases([case], replayed)
    count = len(case.replay().claims)
    assert report.articles["seed"]["claims predicted"] == report.articles["seed"]["claims matched"] == count


def test_a_case_that_cannot_be_replayed_stops_no_other(tmp_path: Path) -> None:
    write_case(tmp_path / "a")
    report = score_cases(find_referenced(tmp_path), replayed)
    assert report.articles == {}
    assert "a/replies" in report.skipped["a"]


def test_two_annotators_who_agree_are_1(tmp_path: Path) -> None:
    write_case(tmp_path / "a", second=WHOLE)
    report = score_cases(find_referenced(tmp_path, files=BOTH), second_annotator)
    assert {row.value for row in report.rows if row.name.endswith("f1")} == {1}


@pytest.mark.parametrize("name", ["reference.json", "reference-b.json"])
def test_a_damaged_reference_is_no_result_to_skip(tmp_path: Path, name: str) -> None:
    folder = write_case(tmp_path / "a", second=WHOLE)
    (folder / name).write_text("{}", encoding="utf-8")
    with pytest.raises(InvalidReference):
        score_cases(find_referenced(tmp_path), second_annotator)


@pytest.mark.parametrize("id_", ["a", "a/article.txt", "golden/a/article.txt", "article.txt"])
def test_a_result_of_a_run_is_found_by_the_cases_name(tmp_path: Path, id_: str) -> None:
    write_case(tmp_path / "cases" / "a")
    out = run_of(tmp_path / "out", result("b"), result(id_), result("a/b"))
    report = score_cases(find_referenced(tmp_path / "cases"), results_of(out))
    assert report.articles["a"]["claims matched"] == 4


def test_a_failed_result_is_scored_as_nothing_found(tmp_path: Path) -> None:
    write_case(tmp_path / "cases" / "a")
    nothing = result("a").model_copy(update={"status": "failed", "segments": (), "claims": ()})
    report = score_cases(find_referenced(tmp_path / "cases"), results_of(run_of(tmp_path / "out", nothing)))
    assert "claims matched" not in report.articles["a"]
    assert report.articles["a"]["claims reference"] == 4


def test_a_case_without_a_result_or_with_one_of_another_text_is_skipped(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_case(tmp_path / "cases" / name)
    other = result("b", "Another text.", annotation(tiles=WHOLE.segments[:1]))
    report = score_cases(find_referenced(tmp_path / "cases"), results_of(run_of(tmp_path / "out", other)))
    assert report.skipped["a"].endswith("no result has the id a or a/article.txt")
    assert report.skipped["b"].endswith("the result of b is of another text")


def test_a_result_of_another_text_is_not_held_against_gum(tmp_path: Path) -> None:
    write_gum(write_case(tmp_path / "cases" / "a"))
    other = result("a", "Another text.", annotation(tiles=WHOLE.segments[:1]))
    out = run_of(tmp_path / "out", other)
    report = score_cases_on_gum(find_referenced(tmp_path / "cases", files=(GUM,)), results_of(out))
    assert report.form == "gum/v1"
    assert report.articles == {}
    assert report.skipped["a"].endswith("the result of a is of another text")


def test_a_folder_without_results_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFolder):
        results_of(tmp_path)
