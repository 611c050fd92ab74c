"""The layer that counts what is paid for, and stops before it is more than was allowed."""

from extractor.models.budget import Budget, Purse
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
        purse: what calls are paid from, where several processes share it; by default one of this meter's own.

    ``usage`` is what was paid for so far.
    """

    def __init__(
        self, inner: Model, price: Price | None, limit: float | None, purse: Purse | None = None
    ) -> None:
        self._inner = inner
        self._price = price
        self._budget = Budget(limit)
        self._purse: Purse = purse or self._budget
        self.usage = Usage()

    async def __call__(self, request: Request) -> Reply:
        """Answer from the layer below.

        Raises:
            BudgetSpent: it could cost more than is left.
        """
        most = self.most(request)
        await self._purse.reserve(most)
        spent = 0.0
        try:
            reply = await self._inner(request)
            usage = metered(reply, self._price)
            self.usage = added(self.usage, usage)
            spent = most if usage.cost is None else usage.cost
        finally:
            await self._purse.settle(most, spent)
        return reply

    def most(self, request: Request, *, batch: bool = False) -> float:
        """US dollars that a call could cost at the most; 0 if there is no limit to keep to."""
        if self._budget.limit is None or self._price is None:
            return 0.0
        characters = sum(len(each["content"]) for each in request.body["messages"])
        given = round(characters / _CHARACTERS_A_TOKEN)
        return self._price.cost(given, 0, int(request.body["max_completion_tokens"]), batch=batch)

    @property
    def left(self) -> float:
        """US dollars that may still be spent, where this process is alone."""
        return self._budget.left

    def spent_before(self, dollars: float) -> None:
        """What the run has spent before this process; it counts against the limit, not in ``usage``."""
        self._budget.before = dollars

    def count(self, reply: Reply) -> None:
        """Count a reply that was paid for."""
        usage = metered(reply, self._price)
        self._budget.spend(usage.cost or 0.0)
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
