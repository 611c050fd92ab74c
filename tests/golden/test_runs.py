"""Two runs compared by meaning, article by article."""

import json
from pathlib import Path
from typing import Any

import pytest

from extractor.article import Article, read_article
from extractor.errors import EmptyArticle
from extractor.golden.difference import Difference
from extractor.golden.runs import Compared, compare_runs
from extractor.runs.inputs import Entry
from extractor.schemas.extraction.v1 import Extraction


@pytest.fixture
def seed(golden: Path) -> tuple[dict[str, Any], Entry]:
    path = golden / "seed" / "article.txt"
    return json.loads((golden / "seed" / "expected.json").read_bytes()), Entry(
        "seed", lambda: read_article(path)
    )


def result(data: dict[str, Any], id_: str = "seed") -> Extraction:
    return Extraction.model_validate({**data, "article": {**data["article"], "id": id_}})


def failed(id_: str) -> Extraction:
    unknown = dict.fromkeys(("title", "url", "published", "language", "sha256"))
    return Extraction.model_validate({"article": {"id": id_, "characters": 0, **unknown}, "status": "failed"})


def test_what_changed_is_told_and_what_did_not_is_the_same(seed: tuple[dict[str, Any], Entry]) -> None:
    data, entry = seed
    fewer = {**data, "claims": data["claims"][1:]}
    other = Entry("other", entry.read)
    found = list(
        compare_runs(
            [result(data), result(data, "other")], [result(fewer), result(data, "other")], [entry, other]
        )
    )
    assert [each.id for each in found] == ["seed", "other"]
    first, second = (list(each.lines()) for each in found)
    assert first[0].startswith("seed: ")
    assert any(line.startswith("  claim c1 lost: Moscou") for line in first)
    assert (second, found[1].is_same, found[0].is_same) == (["other: same"], True, False)


def test_one_difference_is_one() -> None:
    def told(count: int) -> str:
        return next(Compared("a", (Difference("claim", "x", None, None),) * count).lines())

    assert (told(1), told(2)) == ("a: 1 difference", "a: 2 differences")


def test_what_cannot_be_compared_is_no_all_clear(seed: tuple[dict[str, Any], Entry]) -> None:
    data, _ = seed

    def gone() -> Article:
        raise EmptyArticle("b")

    before = [result(data, "a"), result(data, "b"), failed("c"), result(data, "d")]
    after = [result(data, "b"), failed("c"), result(data, "d"), result(data, "e")]
    found = list(compare_runs(before, after, [Entry("b", gone), Entry("b", lambda: Article("other"))]))
    assert [list(each.lines()) for each in found] == [
        ["a: only in the first"],
        ["b: b is empty"],
        ["c: failed in both"],
        ["d: its text is not among the articles"],
        ["e: only in the second"],
    ]
    assert not any(each.is_same for each in found)
