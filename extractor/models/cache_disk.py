"""Replies in a folder, for the processes of one machine."""

import sqlite3
from collections.abc import Generator
from contextlib import AbstractAsyncContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import diskcache
from diskcache.core import MODE_RAW, MODE_TEXT

from extractor.errors import CacheUnusable

_TROUBLE = (OSError, sqlite3.Error, diskcache.Timeout, ValueError)
_FLAT = {"sqlite_mmap_size": 0, "sqlite_cache_size": 2**11}
"""Little of the database in memory, so that a run's memory does not grow with it: 8 MiB of 4 KiB pages."""
_SQLITE_HEAD = b"SQLite format 3\0"


class TextDisk(diskcache.Disk):
    """A diskcache disk that holds text only.

    diskcache unpickles what it reads, so that whoever can write the cache file can run code in the reader
    (CVE-2025-69872; 5.6.3 is the last release). Here a pickled key or value is refused before it is read.
    """

    def store(self, value: object, read: bool, key: object = diskcache.UNKNOWN) -> Any:  # noqa: FBT001 - its signature
        """Store text."""
        if read or not isinstance(value, str):
            raise TypeError(f"the cache holds text, not {type(value).__name__}")
        return super().store(value, read, key)

    def fetch(self, mode: int, filename: str | None, value: object, read: bool) -> Any:  # noqa: FBT001
        """Fetch text; a row of any other kind was not written by this program."""
        if mode not in (MODE_RAW, MODE_TEXT) or (mode == MODE_RAW and not isinstance(value, str)):
            raise CacheUnusable(self._directory, "a row is not text and was not read")
        return super().fetch(mode, filename, value, read)

    def put(self, key: object) -> Any:
        """Turn a key into its stored form."""
        if not isinstance(key, str):
            raise TypeError(f"cache keys are text, not {type(key).__name__}")
        return super().put(key)

    def get(self, key: object, raw: bool) -> Any:  # noqa: FBT001
        """Turn a stored key back."""
        if not raw or not isinstance(key, str):
            raise CacheUnusable(self._directory, "a key is not text and was not read")
        return key


class DiskStore:
    """Text under keys, by diskcache.

    Raises:
        CacheUnusable: the folder cannot be opened or holds what this program did not write.
    """

    def __init__(self, folder: Path) -> None:
        self.place = str(folder)
        with self._named():
            _check_is_database(folder / "cache.db")
            self._texts = _opened(folder)

    async def get(self, key: str) -> str | None:
        """The text under a key, None if there is none."""
        with self._named():
            text: str | None = self._texts.get(key)
            return text

    async def set(self, key: str, text: str, *, prompt: str) -> None:
        """Put a reply to a prompt under a key."""
        with self._named():
            self._texts.set(key, text, tag=prompt)

    def turn(self, key: str) -> AbstractAsyncContextManager[bool]:
        """Nobody is waited for: two processes on one folder may ask the same at once."""
        del key
        return nullcontext(False)  # noqa: FBT003 - what the context gives

    async def aclose(self) -> None:
        """Close the database."""
        self._texts.close()

    @contextmanager
    def _named(self) -> Generator[None]:
        try:
            yield
        except _TROUBLE as error:
            raise CacheUnusable(self.place, str(error) or type(error).__name__) from error


def count_on_disk(folder: Path, prompt: str) -> int:
    """How many replies to a prompt such as ``claims@v1`` a cache holds; none if there is no cache.

    Raises:
        CacheUnusable: the database cannot be read.
    """
    path = folder / "cache.db"
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            (count,) = database.execute("SELECT COUNT(*) FROM Cache WHERE tag = ?", (prompt,)).fetchone()
    except sqlite3.Error as error:
        raise CacheUnusable(str(folder), str(error)) from error
    return int(count)


def _opened(folder: Path) -> diskcache.Cache:
    """The database; one that is damaged leaves no connection open, which diskcache's own failure does."""
    cache = diskcache.Cache.__new__(diskcache.Cache)
    try:
        cache.__init__(str(folder), disk=TextDisk, eviction_policy="none", size_limit=2**60, **_FLAT)  # type: ignore[misc]  # so that there is something to close
    except _TROUBLE:
        cache.close()
        raise
    return cache


def _check_is_database(path: Path) -> None:
    """Keep diskcache from a file that is no database: it would leave its connection open."""
    if not path.exists():
        return
    with path.open("rb") as file:
        head = file.read(len(_SQLITE_HEAD))
    if head and head != _SQLITE_HEAD:
        raise OSError("file is not a database")
