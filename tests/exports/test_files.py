"""What is written can be read by others: csv, pyarrow, pandas, polars; and it says the same."""

import csv
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from doubles.port import run

from extractor import read_claims, read_table
from extractor.errors import CannotWrite, InvalidInput, MissingExtra, NoSuchFolder
from extractor.exports import writing
from extractor.exports.rows import TABLES, rows
from extractor.exports.writing import write_csv, write_parquet
from extractor.runs.ledger import Ledger
from extractor.schemas.extraction.v1 import Extraction

parquet: Any = import_module("pyarrow.parquet")  # it has no types
HOSTILE = 'Selon "Anne",\nle port\r\nrouvre;\rici\t=1+1 <b>&amp;</b> 👏🏿'


@pytest.fixture
def result() -> Extraction:
    """The port article, under an id that a table has to quote."""
    found = run()
    return found.model_copy(update={"article": found.article.model_copy(update={"id": HOSTILE})})


@pytest.fixture
def out(tmp_path: Path, result: Extraction) -> Path:
    """A run's output folder with that one result."""
    with Ledger(tmp_path / "out") as ledger:
        ledger.add(result)
    return tmp_path / "out"


def expected(result: Extraction, table: str) -> list[dict[str, Any]]:
    return [row for name, row in rows(result) if name == table]


@pytest.mark.parametrize("table", TABLES)
def test_csv_read_back_has_every_cell_as_it_was(result: Extraction, table: str, tmp_path: Path) -> None:
    write_csv([result], tmp_path)
    with (tmp_path / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert found == [
        {name: _as_cell(value) for name, value in row.items()} for row in expected(result, table)
    ]


def _as_cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("table", TABLES)
def test_parquet_read_back_has_every_value_with_its_type(
    result: Extraction, table: str, tmp_path: Path
) -> None:
    write_parquet([result], tmp_path)
    found: Any = parquet.read_table(tmp_path / f"{table}.parquet")
    assert found.to_pylist() == expected(result, table)
    assert found.schema.names == list(TABLES[table])


def test_parquet_is_written_in_groups(
    result: Extraction, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "GROUP", 4)
    write_parquet([result] * 5, tmp_path)
    file: Any = parquet.ParquetFile(tmp_path / "segments.parquet")
    assert (file.metadata.num_rows, file.metadata.num_row_groups) == (20, 5)


def test_a_library_of_another_name_is_refused_and_never_imported(out: Path) -> None:
    with pytest.raises(InvalidInput, match="there are pandas and polars"):
        read_claims(out, library="antigravity")  # type: ignore[call-overload]
    assert "antigravity" not in sys.modules


def test_no_results_are_tables_without_rows(tmp_path: Path) -> None:
    assert len(write_csv([], tmp_path / "new" / "folder")) == len(TABLES)
    assert (tmp_path / "new" / "folder" / "segments.csv").read_text() == "article,segment,label,start,end\n"
    write_parquet([], tmp_path)
    empty: Any = parquet.read_table(tmp_path / "claims.parquet")
    assert empty.num_rows == 0


def test_a_folder_that_cannot_be_written_is_named(result: Extraction, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(CannotWrite, match="file"):
        write_csv([result], tmp_path / "file" / "below")


def test_claims_are_one_frame_with_who_says_them(out: Path, result: Extraction) -> None:
    frame = read_claims(out)
    first = frame.iloc[0]
    assert (first["article"], first["assertion"], first["source"]) == (HOSTILE, "c1.1", "Anne Roux")
    assert first["chain"] == "l’Écho > Anne Roux"
    assert len(frame) == sum(len(each.assertions) for each in result.claims)
    assert str(frame.dtypes["start"]) == "Int64"
    assert str(frame.dtypes["hearsay"]) == "boolean"


def test_polars_says_the_same_as_pandas(out: Path) -> None:
    frame = read_claims(out, library="polars")
    assert frame.rows(named=True)[0]["chain"] == "l’Écho > Anne Roux"
    assert frame.height == len(read_claims(out))
    assert frame.schema["start"].is_integer()


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_a_frame(out: Path, result: Extraction, table: str) -> None:
    frame = read_table(out, table, library="polars")
    assert frame.rows(named=True) == expected(result, table)
    assert len(read_table(out, table)) == len(expected(result, table))


def test_a_table_that_there_is_not_is_named_with_those_there_are(out: Path) -> None:
    with pytest.raises(InvalidInput, match=r"hop: no table; there are articles, .*hops"):
        read_table(out, "hop")


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFolder):
        read_claims(tmp_path)


@pytest.mark.parametrize(
    ("package", "extra"), [("pandas", "frames"), ("polars", "frames"), ("pyarrow", "parquet")]
)
def test_what_is_not_installed_is_told_with_how_to_install_it(
    package: str, extra: str, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setitem(sys.modules, f"{package}.parquet", None)
    use: Callable[[], Any] = {
        "pandas": lambda: read_claims(out),
        "polars": lambda: read_claims(out, library="polars"),
        "pyarrow": lambda: write_parquet([], tmp_path),
    }[package]
    with pytest.raises(MissingExtra) as caught:
        use()
    assert caught.value == MissingExtra(package, extra)
    assert f"pip install 'article-extractor[{extra}]'" in str(caught.value)
