"""Replies in a Redis that several machines share; of those that ask the same at once, one calls.

``extractor:reply:KEY`` is a reply, ``extractor:replies:PROMPT`` the set of the keys of a prompt's replies:
both stay until somebody deletes them. ``extractor:turn:KEY`` says that somebody asks now; it expires.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from importlib import import_module
from typing import Any
from uuid import uuid4

from extractor.addresses import RedisURL
from extractor.errors import CacheUnusable, MissingExtra

HOLD = 30.0
"""Seconds for which others wait for a machine that ended, or left the network, in the middle of a call."""

FIRST_PAUSE = 0.02
"""Seconds; after so long it is looked for the first time whether another machine's call has ended."""

LONGEST_PAUSE = 1.0
"""Seconds between two such looks at the most."""

PATIENCE = 5.0
"""Seconds that the server may take to connect or to answer, each time it is tried."""

CONNECTIONS = 32
"""Connections to the server at the most; whoever finds none free waits for one."""

_STORE = """
redis.call('SET', KEYS[1], ARGV[1])
redis.call('SADD', KEYS[2], ARGV[2])
return 1
"""
"""Both or neither; of a transaction the package's errors show what was to be written."""

_TAKE = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
"""Take a turn unless another has it; tried again, because an answer was lost, it gives the same turn."""

_RENEW = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""

_END = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""


async def open_redis(
    url: RedisURL, *, hold: float = HOLD, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> "RedisStore":
    """The store at an address, when its server has answered.

    Args:
        url: where it is.
        hold: see ``HOLD``.
        sleep: waits so many seconds for another machine's call.

    Raises:
        CacheUnusable: there is no server, or it lets nobody in.
        MissingExtra: redis is not installed.
    """
    redis = _package("redis.asyncio")
    with _opening(url):
        store = RedisStore(url, _client(redis, url), hold=hold, sleep=sleep)
        try:
            await store.greet()
        except BaseException:
            await store.aclose()
            raise
        return store


class RedisStore:
    """Text under keys in a Redis; use ``open_redis``."""

    def __init__(
        self, url: RedisURL, client: Any, *, hold: float, sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self.place = str(url)
        self._url = url
        self._client = client
        self._hold = hold
        self._sleep = sleep
        self._store = client.register_script(_STORE)
        self._take, self._renew, self._end = map(client.register_script, (_TAKE, _RENEW, _END))

    async def greet(self) -> None:
        """See whether the server answers."""
        with _named(self._url):
            await self._client.ping()

    async def get(self, key: str) -> str | None:
        """The text under a key, None if there is none."""
        with _named(self._url):
            data: bytes | None = await self._client.get(_reply(key))
            return None if data is None else data.decode()

    async def set(self, key: str, text: str, *, prompt: str) -> None:
        """Put a reply to a prompt under a key."""
        with _named(self._url):
            await self._store(keys=[_reply(key), _replies(prompt)], args=[text, key])

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncGenerator[bool]:
        """Wait until no other machine asks the same, then keep the others waiting.

        A call's own error ends the turn too. Nobody waits longer than ``hold`` seconds for one who is gone.
        """
        lock, token = f"extractor:turn:{key}", uuid4().hex
        try:
            await self._wait(lock, token)
            renewing = asyncio.create_task(self._keep(lock, token))
            try:
                yield True
            finally:
                renewing.cancel()
        finally:
            # a turn that cannot be ended now expires; the reply, or the error, is worth more
            with suppress(CacheUnusable):
                await self._run(self._end, lock, token)

    async def _wait(self, lock: str, token: str) -> None:
        pause = FIRST_PAUSE
        while not await self._run(self._take, lock, token):
            await self._sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            pause = min(LONGEST_PAUSE, pause * 1.5)

    async def _keep(self, lock: str, token: str) -> None:
        """Renew a turn while it lasts; one that expired meanwhile is not taken back."""
        while True:
            await asyncio.sleep(self._hold / 3)
            with suppress(CacheUnusable):
                await self._run(self._renew, lock, token)

    async def _run(self, script: Any, lock: str, token: str) -> bool:
        with _named(self._url):
            return bool(await script(keys=[lock], args=[token, round(self._hold * 1000)]))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def count_in_redis(url: RedisURL, prompt: str) -> int:
    """How many replies to a prompt such as ``claims@v1`` there are.

    Raises:
        CacheUnusable: the server cannot be asked.
        MissingExtra: redis is not installed.
    """
    redis = _package("redis")
    with (
        _opening(url),
        closing(redis.Redis.from_url(url.get_secret_value(), socket_timeout=PATIENCE)) as client,
    ):
        return int(client.scard(_replies(prompt)))


def _client(redis: Any, url: RedisURL) -> Any:
    tries = import_module("redis.asyncio.retry").Retry(
        import_module("redis.backoff").ExponentialBackoff(cap=1.0, base=0.1), 3
    )
    pool = redis.BlockingConnectionPool.from_url(
        url.get_secret_value(),
        max_connections=CONNECTIONS,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=tries,
    )
    return redis.Redis.from_pool(pool)


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingExtra("redis", "redis") from error


@contextmanager
def _opening(url: RedisURL) -> Generator[None]:
    """The package takes any option in an address, and fails when it connects."""
    try:
        with _named(url):
            yield
    except TypeError as error:
        raise CacheUnusable(str(url), "an option behind the ? of the address is not known") from error


@contextmanager
def _named(url: RedisURL) -> Generator[None]:
    """Errors of the package under our name."""
    trouble: Any = import_module("redis.exceptions").RedisError
    try:
        yield
    except (trouble, OSError, ValueError) as error:
        raise CacheUnusable(str(url), str(error) or type(error).__name__) from error


def _reply(key: str) -> str:
    return f"extractor:reply:{key}"


def _replies(prompt: str) -> str:
    return f"extractor:replies:{prompt}"
