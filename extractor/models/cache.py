"""The layer that keeps every good reply on disk, so that nothing is paid for twice."""

import asyncio
import json
import sqlite3
from dataclasses import asdict
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import diskcache
from diskcache.core import MODE_RAW, MODE_TEXT

from extractor.errors import CacheUnusable, ModelRefused, ReplyTruncated
from extractor.models.call import Model, Reply, Request

_TROUBLE = (OSError, sqlite3.Error, diskcache.Timeout)
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
            self._replies = diskcache.Cache(
                str(folder), disk=TextDisk, eviction_policy="none", size_limit=2**60
            )
        except _TROUBLE as error:
            raise CacheUnusable(str(folder), str(error)) from error

    async def __call__(self, request: Request) -> Reply:
        """Answer from the cache, else from the layer below."""
        # Whoever asks the same meanwhile waits for the reply instead of paying for another.
        lock = self._locks.setdefault(request.key, asyncio.Lock())
        async with lock:
            stored = None if request.fresh else self._find(request.key)
            if stored:
                return stored
            reply = await self._inner(request)
            if _is_good(reply):
                self._keep(request.key, reply)
            return reply

    def _find(self, key: str) -> Reply | None:
        try:
            text = self._replies.get(key)
            return None if text is None else Reply.from_json(text)
        except (*_TROUBLE, ValueError) as error:
            raise CacheUnusable(str(self._folder), str(error) or type(error).__name__) from error

    def _keep(self, key: str, reply: Reply) -> None:
        try:
            self._replies.set(key, json.dumps(asdict(reply), ensure_ascii=False))
        except _TROUBLE as error:
            raise CacheUnusable(str(self._folder), str(error) or type(error).__name__) from error

    def close(self) -> None:
        """Close the database."""
        self._replies.close()


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
