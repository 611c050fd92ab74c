"""The layer that tries again while the model is unavailable."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_random_exponential

from extractor.errors import ModelUnavailable
from extractor.models.call import Model, Reply, Request

LONGEST_WAIT = 60.0
"""Seconds between two attempts when the endpoint does not say how long to wait."""

MOST_PATIENCE = 600.0
"""Seconds; an endpoint that asks for a longer wait is given up on at once."""


class Retrying:
    """Tries ``attempts`` times; waits as the endpoint asks, else exponentially with full jitter.

    Args:
        inner: the layer below.
        attempts: how often a call is made.
        backoff: seconds; the first wait is drawn below it, the next below its double.
        deadline: seconds after the first failure at which no further attempt begins.
        sleep: waits so many seconds.
        now: the clock, monotonic.
    """

    def __init__(
        self,
        inner: Model,
        *,
        attempts: int,
        backoff: float,
        deadline: float = float("inf"),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._inner = inner
        self._stop = stop_after_attempt(attempts)
        self._jitter = wait_random_exponential(multiplier=backoff, max=LONGEST_WAIT)
        self._deadline = deadline
        self._sleep = sleep
        self._now = now

    async def __call__(self, request: Request) -> Reply:
        """Answer from the layer below, after as many attempts as it takes."""
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(ModelUnavailable),
            wait=self._wait,
            stop=partial(self._give_up, failures=[]),
            sleep=self._sleep,
            reraise=True,
        )
        return await retrying(self._inner, request)

    def _wait(self, state: RetryCallState) -> float:
        asked = _retry_after(state)
        return self._jitter(state) if asked is None else asked

    def _give_up(self, state: RetryCallState, failures: list[float]) -> bool:
        # the clock starts at the first failure: a call may have waited long for its turn before it was made
        failures.append(self._now())
        asked = _retry_after(state) or 0.0
        is_late = failures[-1] + asked - failures[0] >= self._deadline
        return self._stop(state) or asked > MOST_PATIENCE or is_late


def _retry_after(state: RetryCallState) -> float | None:
    error = state.outcome.exception() if state.outcome else None
    return error.retry_after if isinstance(error, ModelUnavailable) else None
