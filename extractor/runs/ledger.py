"""``OUT/extractions.jsonl``: the results of a run and the account of what is done.

One extraction/v1 object a line, whole and handed to the system before the next, never changed. What was done
again stands further down; the last line of an id is the one that counts. A line on which a crash broke off is
cut away when the file is opened.
"""

import json
import math
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from filelock import FileLock, Timeout
from pydantic import ValidationError

from extractor.errors import CannotWrite, ExtractorError, LedgerDamaged, NoSuchFolder, OutInUse
from extractor.lines import Lines
from extractor.schemas.extraction.v1 import Extraction, Status

LEDGER = "extractions.jsonl"
"""The file of results in the output folder."""

_LOCK = ".lock"
_STATUSES: tuple[Status, ...] = ("complete", "partial", "failed")
_NO_RESULT = (ValueError, LookupError, TypeError, AttributeError, RecursionError, struct.error)
_ROW = struct.Struct("!B8s8sQIQQd")
"""Status, fingerprints of 8 bytes, zeros for none, offset, calls, tokens in and out, cost or NaN."""
_START = b'{"schema":"extraction/v1"'


@dataclass(frozen=True, slots=True)
class Entered:
    """What the ledger says of an article.

    Args:
        status: of its last result.
        input: fingerprint of the article, None if it could not be read.
        configuration: fingerprint of what it was asked with.
        offset: bytes before its line.
        tokens: input and output tokens of its replies.
        calls: how many replies.
        cost: US dollars, None if not known.
    """

    status: Status
    input: str | None
    configuration: str | None
    offset: int
    calls: int
    tokens: tuple[int, int]
    cost: float | None


class Ledger:
    """The results in an output folder, open for adding; a folder has one writer at a time.

    In memory is one small entry an article.

    Raises:
        NoSuchFolder: the folder cannot be made.
        OutInUse: another run is writing to it.
        LedgerDamaged: a line that is not the last is no result.
        CannotWrite: the file cannot be opened for writing.
    """

    def __init__(self, out: Path) -> None:
        self.path = out / LEDGER
        self._lock = FileLock(out / _LOCK)
        self._lines: Lines | None = None
        try:
            out.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(blocking=False)
        except Timeout:
            raise OutInUse(str(out)) from None
        except OSError as error:
            raise NoSuchFolder(str(out), error.strerror or "cannot be written") from error
        try:
            self._entered = _index(self.path) if self.path.exists() else _Index()
            self._lines = Lines(self.path, _START)
        except OSError as error:
            self.close()
            raise CannotWrite(str(self.path), error.strerror or str(error)) from error
        except ExtractorError:
            self.close()
            raise

    def find(self, id_: str) -> Entered | None:
        """What there is of an article."""
        return self._entered.at(digest(id_))

    def at(self, key: bytes) -> Entered | None:
        """The same by the digest of its id."""
        return self._entered.at(key)

    def read(self, entered: Entered) -> Extraction:
        """The result itself."""
        return _read(self.path, entered)

    def add(self, result: Extraction) -> None:
        """Append a result; it is whole on disk when this returns, or not at all.

        Raises:
            CannotWrite: no space, no permission; the file is as it was.
        """
        assert self._lines is not None  # noqa: S101 - open until it is closed
        line = result.model_dump_json().encode() + b"\n"
        if self._says_so(result, line):
            return
        offset = self._lines.size
        self._lines.add(line)
        usage, provenance = result.usage, result.provenance
        entered = Entered(
            result.status,
            provenance.input if provenance else None,
            provenance.configuration if provenance else None,
            offset,
            usage.calls,
            (usage.input_tokens, usage.output_tokens),
            usage.cost,
        )
        self._entered.enter(result.article.id, entered)

    def _says_so(self, result: Extraction, line: bytes) -> bool:
        """Whether a failure stands there already, word for word: an unreadable file fails at each start."""
        known = self.find(result.article.id)
        if result.status != "failed" or known is None or known.status != "failed":
            return False
        with self.path.open("rb") as lines:
            lines.seek(known.offset)
            return lines.readline() == line

    def close(self) -> None:
        """Let go of the folder."""
        if self._lines:
            self._lines.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_entered(out: Path) -> Callable[[str], Entered | None]:
    """What an output folder says of articles, by id; nothing if there is no ledger yet.

    Raises:
        LedgerDamaged: a line is no result.
    """
    path = out / LEDGER
    entered = _index(path) if path.is_file() else _Index()
    return lambda id_: entered.at(digest(id_))


