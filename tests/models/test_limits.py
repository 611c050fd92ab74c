"""The gate before the endpoint, on a clock of its own: what starts when, and how many at a time."""

import asyncio
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import pytest
from doubles.clock import now, run_in_no_time
from doubles.scripted import reply

from extractor.errors import ModelRefused, ModelUnavailable, RunStopped
from extractor.models.call import Reply, Request
from extractor.models.limits import LONGEST_ASKED, LONGEST_PAUSE, Limited, Limits
from extractor.schemas.segments.v1 import Reply as SegmentsReply

BODY: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "x" * 3_500}]}
REQUEST = Request("segments", 1, BODY, "json_schema", SegmentsReply)
GOOD = reply("{}")
SLOW_DOWN = ModelUnavailable("slow down", 429)


class Endpoint:
    """Takes a second for each call; ``fails`` says which fail, by the number of the call."""

    def __init__(
        self, fails: Callable[[int], Exception | None] = lambda _: None, seconds: float = 1.0
    ) -> None:
        self._fails = fails
        self._seconds = seconds
        self.starts: list[float] = []
        self.under_way: list[int] = []
        self._here = 0

    async def __call__(self, _: Request, /) -> Reply:
        number = len(self.starts)
        self.starts.append(now())
        self._here += 1
        self.under_way.append(self._here)
        try:
            await asyncio.sleep(self._seconds)
        finally:
            self._here -= 1
        if error := self._fails(number):
            raise error
        return GOOD


def limits(concurrency: int, **told: Any) -> Limits:
    return Limits(concurrency, now=now, **told)


def calls(endpoint: Endpoint, gate: Callable[[], Limits], count: int) -> tuple[Limits, list[object]]:
    """So many calls at once; what became of each."""

    async def work() -> tuple[Limits, list[object]]:
        held = gate()
        limited = Limited(endpoint, held)
        return held, await asyncio.gather(*(limited(REQUEST) for _ in range(count)), return_exceptions=True)

    return run_in_no_time(work())


def only(*numbers: int, error: Exception = SLOW_DOWN) -> Callable[[int], Exception | None]:
    return lambda number: error if number in numbers else None


def test_as_many_are_in_flight_as_allowed_and_never_more() -> None:
    endpoint = Endpoint()
    held, _ = calls(endpoint, lambda: limits(3), 10)
    assert endpoint.starts == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3]
    assert max(endpoint.under_way) == 3
    assert held.in_flight == 0


@pytest.mark.parametrize("status", [429, 503, 529])
def test_after_an_overload_nothing_starts_before_the_time_that_was_asked_for(status: int) -> None:
    endpoint = Endpoint(only(0, error=ModelUnavailable("busy", status, 30.0)))
    calls(endpoint, lambda: limits(4), 12)
    assert endpoint.starts[:4] == [0] * 4
    assert min(endpoint.starts[4:]) == 31


@pytest.mark.parametrize("error", [ModelUnavailable("down", 500), ModelUnavailable("reset")])
def test_one_failure_that_is_no_overload_holds_nobody_back(error: Exception) -> None:
    endpoint = Endpoint(only(0, error=error))
    held, _ = calls(endpoint, lambda: limits(2), 6)
    assert endpoint.starts == [0, 0, 1, 1, 2, 2]
    assert held.allowed == 2


def test_a_refusal_is_no_failure_of_the_endpoint() -> None:
    endpoint = Endpoint(lambda _: ModelRefused("no"))
    held, told = calls(endpoint, lambda: limits(2), 40)
    assert all(isinstance(each, ModelRefused) for each in told)
    assert (held.allowed, endpoint.starts[-1], held.in_flight) == (2, 19, 0)


def test_when_nothing_goes_well_everyone_is_held_back() -> None:
    endpoint = Endpoint(lambda _: ModelUnavailable("reset"))
    held, _ = calls(endpoint, lambda: limits(4), 30)
    assert endpoint.starts[:8] == [0] * 4 + [1] * 4
    assert held.allowed == 1
    assert endpoint.starts[-1] > 20


def test_a_pause_that_nobody_has_patience_for_holds_nobody_back() -> None:
    for asked, least, most in ((LONGEST_ASKED, 1 + LONGEST_ASKED, 1 + LONGEST_ASKED), (1e9, 1, 2)):
        endpoint = Endpoint(only(0, error=ModelUnavailable("busy", 429, asked)))
        calls(endpoint, lambda: limits(1), 2)
        assert least <= endpoint.starts[1] <= most


