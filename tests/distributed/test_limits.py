"""What the actor of a job's limits says to workers, on a clock of its own and without a cluster."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from doubles.clock import now, run_in_no_time

from extractor.distributed.limits import GONE, Line, SharedLimits
from extractor.errors import BudgetSpent, LimitsLost, RunStopped


def limits(**told: Any) -> SharedLimits:
    given: dict[str, Any] = {"rpm": None, "tpm": None, "first_pause": 1.0, "limit": None, "now": now}
    return SharedLimits(**{**given, **told})


class Here:
    """An actor's methods, called in this process as Ray would call them elsewhere."""

    class Method:
        def __init__(self, method: Callable[..., Awaitable[Any]]) -> None:
            self._method = method

        def remote(self, *told: Any) -> "asyncio.Task[Any]":
            async def call() -> Any:
                return await self._method(*told)

            return asyncio.create_task(call())

    def __init__(self, held: SharedLimits) -> None:
        self._held = held
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> "Here.Method":
        self.calls.append(name)
        return Here.Method(getattr(self._held, name))


class GoneError(Exception):
    pass


async def starts(lines: list[Line], count: int) -> list[float]:
    """When each of so many calls may start, in order."""

    async def start(line: Line) -> float:
        await line.start(1_500)
        return now()

    return sorted(await asyncio.gather(*(start(line) for line in lines for _ in range(count))))


@pytest.mark.parametrize("rate", [{"rpm": 60.0}, {"tpm": 90_000.0}])
def test_the_calls_of_all_workers_are_spaced_by_one_rate(rate: dict[str, float]) -> None:
    async def work() -> list[float]:
        actor = Here(limits(**rate))
        return await starts([Line(actor, GoneError) for _ in range(3)], 2)

    assert run_in_no_time(work()) == [0, 1, 2, 3, 4, 5]


def test_what_one_worker_is_told_holds_for_all_who_wait() -> None:
    async def work() -> list[float]:
        actor = Here(limits(rpm=60.0))
        first, second = (Line(actor, GoneError) for _ in range(2))
        waiting = asyncio.create_task(starts([second], 3))
        await asyncio.sleep(0.5)
        first.pause(30.0)
        return await waiting

    assert run_in_no_time(work()) == [0, 30.5, 30.5]


def test_limits_that_headers_state_are_passed_on_once() -> None:
    stated = {"X-RateLimit-Limit-Requests": "60", "x-ratelimit-remaining-requests": "7", "date": "today"}

    async def work() -> tuple[list[float], list[str]]:
        actor = Here(limits())
        told, other = (Line(actor, GoneError) for _ in range(2))
        for _ in range(5):
            told.told(stated)
            await asyncio.sleep(0)
        return await starts([other], 3), actor.calls

    assert run_in_no_time(work()) == ([0, 1, 2], ["told", "start", "start", "start"])


def test_answers_that_state_no_limit_are_not_passed_on() -> None:
    actor = Here(limits())
    Line(actor, GoneError).told({"date": "today"})
    assert actor.calls == []


def test_nothing_starts_after_a_stop_and_who_waits_hears_of_it() -> None:
    async def work() -> list[object]:
        held = limits(rpm=1.0)
        line = Line(Here(held), GoneError)
        asyncio.get_running_loop().call_later(3, lambda: asyncio.ensure_future(held.stop(RunStopped())))
        told = await asyncio.gather(*(line.start(1) for _ in range(3)), return_exceptions=True)
        with pytest.raises(RunStopped):
            await line.start(1)
        with pytest.raises(RunStopped):
            await line.reserve(1.0)
        return [*told, now()]

    assert run_in_no_time(work()) == [None, RunStopped(), RunStopped(), 3]


def test_workers_reserve_from_one_budget_and_when_it_is_spent_nobody_gets_any() -> None:
    async def work() -> list[object]:
        actor = Here(limits(limit=10.0, before=2.0))
        first, second = (Line(actor, GoneError) for _ in range(2))
        await first.reserve(6.0)
        waiting = asyncio.create_task(second.reserve(4.0))
        await asyncio.sleep(1)
        assert not waiting.done()
        await first.settle(6.0, 3.0)
        await waiting
        await second.settle(4.0, 4.0)
        return [*await asyncio.gather(first.reserve(2.0), second.reserve(0.5), return_exceptions=True)]

    assert run_in_no_time(work()) == [BudgetSpent(limit=10.0)] * 2


def test_who_can_still_be_paid_when_another_cannot_is_not_turned_away_with_money_in_hand() -> None:
    async def work() -> list[object]:
        held = limits(limit=10.0)
        await held.reserve("a", 8.0)
        waiting = [asyncio.create_task(held.reserve(by, most)) for by, most in (("b", 9.0), ("c", 3.0))]
        await asyncio.sleep(1)
        await held.settle("a", 8.0, 7.0)
        told: list[object] = list(await asyncio.gather(*waiting))
        await held.settle("c", 3.0, 1.0)
        return [*told, await held.reserve("b", 1.0)]

    assert run_in_no_time(work()) == [BudgetSpent(limit=10.0), None, BudgetSpent(limit=10.0)]


def test_what_a_lost_worker_had_reserved_counts_as_spent() -> None:
    async def work() -> float:
        held = limits(limit=10.0)
        await held.come_by("lost")
        assert await held.reserve("lost", 6.0) is None
        waiting = asyncio.create_task(held.reserve("here", 6.0))
        while not waiting.done():
            await asyncio.sleep(5)
            await held.come_by("here")
        assert waiting.result() == BudgetSpent(limit=10.0)
        return now()

    assert GONE < run_in_no_time(work()) <= GONE + 10


def test_a_worker_that_was_away_settles_what_it_had_reserved() -> None:
    async def work() -> object:
        held = limits(limit=10.0)
        await held.come_by("away")
        await held.reserve("away", 9.0)
        await asyncio.sleep(2 * GONE)
        await held.come_by("here")
        await held.settle("away", 9.0, 1.0)
        return await held.reserve("here", 9.0)

    assert run_in_no_time(work()) is None


def test_without_the_actor_nothing_is_asked() -> None:
    class Lost:
        def __getattr__(self, _: str) -> Here.Method:
            async def fail(*_: object) -> None:
                raise GoneError

            return Here.Method(fail)

    async def work() -> None:
        await Line(Lost(), GoneError).start(1)

    with pytest.raises(LimitsLost):
        asyncio.run(work())
