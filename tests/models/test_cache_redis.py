"""A reply cache in a real Redis: turns between machines, what goes wrong, what is never shown."""

import asyncio
import json
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from doubles.opened import REQUEST, opened
from doubles.redis_server import PASSWORD, RedisServer
from doubles.scripted import Scripted, reply

from extractor import Extractor
from extractor.addresses import RedisURL
from extractor.errors import CacheUnusable, MissingExtra, ModelUnavailable, RunStopped
from extractor.golden.orphans import orphans
from extractor.models.cache import Cached, count_cached
from extractor.models.cache_redis import HOLD, open_redis
from extractor.models.call import Model, Reply, Request
from extractor.models.limits import Limits

HELD = "extractor:turn:" + REQUEST.key
STORED = "extractor:reply:" + REQUEST.key


class Slow:
    """A model that answers when it is told to, and fails as often as it is told to."""

    def __init__(self, *failures: Exception) -> None:
        self.begun = asyncio.Event()
        self.go = asyncio.Event()
        self.asked = 0
        self._failures = list(failures)

    async def __call__(self, request: Request) -> Reply:
        del request
        self.asked += 1
        self.begun.set()
        await self.go.wait()
        if self._failures:
            raise self._failures.pop(0)
        return reply("{}")


def with_machines(
    server: RedisServer,
    model: Model,
    work: Callable[..., Coroutine[Any, Any, Any]],
    *,
    count: int = 2,
    hold: float = HOLD,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Any:
    """Do some work with as many caches on one Redis, which know nothing of each other but by it."""

    async def together() -> Any:
        async with AsyncExitStack() as stack:
            machines: list[Cached] = []
            for _ in range(count):
                cached = Cached(model, await open_redis(RedisURL(server.url), hold=hold, sleep=sleep))
                stack.push_async_callback(cached.aclose)
                machines.append(cached)
            return await work(*machines)

    return asyncio.run(together())


def test_of_machines_that_ask_the_same_one_calls(redis: RedisServer) -> None:
    model = Slow()

    async def work(*machines: Cached) -> list[Reply]:
        asking = asyncio.gather(*(machine(REQUEST) for machine in machines for _ in range(3)))
        await model.begun.wait()
        await asyncio.sleep(0.1)
        model.go.set()
        return await asking

    replies: list[Reply] = with_machines(redis, model, work, count=4)
    assert model.asked == 1
    assert sorted(each.stored for each in replies) == [False] + [True] * 11
    assert redis.call("EXISTS", HELD) == b":0\r\n"


def test_a_reply_that_came_between_looking_and_the_turn_is_taken(redis: RedisServer) -> None:
    model = Scripted(segments="{}")

    async def work(one: Cached, other: Cached) -> list[bool]:
        # both have looked in vain before either takes its turn
        return [each.stored for each in await asyncio.gather(one(REQUEST), other(REQUEST))]

    for _ in range(20):
        model.requests.clear()
        redis.call("FLUSHALL")
        assert sorted(with_machines(redis, model, work)) == [False, True]
        assert len(model.requests) == 1


def test_a_call_that_fails_lets_the_next_machine_try(redis: RedisServer) -> None:
    model = Slow(ModelUnavailable("busy"))
    model.go.set()

    async def work(one: Cached, other: Cached) -> None:
        with pytest.raises(ModelUnavailable):
            await one(REQUEST)
        assert redis.call("EXISTS", HELD) == b":0\r\n"
        assert not (await other(REQUEST)).stored

    with_machines(redis, model, work)
    assert model.asked == 2


def test_a_call_that_is_cancelled_lets_the_next_machine_try(redis: RedisServer) -> None:
    model = Slow()

    async def work(one: Cached, other: Cached) -> None:
        asking = asyncio.create_task(one(REQUEST))
        await model.begun.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        model.go.set()
        assert not (await other(REQUEST)).stored

    with_machines(redis, model, work)


def test_what_is_refused_is_asked_by_each_machine(redis: RedisServer) -> None:
    model = Scripted(segments=reply("", refusal="no"))

    async def work(*machines: Cached) -> None:
        await asyncio.gather(*(machine(REQUEST) for machine in machines))

    with_machines(redis, model, work)
    assert len(model.requests) == 2


def test_fresh_requests_take_turns_too(redis: RedisServer) -> None:
    under_way: list[int] = []
    most: list[int] = []

    async def model(request: Request) -> Reply:
        under_way.append(1)
        most.append(len(under_way))
        await asyncio.sleep(0.05)
        under_way.pop()
        return await Scripted(segments="{}")(request)

    async def work(*machines: Cached) -> None:
        await asyncio.gather(*(machine(replace(REQUEST, fresh=True)) for machine in machines))

    with_machines(redis, model, work, count=3)
    assert most == [1, 1, 1]


def test_a_turn_is_renewed_while_the_call_lasts(redis: RedisServer) -> None:
    model = Slow()

    async def work(one: Cached, other: Cached) -> None:
        asking = asyncio.create_task(one(REQUEST))
        await model.begun.wait()
        waiting = asyncio.create_task(other(REQUEST))
        await asyncio.sleep(1.5)
        assert model.asked == 1
        model.go.set()
        assert [(await each).stored for each in (asking, waiting)] == [False, True]

    with_machines(redis, model, work, hold=0.5)


def test_whoever_waits_for_another_machine_stops_when_the_run_is_stopped(redis: RedisServer) -> None:
    assert redis.call("SET", HELD, "another") == b"+OK\r\n"

    async def work() -> None:
        limits = Limits(1)
        store = await open_redis(RedisURL(redis.url), sleep=limits.nap)
        asking = asyncio.create_task(Cached(Scripted(segments="{}"), store)(REQUEST))
        await asyncio.sleep(0.1)
        limits.stop(RunStopped())
        with pytest.raises(RunStopped):
            await asking
        await store.aclose()

    asyncio.run(work())
    assert redis.call("GET", HELD) == b"$7\r\nanother\r\n"


def test_a_machine_that_is_killed_in_its_turn_holds_nobody_for_long(redis: RedisServer) -> None:
    code = f"""
import asyncio, sys
from extractor.addresses import RedisURL
from extractor.models.cache_redis import open_redis
async def hold():
    store = await open_redis(RedisURL({redis.url!r}), hold=1.0)
    async with store.turn({REQUEST.key!r}):
        print("held", flush=True)
        await asyncio.sleep(60)
asyncio.run(hold())
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        holder.kill()
        assert holder.wait() == -signal.SIGKILL
    assert redis.call("EXISTS", HELD) == b":1\r\n"
    model = Scripted(segments="{}")
    begin = time.monotonic()
    with opened(model, RedisURL(redis.url)) as cache:
        assert not cache.ask().stored
    assert time.monotonic() - begin < 1 + 1.5
    assert len(model.requests) == 1


def test_replies_stay_and_are_no_pickles(redis: RedisServer) -> None:
    with opened(Scripted(segments="« été »"), RedisURL(redis.url)) as cache:
        cache.ask()
    assert redis.call("TTL", STORED) == b":-1\r\n"
    value = redis.call("GET", STORED).split(b"\r\n")[1]
    assert json.loads(value)["content"] == "« été »"
    assert redis.call("SMEMBERS", "extractor:replies:segments@v1").split(b"\r\n")[2] == REQUEST.key.encode()


@pytest.mark.parametrize(
    "value", ['{"torn', "[]", "null", "", '{"content": 1}', pickle.dumps([1], 0).decode()]
)
def test_a_value_that_is_no_reply_is_named(redis: RedisServer, value: str) -> None:
    redis.call("SET", STORED, value)
    with (
        opened(Scripted(segments="{}"), RedisURL(redis.url)) as cache,
        pytest.raises(CacheUnusable) as caught,
    ):
        cache.ask()
    assert caught.value.path == f"redis://127.0.0.1:{redis.port}/0"


@pytest.mark.parametrize("kind", ["bytes", "list"])
def test_a_value_of_another_kind_is_named(redis: RedisServer, kind: str) -> None:
    script = "redis.call('SET', KEYS[1], '\\255')" if kind == "bytes" else "redis.call('LPUSH', KEYS[1], 'x')"
    redis.call("EVAL", script, 1, STORED)
    with opened(Scripted(segments="{}"), RedisURL(redis.url)) as cache, pytest.raises(CacheUnusable):
        cache.ask()


def assert_no_password(error: BaseException) -> None:
    shown = f"{error}{error!r}{error.__cause__}{error.__cause__!r}"
    assert PASSWORD not in shown


def test_orphans_of_a_prompt_are_counted_in_a_redis_too(redis: RedisServer, golden: Path) -> None:
    url = RedisURL(redis.url)
    with opened(Scripted(segments="{}"), url) as cache:
        cache.ask()
    assert orphans(golden, "segments@v1", url).cached == 1


def test_with_the_password_it_works_and_nothing_shows_it(own_redis: RedisServer) -> None:
    url = RedisURL(own_redis.url)
    with opened(Scripted(segments="{}"), url) as cache:
        cache.ask()
    assert count_cached(url, "segments@v1") == 1
    assert str(url) == f"redis://***@127.0.0.1:{own_redis.port}/0"


@pytest.mark.parametrize("password", ["wrong", None])
def test_a_wrong_password_is_named(own_redis: RedisServer, password: str | None) -> None:
    login = f":{password}-{PASSWORD}@" if password else ""
    url = RedisURL(f"redis://{login}127.0.0.1:{own_redis.port}")
    with pytest.raises(CacheUnusable, match=r"(?i)auth|password") as caught:
        asyncio.run(open_redis(url))
    assert_no_password(caught.value)
    with pytest.raises(CacheUnusable, match="see to its server"):
        count_cached(url, "segments@v1")


def test_a_server_that_is_not_there_is_named(own_redis: RedisServer) -> None:
    own_redis.stop()
    with pytest.raises(CacheUnusable) as caught:
        Extractor(cache=own_redis.url, model="m", base_url="http://127.0.0.1:9/v1")
    assert caught.value.path == f"redis://***@127.0.0.1:{own_redis.port}/0"
    assert_no_password(caught.value)
    with pytest.raises(CacheUnusable):
        count_cached(RedisURL(own_redis.url), "segments@v1")


def test_an_option_that_is_not_known_is_named(own_redis: RedisServer) -> None:
    with pytest.raises(CacheUnusable, match="option behind") as caught:
        asyncio.run(open_redis(RedisURL(f"{own_redis.url}?pasword={PASSWORD}")))
    assert_no_password(caught.value)


def test_a_server_that_is_gone_between_two_calls_is_named(own_redis: RedisServer) -> None:
    model = Scripted(segments="{}")
    with opened(model, RedisURL(own_redis.url)) as cache:
        cache.ask()
        own_redis.stop()
        with pytest.raises(CacheUnusable) as caught:
            cache.ask()
        assert_no_password(caught.value)
        own_redis.start()
        assert not cache.ask().stored  # it keeps nothing on disk
    assert len(model.requests) == 2


def test_a_server_that_is_gone_during_a_call_is_named_and_the_calls_own_error_is_not_lost(
    own_redis: RedisServer,
) -> None:
    async def failing(request: Request) -> Reply:
        del request
        own_redis.stop()
        raise ModelUnavailable("busy")

    with opened(failing, RedisURL(own_redis.url)) as cache, pytest.raises(ModelUnavailable):
        cache.ask()
    own_redis.start()

    async def answering(request: Request) -> Reply:
        del request
        own_redis.stop()
        return reply("{}")

    with opened(answering, RedisURL(own_redis.url)) as cache, pytest.raises(CacheUnusable):
        cache.ask()


@pytest.mark.parametrize(
    ("setting", "reason"),
    [(("maxmemory", 1), "maxmemory"), (("replicaof", "127.0.0.1 9"), "read only|READONLY|replica")],
)
def test_a_server_that_takes_nothing_is_named(
    own_redis: RedisServer, setting: tuple[str, object], reason: str
) -> None:
    name, value = setting
    words = ("REPLICAOF", *str(value).split()) if name == "replicaof" else ("CONFIG", "SET", name, value)
    assert own_redis.call(*words) == b"+OK\r\n"
    with opened(Scripted(segments="{}"), RedisURL(own_redis.url)) as cache:
        with pytest.raises(CacheUnusable, match=reason):
            cache.ask()
        with pytest.raises(CacheUnusable, match=reason):
            cache.runner.run(cache.cached.keep_under(REQUEST.key, "segments@v1", reply("{}"), run=None))


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("redis", "redis.asyncio"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtra, match=r"article-extractor\[redis\]"):
        Extractor(cache="redis://127.0.0.1", model="m", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(MissingExtra):
        count_cached(RedisURL("redis://127.0.0.1"), "segments@v1")
