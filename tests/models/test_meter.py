"""What calls cost, and that no run costs more than it may."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from doubles.faults import Exchange, Fault, FaultServer, mixed, serve_faults
from doubles.notices import answer, write_articles
from doubles.running import asked_again, command, end, results, run, start
from doubles.scripted import Scripted

from extractor import Extractor
from extractor.errors import BudgetSpent, ModelUnavailable, NoPrice
from extractor.models.call import Reply, Request
from extractor.models.meter import Metered, added, metered, spent_since
from extractor.prices import Price, find_price
from extractor.schemas.extraction.v1 import Usage
from extractor.schemas.segments.v1 import Reply as SegmentsReply

PRICE = Price(2.0, 0.5, 8.0)
BODY: dict[str, Any] = {
    "model": "m",
    "messages": [{"role": "user", "content": "x" * 2_000}],
    "max_completion_tokens": 500,
}
REQUEST = Request("segments", 1, BODY, "json_schema", SegmentsReply)
MOST = PRICE.cost(1_000, 0, 500)
"""US dollars that the request could cost: two characters a token, and the longest reply."""

A_CALL = 100 * 2e-6 + 20 * 8e-6
"""US dollars, by the token counts that the server tells."""


def replied(**usage: Any) -> Reply:
    return Reply("{}", "stop", None, "m", usage or None)


class Endpoint:
    """Answers at the second look; notes how many were here at a time."""

    def __init__(self, answer: Reply | Exception) -> None:
        self._answer = answer
        self.calls = self.here = self.most = 0

    async def __call__(self, _: Request, /) -> Reply:
        self.calls += 1
        self.here += 1
        self.most = max(self.most, self.here)
        await asyncio.sleep(0)
        self.here -= 1
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def together(meter: Metered, count: int) -> list[Reply | BaseException]:
    async def work() -> list[Reply | BaseException]:
        return await asyncio.gather(*(meter(REQUEST) for _ in range(count)), return_exceptions=True)

    return asyncio.run(work())


def test_as_many_calls_are_in_flight_as_could_be_paid_for_if_each_took_the_most() -> None:
    endpoint = Endpoint(replied(prompt_tokens=1_000, completion_tokens=500))
    meter = Metered(endpoint, PRICE, 3.5 * MOST)
    told = together(meter, 9)
    assert endpoint.most == endpoint.calls == 3
    assert [each for each in told if isinstance(each, Exception)] == [BudgetSpent(limit=3.5 * MOST)] * 6
    assert meter.usage.cost == pytest.approx(3 * MOST)
    assert meter.left == pytest.approx(0.5 * MOST)


def test_what_turned_out_cheaper_leaves_room_for_more() -> None:
    endpoint = Endpoint(replied(prompt_tokens=100, completion_tokens=20))
    meter = Metered(endpoint, PRICE, 2 * MOST)
    told = together(meter, 50)
    good = sum(isinstance(each, Reply) for each in told)
    assert endpoint.most == 2
    assert meter.usage.cost == pytest.approx(good * A_CALL)
    assert 2 * MOST - MOST - 2 * A_CALL < good * A_CALL <= 2 * MOST


def test_a_call_that_failed_gives_its_reserve_back() -> None:
    endpoint = Endpoint(ModelUnavailable("down"))
    meter = Metered(endpoint, PRICE, 1.5 * MOST)
    assert together(meter, 20) == [ModelUnavailable("down")] * 20
    assert (endpoint.most, endpoint.calls, meter.usage) == (1, 20, Usage())


def test_a_call_that_is_cancelled_gives_its_reserve_back() -> None:
    meter = Metered(Scripted(segments="{}"), PRICE, 1.5 * MOST)

    async def work() -> Reply:
        first = asyncio.create_task(meter(REQUEST))
        await asyncio.sleep(0)
        first.cancel()
        return await meter(REQUEST)

    assert asyncio.run(work()).content == "{}"
    assert meter.left == pytest.approx(1.5 * MOST - (meter.usage.cost or 0))


@pytest.mark.parametrize(("price", "limit"), [(None, None), (PRICE, None)])
def test_without_a_limit_nothing_is_held_back(price: Price | None, limit: float | None) -> None:
    endpoint = Endpoint(replied(prompt_tokens=1_000_000, completion_tokens=1_000_000))
    meter = Metered(endpoint, price, limit)
    together(meter, 30)
    assert (endpoint.most, meter.usage.calls) == (30, 30)
    assert meter.usage.cost == (300.0 if price else None)


@pytest.mark.parametrize(
    ("told", "cost"),
    [
        ({"prompt_tokens": 1_000, "completion_tokens": 100}, 2_000e-6 + 800e-6),
        (
            {
                "prompt_tokens": 1_000,
                "completion_tokens": 100,
                "prompt_tokens_details": {"cached_tokens": 600},
            },
            400 * 2e-6 + 600 * 0.5e-6 + 800e-6,
        ),
        (
            {
                "prompt_tokens": 1_000,
                "completion_tokens": 0,
                "prompt_tokens_details": {"cached_tokens": None},
            },
            2e-3,
        ),
        ({"prompt_tokens": 1_000, "completion_tokens": 0, "prompt_tokens_details": None}, 2e-3),
        ({"prompt_tokens": 1_000, "completion_tokens": 0, "prompt_tokens_details": []}, 2e-3),
    ],
)
def test_tokens_of_the_providers_prompt_cache_have_their_own_price(
    told: Mapping[str, Any], cost: float
) -> None:
    assert metered(replied(**told), PRICE).cost == pytest.approx(cost)


def test_what_came_from_a_batch_has_its_discount() -> None:
    told = Reply(
        "{}", "stop", None, "m", {"prompt_tokens": 1_000_000, "completion_tokens": 500_000}, batch=True
    )
    assert metered(told, PRICE).cost == 3


@pytest.mark.parametrize("usage", [{}, {"prompt_tokens": 3}, {"prompt_tokens": "3", "completion_tokens": 4}])
def test_without_counts_the_cost_is_not_known_and_not_nothing(usage: dict[str, Any]) -> None:
    told = metered(replied(**usage), PRICE)
    assert (told.cost, told.unmetered) == (None, 1)
    assert added(told, metered(replied(prompt_tokens=1, completion_tokens=1), PRICE)).cost is None


def test_sums_begin_with_nothing_and_differences_undo_them() -> None:
    one = metered(replied(prompt_tokens=1_000, completion_tokens=0), PRICE)
    two = metered(replied(prompt_tokens=0, completion_tokens=1_000), PRICE)
    assert added(Usage(), one) == one
    assert added(one, two).cost == pytest.approx(0.01)
    assert spent_since(one, added(one, two)).cost == pytest.approx(0.008)
    assert spent_since(one, one) == Usage()


@pytest.mark.parametrize(
    ("model", "like"),
    [
        ("gpt-4o", "gpt-4o"),
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("gpt-5-mini", "gpt-5-mini"),
        ("o3-2025-04-16", "o3"),
    ],
)
def test_the_longest_name_that_a_model_begins_with_says_its_price(model: str, like: str) -> None:
    assert find_price(model, None) == find_price(like, None)
    assert find_price("gpt-4o", None) != find_price("gpt-4o-mini", None)


@pytest.mark.parametrize("model", ["m", "", "gpt-4omni", "gpt-5-pro", "o3-pro", "ft:gpt-4o:mine"])
def test_a_name_that_only_looks_alike_has_no_price(model: str) -> None:
    assert find_price(model, None) is None


def test_ones_own_price_comes_first() -> None:
    assert find_price("gpt-4o", (1, 2, 3)) == Price(1, 2, 3) == find_price("m", (1, 2, 3))


def test_a_limit_without_a_price_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    told: dict[str, Any] = {"base_url": "http://127.0.0.1:9/v1", "model": "m", "cache": tmp_path}
    with pytest.raises(NoPrice) as caught:
        Extractor(**told, max_cost=1)
    assert caught.value == NoPrice("m")
    Extractor(**told).close()
    Extractor(**told, max_cost=1, price=(1, 1, 1)).close()


def cost_at_the_server(log: list[Exchange]) -> float:
    return sum(each.answered for each in log) * A_CALL


MAX_COST = 0.04
OPTIONS: dict[str, Any] = {"price": (2, 0.5, 8), "max_tokens": 100, "concurrency": 8}


def limited(tmp_path: Path, server: FaultServer, **options: Any) -> Any:
    return run(tmp_path / "in", tmp_path / "out", server.url, **OPTIONS, **options)


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_a_run_never_costs_more_than_it_may_and_goes_on_with_a_higher_limit(
    tmp_path: Path, share: float
) -> None:
    write_articles(tmp_path / "in", 60)
    kinds = [Fault.SERVER_ERROR, Fault.RATE_LIMITED, Fault.RESET_BEFORE, Fault.FENCED, Fault.CLOSED]
    with serve_faults(answer, plan=mixed(3, share, kinds)) as server:
        summary = limited(tmp_path, server, max_cost=MAX_COST, attempts=12)
        assert summary.stopped == str(BudgetSpent(limit=MAX_COST))
        assert "--max-cost 0.04" in summary.stopped
        assert not summary.is_complete
        assert 0 < summary.paid.cost <= cost_at_the_server(server.log) + 1e-9 <= MAX_COST
        assert summary.failures == []
        # in the order of the input: none is written if the first was still under way when the money was spent
        before = results(tmp_path / "out")
        assert {each.status for each in before} <= {"complete"}
        summary = limited(tmp_path, server, max_cost=10, attempts=12)
    assert summary.is_complete
    assert summary.skipped == len(before)
    assert len(results(tmp_path / "out")) == 60
    assert asked_again(server.log) == []
    assert cost_at_the_server(server.log) == pytest.approx(180 * A_CALL)


def test_a_limit_that_not_one_call_fits_in_stops_before_the_first(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 3)
    with serve_faults(answer, plan=mixed(1, 0)) as server:
        summary = limited(tmp_path, server, max_cost=0)
    assert summary.stopped == str(BudgetSpent(limit=0))
    assert server.log == []
    assert summary.paid == Usage()


def test_what_the_cache_answers_needs_no_budget(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 3)
    with serve_faults(answer, plan=mixed(1, 0)) as server:
        limited(tmp_path, server)
        summary = limited(tmp_path, server, max_cost=0, force=True)
    assert summary.is_complete
    assert summary.paid == Usage()
    assert summary.usage.cost == pytest.approx(9 * A_CALL)


def test_the_command_says_that_it_stopped_and_goes_on(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 30)
    with serve_faults(answer, plan=mixed(1, 0)) as server:
        told = ("--price", "2,0.5,8", "--max-tokens", 100, "--cache", tmp_path / "cache")
        line = command(tmp_path / "in", tmp_path / "out", server.url, *told)
        process = start([*line, "--max-cost", "0.03"])
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 1
        assert "left of --max-cost 0.03: the same command goes on from here" in said
        assert cost_at_the_server(server.log) <= 0.03
        assert end(start([*line, "--max-cost", "1"])) == (0, "")
    assert asked_again(server.log) == []
