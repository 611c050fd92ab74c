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

ROOT = Path(__file__).parents[2]
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
            assert rest.startswith("AnnotatorNotes T")


@pytest.mark.parametrize("path", REFERENCES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_is_written_follows_the_rules_and_is_read_back_as_it_was(path: Path, tmp_path: Path) -> None:
    text = read_article(path.parent / "article.txt").text
    reference = load_reference(path, text)
    check_rules(standoff(reference, text), text)
    found = back(reference, text, tmp_path)
    assert (found.segments, found.sources, found.claims) == (
        reference.segments, reference.sources, reference.claims
    )  # fmt: skip


def span(text: str, start: int, end: int) -> dict[str, Any]:
    return {"start": start, "end": end, "text": text[start:end]}


@st.composite
def annotated(draw: st.DrawFn) -> tuple[str, Reference]:
    """A messy text of words and its annotations, in the order in which an annotator would make them."""
    word = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=6)
    gap = st.sampled_from([" ", "\n", "\r\n", "\t", "\u2028", "  ", "\n\n ", "\x85"])
    words = draw(st.lists(word, min_size=4, max_size=12))
    gaps = [draw(gap) for _ in words]
    starts: list[int] = []
    text = ""
    for each, after in zip(words, gaps, strict=True):
        starts.append(len(text))
        text += each + after
    border = starts[draw(st.integers(1, len(words) - 1))]
    names = draw(st.lists(word, min_size=1, max_size=3, unique=True))

    def place(at: int) -> dict[str, Any]:
        last = min(at + draw(st.integers(0, 2)), len(words) - 1)
        return span(text, starts[at], starts[last] + len(words[last]))

    claims: list[dict[str, Any]] = []
    used: list[str] = []
    for number in range(1, draw(st.integers(1, 4))):
        evidence = place(draw(st.integers(0, len(words) - 1)))
        chain: list[dict[str, Any]] = []
        for _ in range(draw(st.integers(0, 2))):
            used.append(draw(st.sampled_from(names)))
            chain.append(
                {
                    "source": used[-1],
                    "relation": draw(st.sampled_from(["says", "carries"])),
                    "style": draw(st.sampled_from(["direct", "mixed"])),
                    "source_span": draw(st.none() | st.just(place(0))),
                    "cue_span": draw(st.none() | st.just(place(1))),
                }
            )
        said = {
            "evidence": [{**evidence, "match": "exact"}],
            "segment": "body" if evidence["start"] < border else "comment",
            "stance": draw(st.sampled_from(["affirms", "denies"])),
            "certainty": draw(st.sampled_from(["certain", "unknown"])),
            "hearsay": draw(st.booleans()),
            "said_when": draw(st.none() | word),
            "chain": chain,
            "checks": [],
        }
        text_of_claim = draw(st.sampled_from(["A \\n b", "deux\nlignes", "x: y", "tab\tici"])) + str(number)
        claims.append({"id": f"c{number}", "text": text_of_claim, "kind": "fact", "assertions": [said]})
    ids = {name: f"s{number}" for number, name in enumerate(dict.fromkeys(used), start=1)}
    for claim in claims:
        for hop in claim["assertions"][0]["chain"]:
            hop["source"] = ids[hop["source"]]
    unset = {"kind": "person", "named": True, "anonymity": None, "speaks_for": None}
    sources = [
        {"id": id_, "name": name, "role": draw(st.none() | word), **unset} for name, id_ in ids.items()
    ]
    segments = [
        {"label": "body", "start": 0, "end": border},
        {"label": "comment", "start": border, "end": len(text)},
    ]
    return text, Reference.model_validate({"segments": segments, "sources": sources, "claims": claims})


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
        ("Stance T3 affirms", "Stance T3 doubts", "stance"),
        ("Place T4 1", "Place T4 one", "Place of T4 is no number"),
    ],
)
def test_what_does_not_fit_is_named_and_never_left_out(ann: Path, old: str, new: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        corrected(ann, lambda told: told.replace(old, new) if old else told + new)
    assert reason in str(caught.value)


def test_an_article_without_a_segment_is_refused(ann: Path) -> None:
    with pytest.raises(InvalidInput, match="segments do not tile the text"):
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
    import_brat(ann.parent, tmp_path / "cases")
    assert (load_reference(path, PORT).annotators, load_reference(path, PORT).notes) == (2, ("unsure",))


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


def test_the_commands_go_there_and_back(ann: Path, tmp_path: Path) -> None:
    shown = run(
        "import", ann.parent, "--format", "brat", "--into", tmp_path / "cases", "--name", "reference-b.json"
    )
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout == f"wrote {tmp_path / 'cases' / 'port' / 'reference-b.json'}\n"
    shown = run("import", tmp_path / "cases", "--format", "brat", "--into", tmp_path)
    assert shown.returncode == 2
    assert "holds no .ann file" in shown.stderr
