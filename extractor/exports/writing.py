"""The tables of a run as files: CSV, or Parquet through pyarrow."""

import csv
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from extractor.errors import MissingExtra
from extractor.exports.folders import writing_to
from extractor.exports.rows import TABLES, Row, rows
from extractor.schemas.extraction.v1 import Extraction

GROUP = 50_000
"""Rows held before they are written as one row group of a Parquet file."""


class Table(Protocol):
    """Takes the rows of one table."""

    def add(self, row: Row) -> None:
        """Write a row."""


def write_csv(results: Iterable[Extraction], folder: Path) -> list[Path]:
    """Write ``<table>.csv`` for each table (RFC 4180): UTF-8, a heading, null as nothing, true and false.

    Cells hold the articles' words as they are: a spreadsheet may take one that begins with ``=`` for a
    formula.

    Raises:
        CannotWrite: the folder or a file cannot be written.
    """
    return _write(results, folder, "csv", _csv_table)


def write_parquet(results: Iterable[Extraction], folder: Path) -> list[Path]:
    """Write ``<table>.parquet`` for each table, typed, compressed with zstd.

    Raises:
        MissingExtra: pyarrow is not installed.
        CannotWrite: the folder or a file cannot be written.
    """
    require_pyarrow()
    return _write(results, folder, "parquet", _parquet_table)


def require_pyarrow() -> Any:
    """Pyarrow and its parquet module.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise MissingExtra("pyarrow", "parquet") from error


def _write(results: Iterable[Extraction], folder: Path, suffix: str, make: Any) -> list[Path]:
    paths = {name: folder / f"{name}.{suffix}" for name in TABLES}
    with writing_to(folder), ExitStack() as stack:
        tables: dict[str, Table] = {
            name: stack.enter_context(make(path, TABLES[name])) for name, path in paths.items()
        }
        for result in results:
            for name, row in rows(result):
                tables[name].add(row)
    return list(paths.values())


class _Csv:
    def __init__(self, writer: "csv.DictWriter[str]") -> None:
        self._writer = writer

    def add(self, row: Row) -> None:
        self._writer.writerow({name: _cell(value) for name, value in row.items()})


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


@contextmanager
def _csv_table(path: Path, columns: Mapping[str, type]) -> Generator[Table]:
    with path.open("w", encoding="utf-8", newline="") as file:
        # with \n for a line's end Python 3.11 leaves a lone \r in a cell unquoted: a reader's end of the row
        writer = csv.DictWriter(file, list(columns), lineterminator="\r\n")
        writer.writeheader()
        yield _Csv(writer)


class _Parquet:
    """Holds rows until there are enough for a row group."""

    def __init__(self, writer: Any, make: Callable[[list[Row]], Any]) -> None:
        self._writer = writer
        self._make = make
        self._held: list[Row] = []

    def add(self, row: Row) -> None:
        self._held.append(row)
        if len(self._held) >= GROUP:
            self.flush()

    def flush(self) -> None:
        if self._held:
            self._writer.write_table(self._make(self._held))
            self._held.clear()


@contextmanager
def _parquet_table(path: Path, columns: Mapping[str, type]) -> Generator[Table]:
    arrow, parquet = require_pyarrow()
    types = {str: arrow.string(), int: arrow.int64(), bool: arrow.bool_(), float: arrow.float64()}
    schema: Any = arrow.schema([(name, types[kind]) for name, kind in columns.items()])
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        table = _Parquet(writer, lambda held: arrow.Table.from_pylist(held, schema=schema))
        yield table
        table.flush()
