import asyncio

import pytest

from extractor.errors import KeyRefused, ModelRefused, ModelUnavailable
from extractor.models.call import Reply, Request
from extractor.models.retry import LONGEST_WAIT, MOST_PATIENCE, Retrying
from extractor.schemas.segments.v1 import Reply as SegmentsReply

REQUEST = Request("segments", 1, {"model": "m", "messages": []}, "json_schema", SegmentsReply)
GOOD = Reply("{}", "stop", None, None, None)


class Flaky:
    """Fails with each error in turn, then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0
        self.waits: list[float] = []

    async def __call__(self, _: Request, /) -> Reply:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return GOOD

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def call(self, *, attempts: int = 4, backoff: float = 1.0) -> Reply:
        async def run() -> Reply:
            return await Retrying(self, attempts=attempts, backoff=backoff, sleep=self.sleep)(REQUEST)

        return asyncio.run(run())


def test_an_unavailable_model_is_tried_again() -> None:
    flaky = Flaky(ModelUnavailable("busy", 503), ModelUnavailable("reset"))
    assert flaky.call() is GOOD
    assert flaky.calls == 3


@pytest.mark.parametrize("error", [KeyRefused(401, "no"), ModelRefused("no"), ValueError("bug")])
def test_nothing_else_is(error: Exception) -> None:
    flaky = Flaky(error)
    with pytest.raises(type(error)):
        flaky.call()
    assert flaky.calls == 1


def test_the_last_error_comes_out_as_it_is() -> None:
    flaky = Flaky(*[ModelUnavailable("busy", 503)] * 9)
    with pytest.raises(ModelUnavailable) as caught:
        flaky.call(attempts=3)
    assert caught.value == ModelUnavailable("busy", 503)
    assert flaky.calls == 3


def test_the_wait_is_drawn_below_a_bound_that_doubles() -> None:
    flaky = Flaky(*[ModelUnavailable("busy")] * 12)
    flaky.call(attempts=13)
    bounds = [min(2.0**attempt, LONGEST_WAIT) for attempt in range(12)]
    assert all(0 <= wait <= bound for wait, bound in zip(flaky.waits, bounds, strict=True))
    assert len(set(flaky.waits)) > 1


def test_the_endpoints_own_word_on_waiting_is_obeyed() -> None:
    flaky = Flaky(ModelUnavailable("busy", 429, 17.5), ModelUnavailable("busy", 429, 300.0))
    flaky.call(backoff=0)
    assert flaky.waits == [17.5, 300.0]


def test_an_endpoint_that_asks_for_too_much_patience_is_given_up_on() -> None:
    flaky = Flaky(ModelUnavailable("busy", 429, MOST_PATIENCE + 1))
    with pytest.raises(ModelUnavailable):
        flaky.call()
    assert flaky.calls == 1
    assert flaky.waits == []