def test_a_shorter_pause_does_not_shorten_a_longer_one() -> None:
    def fails(number: int) -> Exception | None:
        return ModelUnavailable("busy", 429, (40.0, 2.0)[number]) if number < 2 else None

    endpoint = Endpoint(fails)
    calls(endpoint, lambda: limits(2), 3)
    assert endpoint.starts == [0, 0, 41]


def test_a_pause_that_the_endpoint_does_not_name_is_drawn_below_a_bound_that_doubles() -> None:
    endpoint = Endpoint(lambda _: SLOW_DOWN, seconds=0)
    calls(endpoint, lambda: limits(1, first_pause=0.5), 200)
    pauses = [after - before for before, after in pairwise(endpoint.starts)]
    assert all(pause <= min(LONGEST_PAUSE, 0.5 * 2.0**at) for at, pause in enumerate(pauses))
    assert max(pauses) > LONGEST_PAUSE / 2
    assert len(set(pauses)) == len(pauses)


def test_a_burst_of_overloads_cuts_once() -> None:
    endpoint = Endpoint(only(*range(10), error=ModelUnavailable("busy", 429, 5.0)))
    held, _ = calls(endpoint, lambda: limits(10), 10)
    assert held.allowed == 7


def test_overloads_that_follow_each_other_cut_until_one_is_left() -> None:
    endpoint = Endpoint(only(*range(60), error=ModelUnavailable("busy", 429, 5.0)))
    held, _ = calls(endpoint, lambda: limits(10), 60)
    assert held.allowed == 1
    assert endpoint.under_way[-1] == 1


def test_calls_grow_again_to_what_was_allowed_and_not_beyond() -> None:
    endpoint = Endpoint(only(*range(40), error=ModelUnavailable("busy", 429, 5.0)))
    held, _ = calls(endpoint, lambda: limits(10), 400)
    assert held.allowed == 10
    assert max(endpoint.under_way[30:50]) <= 4
    assert max(endpoint.under_way) == max(endpoint.under_way[-50:]) == 10
    assert all(after <= before + 1 for before, after in pairwise(endpoint.under_way))


@pytest.mark.parametrize("told", [{"rpm": 30.0}, {"tpm": 3_000.0}])
def test_starts_are_spaced_evenly(told: dict[str, float]) -> None:
    endpoint = Endpoint(seconds=0.1)
    # a request of 1,000 tokens and a reply of 500, until replies say that theirs are shorter
    calls(endpoint, lambda: limits(10, **told), 5)
    gaps = [after - before for before, after in pairwise(endpoint.starts)]
    assert gaps[0] == (2.0 if "rpm" in told else 30.0)
    assert all(gap <= gaps[0] for gap in gaps)
    assert sum(gaps) == pytest.approx(4 * gaps[0], rel=0.05)


def test_the_stricter_of_two_rates_counts() -> None:
    endpoint = Endpoint()
    calls(endpoint, lambda: limits(10, rpm=30.0, tpm=90_000.0), 3)
    assert endpoint.starts == [0, 2, 4]
    endpoint = Endpoint()
    calls(endpoint, lambda: limits(10, rpm=6_000.0, tpm=90_000.0), 3)
    assert endpoint.starts == [0, 1, 2]


def test_time_that_nobody_asked_anything_in_is_not_made_up_for() -> None:
    endpoint = Endpoint()

    async def work() -> None:
        limited = Limited(endpoint, limits(10, rpm=60.0))
        await limited(REQUEST)
        await asyncio.sleep(100)
        await asyncio.gather(*(limited(REQUEST) for _ in range(5)))

    run_in_no_time(work())
    assert endpoint.starts[1:] == [101, 101.5, 102.5, 103.5, 104.5]


def spacing(told: Mapping[str, str], **own: float) -> float:
    """Seconds between two starts after an answer with these headers."""
    endpoint = Endpoint(seconds=0)

    def gate() -> Limits:
        held = limits(10, **own)
        held.told(told)
        return held

    calls(endpoint, gate, 2)
    return endpoint.starts[1]


def test_headers_say_what_nobody_set() -> None:
    assert spacing({"x-ratelimit-limit-requests": "30"}) == 2
    assert spacing({"x-ratelimit-limit-tokens": "3000"}) == 30
    assert spacing({"x-ratelimit-limit-requests": "30"}, rpm=60.0) == 1
    assert spacing({"x-ratelimit-limit-tokens": "3000"}, tpm=90_000.0) == 1


