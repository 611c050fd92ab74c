"""One rate and one budget for a cluster: an actor that keeps them, and what workers say to it.

The actor lets a call wait until it may start, so that clocks need not agree and a pause reaches those who
wait already. Errors go over the line as values. Who does not come by for a while is gone: what they had
reserved counts as spent.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from extractor.errors import BudgetSpent, ExtractorError, LimitsLost
from extractor.models.budget import Budget
from extractor.models.limits import Limits

COMES_BY = 5.0
"""Seconds between two signs of life of a worker."""

GONE = 30.0
"""Seconds without one after which a worker is gone."""

_TOLD = "x-ratelimit-"
_NOTHING_LEFT = "x-ratelimit-remaining-requests"
_CHANGES = ("x-ratelimit-remaining-", "x-ratelimit-reset-")


class SharedLimits:
    """The limits of a job; one actor of the cluster.

    Args:
        rpm, tpm: requests and tokens a minute over the whole cluster, None if only headers say.
        first_pause: seconds; see ``Limits``.
        limit: US dollars that the whole cluster may spend, None for no limit.
        before: US dollars of it that are spent already.
        now: the clock, monotonic, seconds.
    """

    def __init__(
        self,
        *,
        rpm: float | None,
        tpm: float | None,
        first_pause: float,
        limit: float | None,
        before: float = 0.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = Limits(1, rpm, tpm, first_pause, now)
        self._budget = Budget(limit, before)
        self._spent: ExtractorError | None = None
        self._stopped: ExtractorError | None = None
        self._seen: dict[str, float] = {}
        self._now = now

    async def start(self, tokens: float) -> ExtractorError | None:
        """Wait for the moment at which a call may start; what forbids it, None if nothing does."""
        if self._stopped:
            return self._stopped
        try:
            await self._limits.start(tokens)
        except ExtractorError as error:
            return error
        return None

    async def told(self, headers: Mapping[str, str]) -> None:
        """Learn what an endpoint's headers state."""
        self._limits.told(headers)

    async def pause(self, seconds: float) -> None:
        """Start nothing for so long."""
        self._limits.pause(seconds)

    async def reserve(self, by: str, most: float) -> ExtractorError | None:
        """Set so many US dollars aside; after the first time that they are not there nobody gets any."""
        if error := self._stopped or self._spent:
            return error
        try:
            await self._budget.reserve(most, by)
        except BudgetSpent as spent:
            self._spent = spent
            return spent
        return None

    async def settle(self, by: str, reserved: float, spent: float) -> None:
        """Give a reserve back, and count what was spent of it."""
        await self._budget.settle(reserved, spent, by)

    async def come_by(self, who: str) -> None:
        """Take a sign of life, and see who gave none for too long."""
        now = self._seen[who] = self._now()
        await self._budget.write_off({each for each, seen in self._seen.items() if now - seen > GONE})

    async def stop(self, error: ExtractorError) -> None:
        """Let no further call begin."""
        self._stopped = error
        self._limits.stop(error)


class Line:
    """A worker's line to the limits: its gate and its purse.

    Args:
        limits: the actor.
        lost: what Ray raises when the actor is gone.
    """

    def __init__(self, limits: Any, lost: type[Exception]) -> None:
        self._limits = limits
        self._lost = lost
        self._who = uuid.uuid4().hex
        self._last: dict[str, str] = {}

    async def start(self, tokens: float) -> None:
        """Wait for the moment at which a call may start.

        Raises:
            RunStopped: nothing is to start any more.
        """
        await self._heed(self._limits.start.remote(tokens))

    def told(self, headers: Mapping[str, str]) -> None:
        """Pass on limits that are new, and that nothing is left of one; most answers state neither."""
        told = {name.lower(): value for name, value in headers.items() if name.lower().startswith(_TOLD)}
        stated = {name: value for name, value in told.items() if not name.startswith(_CHANGES)}
        if stated != self._last or told.get(_NOTHING_LEFT) == "0":
            self._last = stated
            self._limits.told.remote(told)

    def pause(self, seconds: float) -> None:
        """Let everybody wait."""
        self._limits.pause.remote(seconds)

    async def reserve(self, most: float) -> None:
        """Set so many US dollars aside.

        Raises:
            BudgetSpent: it could cost more than is left.
        """
        if most:
            await self._heed(self._limits.reserve.remote(self._who, most))

    async def settle(self, reserved: float, spent: float) -> None:
        """Give a reserve back, without waiting for an answer."""
        if reserved:
            self._limits.settle.remote(self._who, reserved, spent)

    async def keep_coming_by(self) -> None:
        """Give signs of life for as long as this process lives."""
        while True:
            self._limits.come_by.remote(self._who)
            await asyncio.sleep(COMES_BY)

    async def _heed(self, answer: Awaitable[ExtractorError | None]) -> None:
        try:
            error = await answer
        except self._lost as lost:
            raise LimitsLost from lost
        if error is not None:
            raise error
