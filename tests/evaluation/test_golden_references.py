"""The shipped reference annotations: they fit their articles, and a document says what they give."""

from pathlib import Path

import pytest

from extractor.article import read_article
from extractor.evaluation.reference import Reference

ROOT = Path(__file__).parents[2]
CASES = sorted(path.parent for path in ROOT.glob("golden/*/article.txt"))


def test_there_are_as_many_as_articles() -> None:
    assert len(CASES) == 24
    assert all((case / name).is_file() for case in CASES for name in ("reference.json", "reference-b.json"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("name", ["reference.json", "reference-a.json", "reference-b.json"])
def test_a_reference_fits_its_article(case: Path, name: str) -> None:
    reference = Reference.model_validate_json((case / name).read_bytes())
    assert list(reference.faults(read_article(case / "article.txt").text)) == []
    assert reference.claims