@pytest.mark.parametrize("value", ["", "0", "-1", "many", "nan", "1 per second"])
def test_headers_that_say_nothing_limit_nothing(value: str) -> None:
    assert spacing({"x-ratelimit-limit-requests": value, "x-ratelimit-limit-tokens": value}) == 0


def test_who_waits_when_all_is_stopped_hears_of_it_and_who_is_in_flight_ends_well() -> None:
    stopped = RunStopped()

    async def work() -> list[object]:
        held = limits(2)
        limited = Limited(Endpoint(), held)
        asyncio.get_running_loop().call_later(0.5, held.stop, stopped)
        told = await asyncio.gather(*(limited(REQUEST) for _ in range(5)), return_exceptions=True)
        assert now() == 1
        with pytest.raises(RunStopped):
            await limited(REQUEST)
        held.resume()
        return [*told, await limited(REQUEST), held.in_flight]

    assert run_in_no_time(work()) == [GOOD, GOOD, stopped, stopped, stopped, GOOD, 0]


def test_a_stop_ends_a_pause_and_a_nap() -> None:
    async def work() -> list[object]:
        held = limits(1)
        held.failed(ModelUnavailable("busy", 429, 500.0))
        limited = Limited(Endpoint(), held)
        asyncio.get_running_loop().call_later(3, held.stop, RunStopped())
        told = await asyncio.gather(limited(REQUEST), held.nap(400), return_exceptions=True)
        return [*map(type, told), now(), held.in_flight]

    assert run_in_no_time(work()) == [RunStopped, RunStopped, 3, 0]


@pytest.mark.parametrize("at", [0.5, 1.0])
def test_who_is_cancelled_while_waiting_keeps_nobody_out(at: float) -> None:
    endpoint = Endpoint()

    async def work() -> None:
        held = limits(1)
        limited = Limited(endpoint, held)
        _, second, *rest = (asyncio.create_task(limited(REQUEST)) for _ in range(4))
        asyncio.get_running_loop().call_later(at, second.cancel)
        await asyncio.gather(*rest)
        assert held.in_flight == 0
        await limited(REQUEST)

    run_in_no_time(work())
    assert len(endpoint.starts) >= 4
    assert endpoint.under_way == [1] * len(endpoint.starts)


def test_who_is_cancelled_when_called_in_lets_the_next_one_in() -> None:
    endpoint = Endpoint()

    async def work() -> None:
        held = limits(1)
        await held.enter(REQUEST)
        second, third = (asyncio.create_task(Limited(endpoint, held)(REQUEST)) for _ in range(2))
        await asyncio.sleep(5)
        held.leave()
        second.cancel()
        await third

    run_in_no_time(work())
    assert endpoint.starts == [5]


@pytest.mark.parametrize("moment", [0.5, 3.0])
def test_who_is_cancelled_in_flight_or_in_a_pause_gives_the_place_back(moment: float) -> None:
    endpoint = Endpoint(only(0, error=ModelUnavailable("busy", 429, 10.0)))

    async def work() -> int:
        held = limits(1)
        limited = Limited(endpoint, held)
        tasks = [asyncio.create_task(limited(REQUEST)) for _ in range(3)]
        which = 0 if moment < 1 else 1
        asyncio.get_running_loop().call_later(moment, tasks[which].cancel)
        await asyncio.gather(*tasks, return_exceptions=True)
        return held.in_flight

    assert run_in_no_time(work()) == 0
    assert len(endpoint.starts) == (3 if moment < 1 else 2)


@pytest.mark.parametrize(
    ("headers", "paused"),
    [
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1.5s"}, 1.5),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20ms"}, 0.02),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"}, LONGEST_PAUSE),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "soon"}, 0),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-limit-requests": "30"}, 2),
        ({"x-ratelimit-remaining-requests": "7", "x-ratelimit-reset-requests": "60s"}, 0),
        ({"x-ratelimit-remaining-requests": "0"}, 0),
    ],
)
def test_where_nothing_is_left_the_next_start_waits(headers: dict[str, str], paused: float) -> None:
    held = Limits(4, now=lambda: 100.0)
    held.told(headers)
    assert held.paused == pytest.approx(paused)
