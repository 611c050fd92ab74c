"""What a reference file may say: only what its article bears out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from evaluation.made import TEXT, WHOLE, write_reference

from extractor.errors import InvalidReference
from extractor.evaluation.reference import Reference, load_reference
from extractor.evaluation.segments import LABELS
from extractor.schemas.extraction.v1 import ArticleInfo, Extraction

Data = dict[str, Any]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "reference.json"
    write_reference(path, WHOLE)
    return path


def edit(path: Path, change: Callable[[Data], object]) -> None:
    data = json.loads(path.read_bytes())
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")


def reason(path: Path) -> str:
    with pytest.raises(InvalidReference) as caught:
        load_reference(path, TEXT)
    assert caught.value.path == str(path)
    return caught.value.reason


def test_a_reference_is_read_as_it_was_written(file: Path) -> None:
    edit(file, lambda data: data.update(annotators=2, notes=["one boundary was discussed"]))
    read = load_reference(file, TEXT)
    assert (read.claims, read.sources, read.segments) == (WHOLE.claims, WHOLE.sources, WHOLE.segments)
    assert (read.annotators, read.notes) == (2, ("one boundary was discussed",))


def test_sources_without_mentions_have_those_of_the_chains(file: Path) -> None:
    def strip(data: Data) -> None:
        for source in data["sources"]:
            del source["mentions"]

    edit(file, strip)
    assert load_reference(file, TEXT).sources == WHOLE.sources


def test_a_chain_without_source_words_mentions_nobody(file: Path) -> None:
    def strip(data: Data) -> None:
        del data["sources"][0]["mentions"]
        first_said(data)["chain"][0]["source_span"] = None

    edit(file, strip)
    assert load_reference(file, TEXT).sources[0].mentions == ()


def test_a_source_that_no_word_names_has_no_name(file: Path) -> None:
    edit(file, lambda data: data["sources"][0].update(name=None))
    assert load_reference(file, TEXT).sources[0].name == ""


def test_the_part_of_a_result_that_a_reference_has_is_comparable() -> None:
    info = ArticleInfo(
        id="port", title=None, url=None, published=None, language="fr", sha256=None, characters=len(TEXT)
    )
    result = Extraction(
        article=info,
        status="complete",
        segments=WHOLE.segments,
        sources=WHOLE.sources,
        claims=WHOLE.claims,
    )
    assert Reference.of(result) == WHOLE


def first_said(data: Data) -> Data:
    said: Data = data["claims"][0]["assertions"][0]
    return said


KNOWN = ", ".join(f"{label!r}" for label in LABELS[:-1])
DAMAGES: list[tuple[Callable[[Data], object], str]] = [
    (lambda data: data["segments"].pop(), "segments do not tile the text"),
    (lambda data: data["segments"][0].update(start=1), "segments do not tile the text"),
    (lambda data: data.update(segments=[]), "segments do not tile the text"),
    (
        lambda data: data["segments"].insert(0, {"label": "body", "start": 0, "end": 0}),
        "a segment is empty",
    ),
    (lambda data: data["sources"][1].update(id="echo"), "two sources have one id"),
    (
        lambda data: first_said(data)["evidence"][0].update(text="le port rouvre mardi"),
        "claim c: 43-63 of the article is not 'le port rouvre mardi'",
    ),
    (
        lambda data: first_said(data)["chain"][0]["cue_span"].update(text="selon"),
        "claim c: 29-34 of the article is not 'selon'",
    ),
    (
        lambda data: first_said(data).update(segment="caption"),
        "claim c: its evidence at 43 is in no caption segment",
    ),
    (
        lambda data: first_said(data)["chain"][0].update(source="s9"),
        "claim c: 's9' is no registered source",
    ),
    (
        lambda data: first_said(data).update(checks=["claim-number"]),
        "claim c: checks are for the extractor to make",
    ),
    (lambda data: data.pop("claims"), "claims: Field required"),
    (lambda data: data.update(annotators=0), "annotators: Input should be greater than or equal to 1"),
    (
        lambda data: data["segments"][0].update(label="title"),
        f"segments.0.label: Input should be {KNOWN} or 'other'",
    ),
]


@pytest.mark.parametrize(("change", "told"), DAMAGES)
def test_what_the_article_does_not_bear_out_is_refused(
    file: Path, change: Callable[[Data], object], told: str
) -> None:
    edit(file, change)
    assert reason(file) == told


def test_what_is_no_json_or_no_file_is_refused(file: Path, tmp_path: Path) -> None:
    file.write_text("{", encoding="utf-8")
    assert reason(file).startswith("Invalid JSON")
    file.write_text("[]", encoding="utf-8")
    assert reason(file).startswith("Input should be")
    assert reason(tmp_path / "none.json") == "No such file or directory"
