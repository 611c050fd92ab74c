"""A file of whole lines that only grows: what a crash or a full disk breaks off is cut away."""

import os
from pathlib import Path
from typing import Protocol, Self

from extractor.errors import CannotWrite, LedgerDamaged


class Growing(Protocol):
    """What lines are added to."""

    def add(self, line: bytes) -> None:
        """Add a line, its end included."""


class Lines:
    """An append-only file. Each line is handed to the system whole before ``add`` returns, or not at all.

    Args:
        path: the file; made if it is missing.
        start: how its lines start; a torn last line that starts otherwise was not written by this program.

    Raises:
        CannotWrite: it cannot be opened for writing.
        LedgerDamaged: it ends with something that was not written by this program, which is left alone.
    """

    def __init__(self, path: Path, start: bytes) -> None:
        self.path = path
        try:
            self._file = path.open("ab", buffering=0)
        except OSError as error:
            raise CannotWrite(str(path), error.strerror or str(error)) from error
        try:
            self.size = cut_torn_line(path, start)
        except OSError as error:
            self._file.close()
            raise CannotWrite(str(path), error.strerror or str(error)) from error
        except LedgerDamaged:
            self._file.close()
            raise

    def add(self, line: bytes) -> None:
        """Append a line, its line break included.

        Raises:
            CannotWrite: no space, no permission; the file is as it was.
        """
        try:
            written = 0
            while written < len(line):
                written += self._file.write(line[written:]) or 0
        except OSError as error:
            os.truncate(self.path, self.size)
            raise CannotWrite(str(self.path), error.strerror or str(error)) from error
        self.size += len(line)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def cut_torn_line(path: Path, start: bytes) -> int:
    """Cut a last line that is not whole, as a crash leaves it; the bytes that are left.

    Args:
        path: the file.
        start: how its lines start; what starts otherwise was not written by this program and is not touched.

    Raises:
        LedgerDamaged: it ends with something else.
    """
    if not path.exists():
        return 0
    size = path.stat().st_size
    with path.open("rb") as file:
        tail = b""
        at = size
        while at and b"\n" not in tail:
            at = max(0, at - 65_536)
            file.seek(at)
            tail = file.read(size - at)
    whole = at + tail.rfind(b"\n") + 1
    torn = tail[whole - at :]
    if torn:
        if not (torn.startswith(start) or start.startswith(torn)):
            with path.open("rb") as file:
                raise LedgerDamaged(str(path), sum(line.endswith(b"\n") for line in file) + 1)
        os.truncate(path, whole)
    return whole
