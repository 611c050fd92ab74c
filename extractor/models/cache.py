"""The layer that keeps every good reply, so that nothing is paid for twice."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Protocol
from weakref import WeakValueDictionary

from extractor.addresses import RedisURL
from extractor.errors import CacheUnusable, ModelRefused, ReplyTruncated
from extractor.models.call import Model, Reply, Request


class Store(Protocol):
    """Where replies are kept, as text under keys. Every method raises ``CacheUnusable`` if it cannot."""

    @property
    def place(self) -> str:
        """What people call it, without any password."""
        ...

    async def get(self, key: str) -> str | None:
        """The text under a key, None if there is none."""
        ...

    async def set(self, key: str, text: str, *, prompt: str) -> None:
        """Put a reply to a prompt such as ``claims@v1`` under a key."""
        ...

    def turn(self, key: str) -> AbstractAsyncContextManager[bool]:
        """Keep others from asking the same meanwhile; gives whether they may have done so before."""
        ...

    async def aclose(self) -> None:
        """Let go of what is open."""
        ...


async def open_store(
    place: Path | RedisURL, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> Store:
    """The store of a folder or of a Redis.

    Args:
        place: where it is.
        sleep: waits so many seconds for what another machine asks.

    Raises:
        CacheUnusable: it cannot be opened.
        MissingExtra: redis is not installed.
    """
    # each has a package of its own, and a replay needs neither
    if isinstance(place, RedisURL):
        from extractor.models.cache_redis import open_redis  # noqa: PLC0415

        return await open_redis(place, sleep=sleep)
    from extractor.models.cache_disk import DiskStore  # noqa: PLC0415

    return DiskStore(place)


def count_cached(place: Path | RedisURL, prompt: str) -> int:
    """How many replies to a prompt such as ``claims@v1`` a cache holds; none if there is no cache.

    Raises:
        CacheUnusable: it cannot be read.
        MissingExtra: redis is not installed.
    """
    if isinstance(place, RedisURL):
        from extractor.models.cache_redis import count_in_redis  # noqa: PLC0415

        return count_in_redis(place, prompt)
    from extractor.models.cache_disk import count_on_disk  # noqa: PLC0415

    return count_on_disk(place, prompt)


class Cached:
    """Serves stored replies; stores a reply before it is used. Refused and cut-off replies are not kept.

    Every method raises ``CacheUnusable`` if the store cannot be used or holds what is no reply.
    """

    def __init__(self, inner: Model, store: Store) -> None:
        self._inner = inner
        self._store = store
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

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
            if stored := await self._usable(request, run):
                return stored
            async with self._store.turn(request.key) as is_shared:
                if is_shared and (stored := await self._usable(request, run)):
                    return stored
                reply = await self._inner(request)
                await self.keep_under(request.key, request.prompt, reply, run=run)
                return reply

    async def find(self, request: Request, *, run: str | None) -> Reply | None:
        """The stored reply to a request, None if there is none."""
        return await self._find(request.key, run)

    async def holds(self, key: str) -> bool:
        """Whether there is a reply to the request of a key."""
        return await self._find(key, None) is not None

    async def keep_under(self, key: str, prompt: str, reply: Reply, *, run: str | None) -> bool:
        """Store a reply to the request of a key; whether it is one."""
        if not _is_good(reply):
            return False
        text = json.dumps({**asdict(reply), "run": run}, ensure_ascii=False)
        await self._store.set(key, text, prompt=prompt)
        return True

    async def _usable(self, request: Request, run: str | None) -> Reply | None:
        return None if request.fresh else await self._find(request.key, run)

    async def _find(self, key: str, run: str | None) -> Reply | None:
        text = await self._store.get(key)
        if text is None:
            return None
        try:
            reply = Reply.from_json(text)
            paid_by = json.loads(text).get("run")
        except ValueError as error:
            raise CacheUnusable(self._store.place, str(error)) from error
        return reply if paid_by is None or paid_by != run else replace(reply, stored=False)

    async def aclose(self) -> None:
        """Close the store."""
        await self._store.aclose()


def _is_good(reply: Reply) -> bool:
    try:
        reply.raise_if_unusable()
    except (ModelRefused, ReplyTruncated):
        return False
    return True
