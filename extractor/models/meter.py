"""The layer that counts what is paid for, and stops before it is more than was allowed."""

import asyncio
import math

from extractor.errors import BudgetSpent
from extractor.models.call import Model, Reply, Request
from extractor.prices import Price, cached_tokens
from extractor.schemas.extraction.v1 import Usage

_CHARACTERS_A_TOKEN = 2.0
"""Fewer than any language has on average, so that the reserve for a request is not too small."""


class Metered:
    """Counts live calls, tokens and cost.

    With a limit, each call first reserves the most it could cost, a reply of the full length included; near
    the limit calls wait until others have turned out cheaper, and the first that fits no more ends the run.

    Args:
        inner: the layer below.
        price: of the model, None if not known.
        limit: US dollars, None for no limit.

    ``usage`` is what was paid for so far.
    """

    def __init__(self, inner: Model, price: Price | None, limit: float | None) -> None:
        self._inner = inner
        self._price = price
        self._limit = limit
        self._reserved = self._counted = self._uncounted = self._before = 0.0
        self._settled = asyncio.Condition()
        self.usage = Usage()

    async def __call__(self, request: Request) -> Reply:
        """Answer from the layer below.

        Raises:
            BudgetSpent: it could cost more than is left.
        """
        reserve = await self._reserve(request)
        try:
            reply = await self._inner(request)
            self.count(reply)
            self._uncounted += 0.0 if metered(reply, self._price).cost is not None else reserve
        finally:
            await self._settle(reserve)
        return reply

    def most(self, request: Request, *, batch: bool = False) -> float:
        """US dollars that a call could cost at the most; 0 if there is no limit to keep to."""
        if self._limit is None or self._price is None:
            return 0.0
        characters = sum(len(each["content"]) for each in request.body["messages"])
        given = round(characters / _CHARACTERS_A_TOKEN)
        return self._price.cost(given, 0, int(request.body["max_completion_tokens"]), batch=batch)

    @property
    def left(self) -> float:
        """US dollars that may still be spent."""
        return math.inf if self._limit is None else self._limit - self._spent - self._reserved

    async def _reserve(self, request: Request) -> float:
        most = self.most(request)
        if self._limit is None or not most:
            return 0.0
        async with self._settled:
            while most > self.left:
                if not self._reserved:
                    raise BudgetSpent(limit=self._limit)
                await self._settled.wait()
            self._reserved += most
        return most

    async def _settle(self, reserve: float) -> None:
        if reserve:
            async with self._settled:
                self._reserved -= reserve
                if self._reserved < 1e-9:  # noqa: PLR2004 - what is left of sums of floats
                    self._reserved = 0.0
                self._settled.notify_all()

    @property
    def _spent(self) -> float:
        """What was spent for certain, and for replies without token counts the most that they could cost."""
        return self._before + self._counted + self._uncounted

    def spent_before(self, dollars: float) -> None:
        """What the run has spent before this process; it counts against the limit, not in ``usage``."""
        self._before = dollars

    def count(self, reply: Reply) -> None:
        """Count a reply that was paid for."""
        usage = metered(reply, self._price)
        self._counted += usage.cost or 0.0
        self.usage = added(self.usage, usage)


def metered(reply: Reply, price: Price | None) -> Usage:
    """What one reply cost, by the token counts that came with it; without counts its cost is not known."""
    counts = reply.usage or {}
    given, got = (counts.get(name) for name in ("prompt_tokens", "completion_tokens"))
    if not (isinstance(given, int) and isinstance(got, int)):
        return Usage(calls=1, cached=int(reply.stored), unmetered=1)
    cached = cached_tokens(counts)
    return Usage(
        calls=1,
        cached=int(reply.stored),
        input_tokens=given,
        cached_input_tokens=cached,
        output_tokens=got,
        cost=price.cost(given, cached, got, batch=reply.batch) if price else None,
    )


def added(left: Usage, right: Usage) -> Usage:
    """The sum; its cost is known if that of every reply is."""
    names = [name for name in Usage.model_fields if name != "cost"]
    sums = {name: getattr(left, name) + getattr(right, name) for name in names}
    known = [each.cost for each in (left, right) if each.calls]
    cost = None if None in known or not known else sum(each for each in known if each is not None)
    return Usage(**sums, cost=cost)


def spent_since(before: Usage, now: Usage) -> Usage:
    """The difference of two readings of a meter."""
    names = [name for name in Usage.model_fields if name != "cost"]
    differences = {name: getattr(now, name) - getattr(before, name) for name in names}
    cost = None if now.cost is None else now.cost - (before.cost or 0.0)
    return Usage(**differences, cost=cost if differences["calls"] else None)
