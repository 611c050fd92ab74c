"""The shipped reference annotations: they fit their articles, and a document says what they give."""

import re
from pathlib import Path

import pytest
from doubles.command import run

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


def test_the_document_says_what_the_command_prints() -> None:
    printed = run("eval", ROOT / "golden", "--half", "tune").stdout
    agreed = run("eval", ROOT / "golden", "--agreement").stdout
    told = re.findall(
        r"^\| ([a-z0-9. ]+) \| (\S+) \| (\S+ to \S+) \| (\d+) \| (\S+) \|$",
        (ROOT / "docs" / "quality.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert len(told) > 20
    for name, value, interval, count, second in told:
        row = rf"^{re.escape(name)} +{re.escape(value)} +{re.escape(interval)} +{count}\s*$"
        assert re.search(row, printed, re.MULTILINE), name
        assert re.search(rf"^{re.escape(name)} +{re.escape(second)} ", agreed, re.MULTILINE), name
