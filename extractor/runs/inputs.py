"""Where the articles of a run come from: folders, files, patterns, tables of articles, standard input.

Articles stream: of a folder only names are held, of a table one row.
"""

import csv
import glob
import json
import os
import sys
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TextIO

from extractor.article import MAX_SIZE, METADATA, SUFFIXES, Article, path_text, read_article
from extractor.errors import InvalidInput, InvalidRow, NoSuchFolder
from extractor.pages import read_page

COLUMNS = ("id", "text", "html", *METADATA)
"""What a row of a table may say of an article; only ``text``, or ``html`` for a page, is needed."""

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


class _Spool:
    """Standard input, kept in a file without a name while it is read, so that it can be read again."""

    def __init__(self) -> None:
        self._file: TextIO | None = None
        self._ended = False

    def __iter__(self) -> Iterator[str]:
        if self._file is None:
            self._file = TemporaryFile("w+", encoding="utf-8", newline="")  # noqa: SIM115 - for as long as this lives
            weakref.finalize(self, self._file.close)
        offset = 0
        while True:
            self._file.seek(offset)
            line = self._file.readline()
            if not line:
                line = self._next()
            if not line:
                return
            offset += len(line.encode())
            yield line

    def _next(self) -> str:
        """Another line of standard input, written down; empty at the end."""
        if self._ended:
            return ""
        try:
            line = sys.stdin.readline()
        except (OSError, ValueError) as error:
            raise InvalidInput("stdin", str(error)) from error
        self._ended = not line
        assert self._file is not None  # noqa: S101 - it is being read
        self._file.seek(0, os.SEEK_END)
        if self._file.tell() == 0:
            line = line.removeprefix("\ufeff")
        if line and not line.endswith("\n"):
            line += "\n"
        self._file.write(line)
        return line


@dataclass(frozen=True)
class Inputs:
    """The articles of a run, as often as they are asked for.

    Args:
        places: folders, article files, tables (.jsonl, .ndjson, .csv, .tsv), patterns such as
            ``2012/**/*.txt``, ``-`` for JSON lines from standard input.
        lists: files that name one article file a line.
        columns: names of columns that are called otherwise in the tables, such as ``{"text": "body"}``.
        base: the folder that relative places are below; by default the current one.

    Articles of the only folder are named by their path below it, those of several places by the place too, as
    it was given.

    Raises:
        InvalidInput: ``columns`` has a name that is none.
    """

    places: tuple[str, ...]
    lists: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    base: str = ""
    _stdin: _Spool = field(default_factory=_Spool, repr=False, compare=False)

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
        several = len(self.places) > 1
        for place in self.places:
            if place == "-":
                yield from _json_lines(self._stdin, "stdin", self.columns)
            elif (path := Path(self.base, place)).exists():
                yield from self._place(path, path_text(Path(place)) if several else None)
            else:
                yield from self._pattern(place)
        for each in self.lists:
            yield from _list(Path(self.base, each))

    def _place(self, path: Path, name: str | None) -> Iterator[Entry]:
        """The articles of a folder, a table or a file; ``name`` says which it is among several."""
        if path.is_dir():
            yield from _folder(path, f"{name}/" if name else "")
        elif path.suffix.lower() in _TABLES:
            yield from _table(path, name or path_text(Path(path.name)), self.columns)
        else:
            yield _file(path, name or path_text(Path(path.name)))

    def _pattern(self, pattern: str) -> Iterator[Entry]:
        # a pattern may be absolute, which pathlib's own globbing does not take
        names = sorted(glob.glob(pattern, recursive=True, root_dir=self.base or None))  # noqa: PTH207
        files = [name for name in names if Path(self.base, name).is_file()]
        if not files:
            told = "there is no such file or folder, and no file that fits the pattern"
            raise NoSuchFolder(pattern, told)
        for name in files:
            yield from self._place(Path(self.base, name), path_text(Path(name)))

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
                (f"{each.name}/" if each.is_dir(follow_symlinks=False) else each.name, _leads_to_folder(each))
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


def _leads_to_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself: no folder, and reading it says what it is
        return False


def _folder(folder: Path, prefix: str) -> Iterator[Entry]:
    empty = True
    for path in find_articles(folder):
        empty = False
        yield _file(path, prefix + path_text(path.relative_to(folder)))
    if empty:
        raise NoSuchFolder(str(folder), f"holds no {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]} file")


def _file(path: Path, id_: str) -> Entry:
    return Entry(id_, partial(read_article, path, id_=id_))


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


def _table(path: Path, name: str, columns: Mapping[str, str]) -> Iterator[Entry]:
    if path.suffix.lower() in (".csv", ".tsv"):
        yield from _separated(path, name, columns)
    else:
        yield from _json_lines(_lines(path), name, columns)


def _json_lines(lines: Iterable[str], name: str, columns: Mapping[str, str]) -> Iterator[Entry]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _json_row(line, f"{name}:{number}", columns)


def _json_row(line: str, place: str, columns: Mapping[str, str]) -> Entry:
    try:
        row: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        return _unreadable(place, f"no JSON ({error})")
    return row_entry(row, place, columns) if hasattr(row, "get") else _unreadable(place, "no JSON object")


def _separated(path: Path, name: str, columns: Mapping[str, str]) -> Iterator[Entry]:
    csv.field_size_limit(4 * MAX_SIZE)
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    rows = csv.DictReader(_lines(path), delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(rows, start=1):
            yield row_entry(row, f"{name}:{number}", columns)
    except csv.Error as error:
        raise InvalidInput(str(path), f"line {rows.reader.line_num}: {error}") from error


def row_entry(row: Mapping[str, Any], place: str, columns: Mapping[str, str]) -> Entry:
    """The article of a row of a table; reading it says what is wrong with the row.

    Args:
        row: values by the names of their columns.
        place: names the row in errors, and its article if it has no id.
        columns: names of columns that are called otherwise.
    """
    told = {name: row.get(columns.get(name, name)) for name in COLUMNS}
    wrong = [name for name, value in told.items() if not _is_text(value)]
    if wrong:
        return _unreadable(place, f"column {columns.get(wrong[0], wrong[0])!r} is no text")
    if told["text"] is None and told["html"] is None:
        return _unreadable(place, f"there is no column {columns.get('text', 'text')!r}")
    facts = {name: str(value) for name, value in told.items() if value not in (None, "")}
    return Entry(facts.get("id", place), partial(_row_article, facts, place))


def _row_article(facts: Mapping[str, str], place: str) -> Article:
    """The article of a row; what the row says of a page counts for more than what the page says."""
    known = {name: value for name, value in facts.items() if name in METADATA}
    id_ = facts.get("id", place)
    if "html" in facts and "text" not in facts:
        page = read_page(facts["html"].encode(errors="surrogatepass"), source=place)
        return Article(id=id_, **{**asdict(page), **known})
    return Article(facts.get("text", ""), id=id_, **known)


def _is_text(value: object) -> bool:
    """Whether a value is text, or a number that can be told as text."""
    return isinstance(value, str | int | None) and not isinstance(value, bool)


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
