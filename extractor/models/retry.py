"""The layer that tries again while the model is unavailable."""

import asyncio
from collections.abc import Awaitable, Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_random_exponential

from extractor.errors import ModelUnavailable
from extractor.models.call import Model, Reply, Request

LONGEST_WAIT = 60.0
"""Seconds between two attempts when the endpoint does not say how long to wait."""

MOST_PATIENCE = 600.0
"""Seconds; an endpoint that asks for a longer wait is given up on at once."""


class Retrying:
    """Tries ``attempts`` times; waits as the endpoint asks, else exponentially with full jitter."""

    def __init__(
        self,
        inner: Model,
        *,
        attempts: int,
        backoff: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._inner = inner
        self._stop = stop_after_attempt(attempts)
        self._jitter = wait_random_exponential(multiplier=backoff, max=LONGEST_WAIT)
        self._sleep = sleep

    async def __call__(self, request: Request) -> Reply:
        """Answer from the layer below, after as many attempts as it takes."""
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(ModelUnavailable),
            wait=self._wait,
            stop=self._give_up,
            sleep=self._sleep,
            reraise=True,
        )
        return await retrying(self._inner, request)

    def _wait(self, state: RetryCallState) -> float:
        asked = _retry_after(state)
        return self._jitter(state) if asked is None else asked

    def _give_up(self, state: RetryCallState) -> bool:
        return self._stop(state) or (_retry_after(state) or 0) > MOST_PATIENCE


def _retry_after(state: RetryCallState) -> float | None:
    error = state.outcome.exception() if state.outcome else None
    return error.retry_after if isinstance(error, ModelUnavailable) else None
