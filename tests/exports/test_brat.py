"""The standoff format: its rules are kept, and what is read back is the same."""

import re
from pathlib import Path
from typing import Any

import pytest
from doubles.annotated import PORT, annotated
from doubles.hostile import RESULTS, TEXT
from hypothesis import given

from extractor.article import read_article
from extractor.errors import InvalidInput
from extractor.evaluation.reference import Reference, load_reference
from extractor.exports.brat import CONFIGURATION, standoff, write_brat, write_results
from extractor.exports.brat_reading import imported
from extractor.golden.cases import Case, find_cases

ROOT = Path(__file__).parents[2]
CASES = list(find_cases(ROOT / "golden"))
REFERENCES = sorted(ROOT.glob("golden/*/reference*.json"))


def back(reference: Reference, text: str, folder: Path) -> Reference:
    path = folder / "x.ann"
    path.write_text(standoff(reference, text), encoding="utf-8", newline="")
    return imported(path, text)


def check_rules(told: str, text: str) -> None:
    """Rules of the format: one id a line, places in order, words that stand there, ends that are there."""
    lines = told.splitlines()
    assert told.split("\n") == [*lines, ""], "a line break inside a line"
    ids = [line.partition("\t")[0] for line in lines]
    assert len(set(ids)) == len(ids)
    bound = {id_ for id_ in ids if id_[0] == "T"}
    for line in lines:
        id_, rest = line.split("\t", 1)
        if id_[0] == "T":
            head, words = rest.split("\t", 1)
            kind, places = head.split(" ", 1)
            assert re.search(rf"^\s*{kind}$", CONFIGURATION, re.MULTILINE)
            ranges = [tuple(map(int, each.split())) for each in places.split(";")]
            flat = [at for each in ranges for at in each]
            assert flat == sorted(flat)
            assert " ".join(text[start:end] for start, end in ranges) == words
        elif id_[0] == "R":
            assert all(each.partition(":")[2] in bound for each in rest.split(" ")[1:])
        elif id_[0] == "A":
            name, of, *value = rest.split(" ")
            assert of in bound
            (allowed,) = re.findall(rf"^{name}\tArg:\w+(?:, Value:(\S+))?$", CONFIGURATION, re.MULTILINE)
            assert (not value) if not allowed else value[0] in allowed.split("|")
        else:
            assert re.fullmatch(r"#\d+", id_)
            assert rest.split("\t")[0].removeprefix("AnnotatorNotes ") in bound


@pytest.mark.parametrize("path", REFERENCES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_is_written_follows_the_rules_and_is_read_back_as_it_was(path: Path, tmp_path: Path) -> None:
    text = read_article(path.parent / "article.txt").text
    reference = load_reference(path, text)
    check_rules(standoff(reference, text), text)
    found = back(reference, text, tmp_path)
    assert (found.segments, found.sources, found.claims) == (
        reference.segments, reference.sources, reference.claims
    )  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder.name)
def test_a_result_is_read_back_as_it_was_but_for_the_extractor_s_own_remarks(
    case: Case, tmp_path: Path
) -> None:
    text, result = case.article.text, case.replay()
    (path,) = write_results([(result, text)], tmp_path)
    assert imported(path, text) == Reference.of(result).corrected()
    assert Reference.of(result).claims == result.claims


@given(annotated())
def test_any_annotation_is_read_back_as_it_was(tmp_path_factory: Any, both: tuple[str, Reference]) -> None:
    text, reference = both
    check_rules(standoff(reference, text), text)
    assert back(reference, text, tmp_path_factory.mktemp("brat")) == reference


def test_articles_whose_names_differ_by_the_ending_alone_are_two_files(tmp_path: Path) -> None:
    empty = Reference.model_validate(
        {"segments": [{"label": "body", "start": 0, "end": 4}], "sources": [], "claims": []}
    )
    paths = write_brat([(name, empty, "Bien") for name in ("a", "a.txt", "A.txt", "")], tmp_path)
    assert len({path.name.casefold() for path in paths}) == 4
    assert all(path.is_file() and not path.name.startswith(".") for path in paths)


def test_results_are_written_to_be_corrected_but_those_that_failed(tmp_path: Path) -> None:
    paths = write_results(((each, TEXT) for each, _ in RESULTS), tmp_path / "brat")
    assert len(paths) == len(RESULTS) - 1
    for path in paths:
        told = path.read_text(encoding="utf-8")
        assert path.with_suffix(".txt").read_bytes().decode() == TEXT
        check_rules(told, TEXT)
        assert imported(path, TEXT).claims[0].text == RESULTS[0][0].claims[0].text
    assert (tmp_path / "brat" / "annotation.conf").is_file()


def test_corrections_are_not_written_over_by_a_second_export(tmp_path: Path) -> None:
    (result, _), *_ = RESULTS
    (path,) = write_results([(result, TEXT)], tmp_path)
    write_results([(result, TEXT)], tmp_path)  # the same again is no loss
    path.write_text(path.read_text(encoding="utf-8").replace("affirms", "denies"), encoding="utf-8")
    with pytest.raises(InvalidInput, match="--replace writes over it"):
        write_results([(result, TEXT)], tmp_path)
    assert "Stance T3 denies" in path.read_text(encoding="utf-8")
    write_results([(result, TEXT)], tmp_path, replace=True)
    assert "Stance T3 denies" not in path.read_text(encoding="utf-8")


def test_a_result_that_does_not_fit_is_named_and_the_others_are_written(tmp_path: Path) -> None:
    (result, _), (other, _), *_ = RESULTS
    unfit = result.model_copy(update={"segments": result.segments[:1] + result.segments[:1]})
    told: list[tuple[str, str]] = []
    paths = write_results(
        [(unfit, TEXT), (other, TEXT)], tmp_path, left_out=lambda id_, why: told.append((id_, why))
    )
    assert (len(paths), told) == (1, [(result.article.id, "segments do not tile the text")])


@pytest.mark.parametrize("ids", [("anne", "c1"), ("s1", "one")])
def test_ids_that_a_note_cannot_tell_from_words_are_refused(ann: Path, ids: tuple[str, str]) -> None:
    told = imported(ann, PORT).model_dump_json().replace('"s1"', f'"{ids[0]}"').replace('"c1"', f'"{ids[1]}"')
    with pytest.raises(InvalidInput, match="is no id such as c1 or s1"):
        standoff(Reference.model_validate_json(told), PORT)
