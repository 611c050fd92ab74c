"""Corrections made in brat: they come through, and what does not fit is an error with its line."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from doubles.annotated import PORT
from doubles.command import run

from extractor.article import read_article
from extractor.errors import InvalidInput
from extractor.evaluation.reference import Reference, load_reference
from extractor.exports.brat_reading import imported
from extractor.exports.corrections import import_brat


def corrected(ann: Path, change: Callable[[str], str]) -> Reference:
    ann.write_text(change(ann.read_text(encoding="utf-8")), encoding="utf-8", newline="")
    return imported(ann, PORT)


def test_evidence_over_a_line_break_is_in_pieces(ann: Path) -> None:
    assert "T3\tEvidence 12 19;20 32\tle port rouvre lundi\n" in ann.read_text(encoding="utf-8")


def test_a_denial_that_was_added_is_of_the_claim_that_its_note_names(ann: Path) -> None:
    more = (
        "T90\tEvidence 43 46\tnie\nA90\tStance T90 denies\n"
        "#90\tAnnotatorNotes T90\tc1: Le port rouvre lundi.\n"
        "T91\tSource 34 42\tLe maire\n#91\tAnnotatorNotes T91\tmaire | role: le maire\n"
        "R90\tSays Arg1:T90 Arg2:T91\n"
        "T92\tCue 43 46\tnie\nR91\tCueOf Arg1:T91 Arg2:T92\n"
    )
    found = corrected(ann, lambda told: told + more)
    (claim,) = found.claims
    assert [each.stance for each in claim.assertions] == ["affirms", "denies"]
    assert [(each.id, each.name, each.role) for each in found.sources] == [
        ("s1", "Anne", None), ("s2", "maire", "le maire"),
    ]  # fmt: skip
    assert claim.assertions[1].chain[0].cue_span is not None


def test_a_note_that_is_only_an_id_is_of_the_claim_or_source_that_another_tells(ann: Path) -> None:
    more = (
        "T90\tEvidence 43 46\tnie\n#90\tAnnotatorNotes T90\tc1 | when: hier\n"
        "T91\tSource 34 42\tLe maire\n#91\tAnnotatorNotes T91\ts1\nR90\tSays Arg1:T90 Arg2:T91\n"
    )
    found = corrected(ann, lambda told: told + more)
    assert [(each.id, each.name) for each in found.sources] == [("s1", "Anne")]
    assert [each.said_when for each in found.claims[0].assertions] == [None, "hier"]


def test_a_source_that_is_corrected_in_one_of_its_places_names_the_other(ann: Path) -> None:
    more = (
        "T90\tEvidence 43 46\tnie\n#90\tAnnotatorNotes T90\tLe maire nie.\n"
        "T91\tSource 34 42\tLe maire\n#91\tAnnotatorNotes T91\ts1: Anne Roux\n"
        "A91\tSourceKind T91 person\nA92\tNamed T91\nR90\tSays Arg1:T90 Arg2:T91\n"
    )
    with pytest.raises(InvalidInput, match=r"name of s1 is 'Anne Roux', in line \d+ it is 'Anne'"):
        corrected(ann, lambda told: told + more)


def test_a_claim_that_was_added_gets_the_next_id(ann: Path) -> None:
    more = "T90\tEvidence 34 46\tLe maire nie\n#90\tAnnotatorNotes T90\tLe maire nie.\n"
    assert [each.id for each in corrected(ann, lambda told: told + more).claims] == ["c1", "c2"]


def test_a_border_that_was_moved_moves_the_segment(ann: Path) -> None:
    found = corrected(
        ann,
        lambda told: told.replace(
            "Body 0 19;20 47\tSelon Anne, le port rouvre lundi. Le maire nie.",
            "Headline 0 19\tSelon Anne, le port\nT80\tBody 20 47\trouvre lundi. Le maire nie.",
        ),
    )
    assert [(each.label, each.start, each.end) for each in found.segments] == [
        ("headline", 0, 20), ("body", 20, 49), ("comment", 49, 56),
    ]  # fmt: skip
    assert found.claims[0].assertions[0].segment == "headline"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("", "E1\tSaying:T3\n", "cannot be read: 'E1"),
        ("", "T90\tRumour 0 5\tSelon\n", "Rumour is no kind of annotation"),
        ("", "T90\tCue 0 900\tSelon\n", "0 900 is no place in the article"),
        ("12 19;20 32\tle", "13 19;20 32\tle", "the article does not have"),
        ("", "T90\tCue 0 5\tSelon\n", "T90: this Cue is of no Source"),
        ("", "T90\tSource 0 5\tSelon\n", "T90: no relation leads from an Evidence"),
        ("", "T90\tEvidence 0 5\tSelon\n", "T90 has no note with the claim"),
        ("", "R90\tSays Arg1:T3 Arg2:T1\n", "leads to T1, which is no Source"),
        ("", "R90\tSays Arg1:T99 Arg2:T4\n", "begins at T99, which is no Evidence"),
        ("", "R90\tBlames Arg1:T3 Arg2:T4\n", "Blames is no relation here"),
        ("", "R90\tCueOf Arg1:T4 Arg2:T5\n", "T4 has a second Cue"),
        ("", "R90\tSays Arg1:T3 Arg2:T4\n", "two hops of T3 have one Place"),
        ("", "T3\tCue 0 5\tSelon\n", "T3 is the name of line"),
        ("", "A90\tStance T99 denies\n", "Stance is of T99, which is no Evidence"),
        ("", "A90\tStance T3 denies\n", "T3 has Stance twice"),
        ("", "A90\tIrony T3\n", "Irony is no attribute here"),
        ("", "A90\tStyle T3 direct\n", "Style is of T3, which is no Source"),
        ("", "A90\tHearsay T3 yes\n", "Hearsay has no value"),
        ("Stance T3 affirms", "Stance T3", "Stance has to have a value"),
        ("", "#90\tAnnotatorNotes T3\tc1: Faux.\n", "T3 has a second note"),
        ("", "#90\tAnnotatorNotes T1\tunsicher\n", "a note is of T1, which is no Evidence and no Source"),
        ("rouvre lundi.\n", "rouvre lundi. | mood: sad\n", "'mood' is no fact of Evidence"),
        ("s1: Anne", "s1: Anne | role: a | role: b", "'role' stands twice"),
        ("s1: Anne", "s1", "T4 says its SourceKind and not what it is of"),
        ("lundi.\n", "lundi. | apart: 7\n", "T3 has no gap 7 to set apart"),
        ("lundi.\n", "lundi. | apart: x\n", "apart of T3 is no list of numbers"),
        ("Source 6 10\tAnne", "Source 6 8;9 10\tAn e", "T4: a Source is in one piece"),
        ("12 19;20 32\tle port", "12 19;15 32\tle port", "the article does not have"),
        ("", "T90\tComment 34 42\tLe maire\n", "two segments overlap here"),
        ("Comment 49 56\tBravo !", "Comment 53 56\to !", "47 53 of the article is in no segment"),
        (
            "",
            "T90\tEvidence 43 46\tnie\n#90\tAnnotatorNotes T90\tc1: Autre.\n",
            "text of c1 is 'Autre.', in line",
        ),
        ("", "T90\tEvidence 43 46\tnie\n#90\tAnnotatorNotes T90\tc7\n", "no note says what c7 is"),
        ("c1: Le port", "c1 Le port", "begins like an id"),
        ("c1: Le port", "C1: Le port", "begins like an id"),
        ("c1: Le port", "s1: Le port", "s1 is no id of Evidence"),
        ("lundi.\n", "lundi. | When: hier\n", "'When' is no fact of Evidence"),
        ("lundi.\n", "lundi.|mood: sad\n", "'mood' is no fact of Evidence"),
        ("lundi.\n", "lundi. \\ud800\n", "half a character"),
        ("", f"T90\tCue 0 {'9' * 5000}\tSelon\n", "cannot be read"),
        ("Stance T3 affirms", "Stance T3 doubts", "stance"),
        ("Place T4 1", "Place T4 one", "Place of T4 is no number"),
    ],
)
def test_what_does_not_fit_is_named_and_never_left_out(ann: Path, old: str, new: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        corrected(ann, lambda told: told.replace(old, new) if old else told + new)
    assert reason in str(caught.value)


def test_an_article_without_a_segment_is_refused(ann: Path) -> None:
    with pytest.raises(InvalidInput, match="0 56 of the article is in no segment"):
        corrected(ann, lambda told: re.sub(r"^T[12]\t.*\n", "", told, flags=re.MULTILINE))


def test_corrections_become_references_of_cases(ann: Path, tmp_path: Path) -> None:
    (path,) = import_brat(ann.parent, tmp_path / "cases")
    assert path == tmp_path / "cases" / "port" / "reference.json"
    text = read_article(path.parent / "article.txt").text
    assert (text, load_reference(path, text)) == (PORT, imported(ann, PORT))


def test_what_an_older_reference_says_of_itself_is_kept(ann: Path, tmp_path: Path) -> None:
    (path,) = import_brat(ann.parent, tmp_path / "cases")
    told = load_reference(path, PORT).model_copy(update={"annotators": 2, "notes": ("unsure",)})
    path.write_text(told.model_dump_json(), encoding="utf-8")
    import_brat(ann.parent, tmp_path / "cases")  # it says the same: nothing is lost
    assert (load_reference(path, PORT).annotators, load_reference(path, PORT).notes) == (2, ("unsure",))


def test_a_reference_that_says_something_else_is_replaced_only_where_that_is_asked(
    ann: Path, tmp_path: Path
) -> None:
    (path,) = import_brat(ann.parent, tmp_path / "cases")
    ann.write_text(ann.read_text(encoding="utf-8").replace("lundi.\n", "mardi.\n"), encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(InvalidInput, match="is not to be replaced"):
        import_brat(ann.parent, tmp_path / "cases")
    assert path.read_bytes() == before
    import_brat(ann.parent, tmp_path / "cases", replace=True)
    assert load_reference(path, PORT).claims[0].text == "Le port rouvre mardi."


def test_nothing_is_written_if_one_of_several_cannot_be_read(ann: Path, tmp_path: Path) -> None:
    (ann.parent / "zz.ann").write_text("nonsense\n", encoding="utf-8")
    (ann.parent / "zz.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"zz\.ann: line 1"):
        import_brat(ann.parent, tmp_path / "cases")
    assert not (tmp_path / "cases").exists()


def test_another_text_than_the_case_s_is_refused(ann: Path, tmp_path: Path) -> None:
    (tmp_path / "cases" / "port").mkdir(parents=True)
    (tmp_path / "cases" / "port" / "article.txt").write_text("Something else.", encoding="utf-8")
    with pytest.raises(InvalidInput, match="is not the text of"):
        import_brat(ann.parent, tmp_path / "cases")


@pytest.mark.parametrize("name", ["../x.json", "reference.txt", "", "a/b.json"])
def test_a_reference_has_a_file_name_of_its_case(ann: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="is no file name"):
        import_brat(ann.parent, tmp_path / "cases", name)


def test_the_commands_go_there_and_back(ann: Path, tmp_path: Path) -> None:
    shown = run(
        "import", ann.parent, "--format", "brat", "--into", tmp_path / "cases", "--name", "reference-b.json"
    )
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout == f"wrote {tmp_path / 'cases' / 'port' / 'reference-b.json'}\n"
    shown = run("import", tmp_path / "cases", "--format", "brat", "--into", tmp_path)
    assert shown.returncode == 2
    assert "holds no .ann file" in shown.stderr
