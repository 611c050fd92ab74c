"""Where the articles of a run come from: folders, files, patterns, tables of articles, standard input.

Articles stream: of a folder only names are held, of a table one row.
"""

import csv
import glob
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from extractor.article import MAX_SIZE, SUFFIXES, Article, path_text, read_article
from extractor.errors import InvalidInput, InvalidRow, NoSuchFolder

COLUMNS = ("id", "text", "title", "url", "published", "language")
"""What a row of a table may say of an article; only ``text`` is needed."""

_TABLES = (".jsonl", ".ndjson", ".csv", ".tsv")


@dataclass(frozen=True)
class Entry:
    """One article of a run.

    Args:
        id: names it in results.
        read: reads it.
    """

    id: str
    read: Callable[[], Article]


@dataclass(frozen=True)
class Inputs:
    """The articles of a run, as often as they are asked for.

    Args:
        places: folders, article files, tables (.jsonl, .ndjson, .csv, .tsv), patterns such as
            ``2012/**/*.txt``, ``-`` for JSON lines from standard input.
        lists: files that name one article file a line.
        columns: names of columns that are called otherwise in the tables, such as ``{"text": "body"}``.

    Articles of the only folder are named by their path below it, those of several by the folder's name too.
    """

    places: tuple[str, ...]
    lists: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        unknown = set(self.columns) - set(COLUMNS)
        if unknown:
            raise InvalidInput(min(unknown), f"no column of an article; there are {', '.join(COLUMNS)}")

    def __iter__(self) -> Iterator[Entry]:
        """Every article.

        Raises:
            NoSuchFolder: a folder or file is missing or holds nothing to read.
            InvalidInput: a table or list cannot be read.
        """
        folders = [each for each in self.places if Path(each).is_dir()]
        for place in self.places:
            path = Path(place)
            if place == "-":
                yield from _json_lines(sys.stdin, "stdin", self.columns)
            elif path.is_dir():
                yield from _folder(path, f"{path.resolve().name}/" if len(folders) > 1 else "")
            elif path.suffix.lower() in _TABLES and path.exists():
                yield from _table(path, self.columns)
            elif path.exists():
                yield _file(path, path_text(path) if len(self.places) > 1 else path_text(Path(path.name)))
            else:
                yield from _pattern(place)
        for each in self.lists:
            yield from _list(Path(each))

    def count(self) -> int | None:
        """How many articles there are; None where only reading tells, as with standard input."""
        return None if "-" in self.places else sum(1 for _ in self)


def find_articles(folder: Path) -> Iterator[Path]:
    """The article files in and below a folder, in the order of their paths.

    Hidden files and folders are left out, and links to folders are not followed: they may lead in circles.

    Raises:
        NoSuchFolder: it is missing, no folder, or cannot be read.
    """
    if not folder.is_dir():
        raise NoSuchFolder(str(folder), "there is no such folder")
    try:
        with os.scandir(folder) as scanned:
            entries = sorted(
                (f"{each.name}/" if each.is_dir(follow_symlinks=False) else each.name, each.is_dir())
                for each in scanned
                if not each.name.startswith(".")
            )
    except OSError as error:
        raise NoSuchFolder(str(folder), error.strerror or "cannot be read") from error
    for name, is_folder in entries:
        if name.endswith("/"):
            yield from find_articles(folder / name)
        elif name.lower().endswith(SUFFIXES) and not is_folder:
            yield folder / name


def _folder(folder: Path, prefix: str) -> Iterator[Entry]:
    empty = True
    for path in find_articles(folder):
        empty = False
        yield _file(path, prefix + path_text(path.relative_to(folder)))
    if empty:
        raise NoSuchFolder(str(folder), f"holds no {' or '.join(SUFFIXES)} file")


def _file(path: Path, id_: str) -> Entry:
    return Entry(id_, partial(read_article, path, id_=id_))


def _pattern(pattern: str) -> Iterator[Entry]:
    paths = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - a pattern may be absolute
    if not paths:
        raise NoSuchFolder(pattern, "there is no such file or folder, and nothing that fits the pattern")
    for name in paths:
        if Path(name).is_file():
            yield _file(Path(name), path_text(Path(name)))


def _list(path: Path) -> Iterator[Entry]:
    """One path a line; relative ones are below the folder of the list."""
    for line in _lines(path):
        name = line.strip()
        if name:
            yield _file(path.parent / name, path_text(Path(name)))


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from file
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(str(path), getattr(error, "strerror", None) or str(error)) from error


def _table(path: Path, columns: Mapping[str, str]) -> Iterator[Entry]:
    if path.suffix.lower() in (".csv", ".tsv"):
        yield from _separated(path, columns)
    else:
        with path.open(encoding="utf-8-sig") as file:
            yield from _json_lines(file, path.name, columns)


def _json_lines(lines: TextIO, name: str, columns: Mapping[str, str]) -> Iterator[Entry]:
    numbered = enumerate(lines, start=1)
    while True:
        try:
            number, line = next(numbered)
        except StopIteration:
            return
        except UnicodeDecodeError as error:
            raise InvalidInput(name, str(error)) from error
        if line.strip():
            yield _json_row(line, f"{name}:{number}", columns)


def _json_row(line: str, place: str, columns: Mapping[str, str]) -> Entry:
    try:
        row: Any = json.loads(line)
    except ValueError as error:
        return _unreadable(place, f"no JSON ({error})")
    return _row(row, place, columns) if hasattr(row, "get") else _unreadable(place, "no JSON object")


def _separated(path: Path, columns: Mapping[str, str]) -> Iterator[Entry]:
    csv.field_size_limit(4 * MAX_SIZE)
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    rows = csv.DictReader(_lines(path), delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(rows, start=1):
            yield _row(row, f"{path.name}:{number}", columns)
    except csv.Error as error:
        raise InvalidInput(str(path), f"line {rows.line_num}: {error}") from error


def _row(row: Mapping[str, Any], place: str, columns: Mapping[str, str]) -> Entry:
    told = {name: row.get(columns.get(name, name)) for name in COLUMNS}
    wrong = [name for name, value in told.items() if not isinstance(value, str | int | None)]
    if wrong:
        return _unreadable(place, f"column {columns.get(wrong[0], wrong[0])!r} is no text")
    if told["text"] is None:
        return _unreadable(place, f"there is no column {columns.get('text', 'text')!r}")
    facts = {name: str(value) for name, value in told.items() if value not in (None, "")}
    id_ = facts.pop("id", place)
    return Entry(id_, lambda: Article(facts.get("text", ""), id=id_, **_without_text(facts)))


def _without_text(facts: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in facts.items() if name != "text"}


def _unreadable(place: str, reason: str) -> Entry:
    def read() -> Article:
        raise InvalidRow(place, reason)

    return Entry(place, read)


def as_inputs(places: Path | str | Sequence[Path | str] | Inputs) -> Inputs:
    """Inputs from a place or several."""
    if isinstance(places, Inputs):
        return places
    listed = [places] if isinstance(places, Path | str) else places
    return Inputs(tuple(str(each) for each in listed))
