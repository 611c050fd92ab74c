"""The standoff format: its rules are kept, what is read back is the same, corrections come through."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from doubles.command import run
from doubles.hostile import RESULTS, TEXT
from hypothesis import given
from hypothesis import strategies as st

from extractor.article import read_article
from extractor.errors import InvalidInput
from extractor.evaluation.reference import Reference, load_reference
from extractor.exports.brat import CONFIGURATION, standoff, write_brat, write_results
from extractor.exports.brat_reading import imported
from extractor.exports.corrections import import_brat
from extractor.golden.cases import Case, find_cases

ROOT = Path(__file__).parents[2]
CASES = list(find_cases(ROOT / "golden"))
REFERENCES = sorted(ROOT.glob("golden/*/reference*.json"))
PORT = "Selon Anne, le port\nrouvre lundi. Le maire nie.\n\nBravo !"


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


def span(text: str, start: int, end: int) -> dict[str, Any]:
    return {"start": start, "end": end, "text": text[start:end]}


ODD = st.sampled_from(
    ["A \\n b", "deux\nlignes", "tab\tici", "x | role: y", " | when: ", "|", "c1: d", "", " ", "\u2028a\x85",
     "a\\", "\\u0020", "\xa0bord\xa0", "| apart: 1"]
)  # fmt: skip
"""Words that the notes' own form could take for its own."""


@st.composite
def annotated(draw: st.DrawFn) -> tuple[str, Reference]:
    """A messy text of words and its annotations, in the order in which an annotator would make them."""
    word = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=6)
    gap = st.sampled_from([" ", "\n", "\r\n", "\t", "\u2028", "  ", "\n\n ", "\x85", ""])
    words = draw(st.lists(word, min_size=4, max_size=12))
    starts: list[int] = []
    text = draw(st.sampled_from(["", "\n", " "]))
    for each in words:
        starts.append(len(text))
        text += each + draw(gap)
    border = starts[draw(st.integers(1, len(words) - 1))]

    def places(at_most: int) -> list[dict[str, Any]]:
        """Spans of whole words in order, which may touch."""
        ends = draw(st.lists(st.integers(0, len(words)), min_size=2, max_size=2 * at_most, unique=True))
        flat = sorted(ends)[: len(ends) // 2 * 2]
        return [
            span(text, starts[one], starts[other - 1] + len(words[other - 1]))
            for one, other in zip(flat[::2], flat[1::2], strict=True)
        ]

    told = word | ODD
    sources = [
        {
            "id": f"s{number}", "name": name, "kind": draw(st.sampled_from(["person", "media", "unknown"])),
            "named": draw(st.booleans()), "role": draw(st.none() | told),
            "anonymity": draw(st.none() | told), "speaks_for": draw(st.none() | told),
        }
        for number, name in enumerate(draw(st.lists(told, min_size=1, max_size=3)), start=1)
    ]  # fmt: skip

    def hop() -> dict[str, Any]:
        return {
            "source": draw(st.sampled_from(sources))["id"],
            "relation": draw(st.sampled_from(["says", "carries"])),
            "style": draw(st.sampled_from(["direct", "mixed", "indirect"])),
            "source_span": draw(st.none() | st.just(places(1)[0])),
            "cue_span": draw(st.none() | st.just(places(1)[0])),
        }

    def said() -> dict[str, Any]:
        evidence = places(3)
        return {
            "evidence": [{**each, "match": "exact"} for each in evidence],
            "segment": "body" if evidence[0]["start"] < border else "comment",
            "stance": draw(st.sampled_from(["affirms", "denies"])),
            "certainty": draw(st.sampled_from(["certain", "unknown"])),
            "hearsay": draw(st.booleans()),
            "said_when": draw(st.none() | told),
            "chain": [hop() for _ in range(draw(st.integers(0, 3)))],
            "checks": [],
        }

    claims: list[dict[str, Any]] = [
        {
            "id": f"c{number}", "text": draw(told), "kind": draw(st.sampled_from(["fact", "opinion"])),
            "assertions": [said() for _ in range(draw(st.integers(1, 3)))],
        }
        for number in range(1, draw(st.integers(1, 4)))
    ]  # fmt: skip
    speaking = {each["source"] for claim in claims for one in claim["assertions"] for each in one["chain"]}
    segments = [
        {"label": "body", "start": 0, "end": border},
        {"label": "comment", "start": border, "end": len(text)},
    ]
    known = [each for each in sources if each["id"] in speaking]
    return text, Reference.model_validate({"segments": segments, "sources": known, "claims": claims})


@given(annotated())
def test_any_annotation_is_read_back_as_it_was(tmp_path_factory: Any, both: tuple[str, Reference]) -> None:
    text, reference = both
    check_rules(standoff(reference, text), text)
    assert back(reference, text, tmp_path_factory.mktemp("brat")) == reference


@pytest.fixture
def ann(tmp_path: Path) -> Path:
    """What an export of a short article looks like."""
    reference = Reference.model_validate(
        {
            "segments": [
                {"label": "body", "start": 0, "end": 49}, {"label": "comment", "start": 49, "end": 56},
            ],
            "sources": [
                {
                    "id": "s1", "name": "Anne", "kind": "person", "named": True, "role": None,
                    "anonymity": None, "speaks_for": None,
                }
            ],
            "claims": [
                {
                    "id": "c1", "text": "Le port rouvre lundi.", "kind": "fact",
                    "assertions": [
                        {
                            "evidence": [{**span(PORT, 12, 32), "match": "exact"}], "segment": "body",
                            "stance": "affirms", "certainty": "certain", "hearsay": False, "said_when": None,
                            "chain": [
                                {
                                    "source": "s1", "relation": "says", "style": "indirect",
                                    "source_span": span(PORT, 6, 10), "cue_span": span(PORT, 0, 5),
                                }
                            ],
                            "checks": [],
                        }
                    ],
                }
            ],
        }
    )  # fmt: skip
    write_brat([("port.txt", reference, PORT)], tmp_path)
    return tmp_path / "port.ann"


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


def test_articles_whose_names_differ_by_the_ending_alone_are_two_files(tmp_path: Path) -> None:
    empty = Reference.model_validate(
        {"segments": [{"label": "body", "start": 0, "end": 4}], "sources": [], "claims": []}
    )
    paths = write_brat([(name, empty, "Bien") for name in ("a", "a.txt", "A.txt", "")], tmp_path)
    assert len({path.name.casefold() for path in paths}) == 4
    assert all(path.is_file() and not path.name.startswith(".") for path in paths)


@pytest.mark.parametrize("ids", [("anne", "c1"), ("s1", "one")])
def test_ids_that_a_note_cannot_tell_from_words_are_refused(ann: Path, ids: tuple[str, str]) -> None:
    told = imported(ann, PORT).model_dump_json().replace('"s1"', f'"{ids[0]}"').replace('"c1"', f'"{ids[1]}"')
    with pytest.raises(InvalidInput, match="is no id such as c1 or s1"):
        standoff(Reference.model_validate_json(told), PORT)


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
