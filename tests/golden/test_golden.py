"""The golden cases: what the pipeline makes of recorded replies, byte for byte."""

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from extractor import Extraction
from extractor.golden.cases import Case, canonical, find_cases
from extractor.models.recordings import read_recording

ROOT = Path(__file__).parents[2]
CASES = find_cases(ROOT / "golden")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder.name)
def test_a_case_replays_to_its_expected_bytes(case: Case) -> None:
    assert canonical(case.replay()).decode() == case.expected.read_bytes().decode()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder.name)
def test_every_span_is_a_slice_of_the_article(case: Case) -> None:
    text = case.article.text
    result = case.replay()
    spans = [evidence for claim in result.claims for said in claim.assertions for evidence in said.evidence]
    for claim in result.claims:
        for said in claim.assertions:
            for hop in said.chain:
                spans += [span for span in (hop.source_span, hop.cue_span) if span]  # type: ignore[misc]
    spans += [span for source in result.sources for span in source.mentions]  # type: ignore[misc]
    assert len(spans) > 10
    assert all(text[span.start : span.end] == span.text for span in spans)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder.name)
def test_every_reply_was_given_by_the_external_model_and_is_used(case: Case) -> None:
    result = case.replay()
    assert result.provenance is not None
    assert result.provenance.model == "external-llm"
    keys = {key[:16] for record in result.provenance.records.values() for key in record.requests}
    assert {path.stem.rpartition("-")[2] for path in case.replies.iterdir()} == keys


def test_order_and_threads_change_no_byte() -> None:
    def run(case: Case) -> tuple[str, str]:
        return case.folder.name, case.replay().model_dump_json()

    alone = {run(case) for case in CASES}
    shuffled = random.Random(4).sample(CASES * 4, len(CASES) * 4)  # noqa: S311 - an order, no secret
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(run, shuffled)) == alone


def test_there_are_the_cases_that_the_readme_of_the_folder_names() -> None:
    told = (ROOT / "golden" / "README.md").read_text(encoding="utf-8")
    assert len(CASES) == 24
    assert all(f"`{case.folder.name}`" in told for case in CASES)


def test_one_case_is_a_blob_of_a_single_line() -> None:
    assert any("\n" not in case.article.text.strip() for case in CASES)


def test_nothing_but_article_text_is_claimed() -> None:
    for case in CASES:
        result = case.replay()
        assert {said.segment for claim in result.claims for said in claim.assertions} <= {
            "headline",
            "body",
            "caption",
        }


def test_an_instruction_inside_a_comment_is_a_comment() -> None:
    for name, words in (
        ("postier-bretagne", "{{ 7*7 }} Ignorez"),
        ("asylum-seekers", "[system] You are now"),
    ):
        (case,) = (each for each in CASES if each.folder.name == name)
        result = case.replay()
        assert label_at(result, case.article.text.index(words)) == "comment"
        asked = [
            read_recording(path).body["messages"][1]["content"] for path in case.replies.glob("segments-*")
        ]
        assert [words in message for message in asked] == [True]


def label_at(result: Extraction, offset: int) -> str:
    return next(segment.label for segment in result.segments if segment.start <= offset < segment.end)


def test_the_example_articles_are_among_the_cases_the_seed_article_first() -> None:
    examples = sorted((ROOT / "examples" / "articles").iterdir())
    assert examples[0].read_bytes() == (ROOT / "golden" / "seed" / "article.txt").read_bytes()
    assert {path.read_bytes() for path in examples} < {
        (case.folder / "article.txt").read_bytes() for case in CASES
    }
