"""The layer that keeps every good reply on disk, so that nothing is paid for twice."""

import asyncio
import json
import sqlite3
from contextlib import closing
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import diskcache
from diskcache.core import MODE_RAW, MODE_TEXT

from extractor.errors import CacheUnusable, ModelRefused, ReplyTruncated
from extractor.models.call import Model, Reply, Request

_TROUBLE = (OSError, sqlite3.Error, diskcache.Timeout)
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


class Cached:
    """Serves stored replies; stores a reply before it is used. Refused and cut-off replies are not kept.

    Raises:
        CacheUnusable: the folder cannot be opened or holds what this program did not write.
    """

    def __init__(self, inner: Model, folder: Path) -> None:
        self._inner = inner
        self._folder = folder
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        try:
            _check_is_database(folder / "cache.db")
            self._replies = _opened(folder)
        except _TROUBLE as error:
            raise CacheUnusable(str(folder), str(error)) from error

    async def __call__(self, request: Request) -> Reply:
        """Answer from the cache, else from the layer below."""
        return await self.answer(request, run=None)

    def of_run(self, run: str) -> Model:
        """The same for a folder run: what it paid for itself is not stored before when it goes on."""
        return partial(self.answer, run=run)

    async def answer(self, request: Request, *, run: str | None) -> Reply:
        """Answer a request of a run."""
        # Whoever asks the same meanwhile waits for the reply instead of paying for another.
        lock = self._locks.setdefault(request.key, asyncio.Lock())
        async with lock:
            stored = None if request.fresh else self._find(request.key, run)
            if stored:
                return stored
            reply = await self._inner(request)
            self.keep_under(request.key, request.prompt, reply, run=run)
            return reply

    def find(self, request: Request, *, run: str | None) -> Reply | None:
        """The stored reply to a request, None if there is none."""
        return self._find(request.key, run)

    def holds(self, key: str) -> bool:
        """Whether there is a reply to the request of a key."""
        return self._find(key, None) is not None

    def keep_under(self, key: str, prompt: str, reply: Reply, *, run: str | None) -> bool:
        """Store a reply to the request of a key; whether it is one."""
        if not _is_good(reply):
            return False
        text = json.dumps({**asdict(reply), "run": run}, ensure_ascii=False)
        try:
            self._replies.set(key, text, tag=prompt)
        except _TROUBLE as error:
            raise CacheUnusable(str(self._folder), str(error) or type(error).__name__) from error
        return True

    def _find(self, key: str, run: str | None) -> Reply | None:
        try:
            text = self._replies.get(key)
            if text is None:
                return None
            reply = Reply.from_json(text)
            paid_by = json.loads(text).get("run")
            return reply if paid_by is None or paid_by != run else replace(reply, stored=False)
        except (*_TROUBLE, ValueError) as error:
            raise CacheUnusable(str(self._folder), str(error) or type(error).__name__) from error

    def close(self) -> None:
        """Close the database."""
        self._replies.close()


def _opened(folder: Path) -> diskcache.Cache:
    """The database; one that is damaged leaves no connection open, which diskcache's own failure does."""
    cache = diskcache.Cache.__new__(diskcache.Cache)
    try:
        cache.__init__(str(folder), disk=TextDisk, eviction_policy="none", size_limit=2**60, **_FLAT)  # type: ignore[misc]  # so that there is something to close
    except _TROUBLE:
        cache.close()
        raise
    return cache


def count_cached(folder: Path, prompt: str) -> int:
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


def _check_is_database(path: Path) -> None:
    """Keep diskcache from a file that is no database: it would leave its connection open."""
    if not path.exists():
        return
    with path.open("rb") as file:
        head = file.read(len(_SQLITE_HEAD))
    if head and head != _SQLITE_HEAD:
        raise OSError("file is not a database")


def _is_good(reply: Reply) -> bool:
    try:
        reply.raise_if_unusable()
    except (ModelRefused, ReplyTruncated):
        return False
    return True
