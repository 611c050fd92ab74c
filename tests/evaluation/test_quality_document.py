"""docs/quality.md says what ``make eval`` prints: every figure, and no other."""

from pathlib import Path

import pytest
from quality import Table, quality_tables, with_tables

DOCUMENT = Path(__file__).parents[2] / "docs" / "quality.md"


@pytest.fixture(scope="module")
def printed() -> list[tuple[str, Table]]:
    return list(quality_tables())


def rows(text: str) -> Table:
    """The cells of every table line, but those that only rule a heading off."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    found = [line.strip("| ").split(" | ") for line in lines]
    return [[cell.strip() for cell in row] for row in found if set(row) != {"---"}]


def test_every_table_of_the_document_is_printed_and_every_printed_one_is_there(
    printed: list[tuple[str, Table]],
) -> None:
    told = rows(DOCUMENT.read_text(encoding="utf-8"))
    assert told == [row for _, table in printed for row in table]


def test_the_figures_that_goals_are_set_for_are_there(printed: list[tuple[str, Table]]) -> None:
    names = {row[0] for _, table in printed for row in table}
    assert {
        "segments macro f1", "body lost", "outside claims", "content f1 0.3", "source identity",
        "chain exact", "claims by evidence precision", "claims number faults",
    } <= names  # fmt: skip


def test_tables_are_put_in_place_of_those_with_the_same_title() -> None:
    text = "a\n\n| one | x |\n| --- | --- |\n| 1 | 2 |\n\nb\n\n| two |\n"
    assert with_tables(text, {"one": "| one | y |\n| --- | --- |", "two": "| two | z |"}) == (
        "a\n\n| one | y |\n| --- | --- |\n\nb\n\n| two | z |\n"
    )