def read_result(out: Path, entered: Entered) -> Extraction:
    """A result that ``read_entered`` told of.

    Raises:
        LedgerDamaged: its line is no result.
    """
    return _read(out / LEDGER, entered)


def _read(path: Path, entered: Entered) -> Extraction:
    with path.open("rb") as lines:
        return _result_at(lines, entered.offset, path)


def _result_at(lines: BinaryIO, offset: int, path: Path) -> Extraction:
    """The result of the line that begins there.

    Raises:
        LedgerDamaged: it is JSON and no result.
    """
    lines.seek(offset)
    try:
        return Extraction.model_validate_json(lines.readline())
    except ValidationError as error:
        lines.seek(0)
        raise LedgerDamaged(str(path), lines.read(offset).count(b"\n") + 1) from error


def read_configurations(out: Path) -> set[str]:
    """Fingerprints of what the complete results in an output folder were asked with.

    Raises:
        LedgerDamaged: a line is no result.
    """
    path = out / LEDGER
    entered = _index(path) if path.is_file() else _Index()
    return {each.configuration for each in entered if each.status == "complete" and each.configuration}


def read_results(out: Path) -> Iterator[Extraction]:
    """The results in an output folder that count, in the order in which their articles were first entered.

    Raises:
        NoSuchFolder: there are none.
        LedgerDamaged: a line is no result.
    """
    path = out / LEDGER
    if not path.is_file():
        raise NoSuchFolder(str(out), f"holds no {LEDGER}")
    entered = _index(path)
    with path.open("rb") as lines:
        for each in entered:
            yield _result_at(lines, each.offset, path)


def digest(id_: str) -> bytes:
    """An article's id in 16 bytes, which is what is held of each in memory."""
    return blake2b(id_.encode(errors="surrogatepass"), digest_size=16).digest()


class _Index:
    """What the ledger says of each article, packed."""

    def __init__(self) -> None:
        self._rows: dict[bytes, bytes] = {}

    def enter(self, id_: str, entered: Entered) -> None:
        self._rows[digest(id_)] = _ROW.pack(
            _STATUSES.index(entered.status),
            bytes.fromhex(entered.input or ""),
            bytes.fromhex(entered.configuration or ""),
            entered.offset,
            entered.calls,
            *entered.tokens,
            math.nan if entered.cost is None else entered.cost,
        )

    def at(self, key: bytes) -> Entered | None:
        row = self._rows.get(key)
        return None if row is None else _unpacked(row)

    def __iter__(self) -> Iterator[Entered]:
        return map(_unpacked, self._rows.values())


def _unpacked(row: bytes) -> Entered:
    fields: tuple[int, bytes, bytes, int, int, int, int, float] = _ROW.unpack(row)
    status, given, configuration, offset, calls, given_tokens, got_tokens, cost = fields
    return Entered(
        _STATUSES[status],
        given.hex() if any(given) else None,
        configuration.hex() if any(configuration) else None,
        offset,
        calls,
        (given_tokens, got_tokens),
        None if math.isnan(cost) else cost,
    )


def _index(path: Path) -> _Index:
    entered = _Index()
    offset = 0
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.endswith(b"\n"):
                try:
                    entered.enter(*_entry(json.loads(line), offset))
                except _NO_RESULT as error:
                    raise LedgerDamaged(str(path), number) from error
            offset += len(line)
    return entered


def _entry(data: Any, offset: int) -> tuple[str, Entered]:
    usage: Any = data["usage"]
    provenance: Any = data["provenance"] or {}
    return data["article"]["id"], Entered(
        data["status"],
        provenance.get("input"),
        provenance.get("configuration"),
        offset,
        usage["calls"],
        (usage["input_tokens"], usage["output_tokens"]),
        usage.get("cost"),
    )
