"""US dollars that may be spent: each call reserves the most it could cost before, and settles after.

What is reserved is reserved by somebody. Who is gone settles nothing any more: what they had reserved counts
as spent, because nobody knows what became of their calls.
"""

import asyncio
import math
from collections import defaultdict
from typing import Protocol

from extractor.errors import BudgetSpent

_NOTHING = 1e-9
"""What is left of sums of floats."""

_ALONE = ""
"""Who reserves where there is one process."""


class Purse(Protocol):
    """What a meter pays from."""

    async def reserve(self, most: float) -> None:
        """Set so many US dollars aside.

        Raises:
            BudgetSpent: it could cost more than is left.
        """

    async def settle(self, reserved: float, spent: float) -> None:
        """Give a reserve back, and say what was spent of it."""


class Budget:
    """What may be spent, by one process or by several.

    Args:
        limit: US dollars, None for no limit.
        before: US dollars of it that are spent already.
    """

    def __init__(self, limit: float | None, before: float = 0.0) -> None:
        self.limit = limit
        self.before = before
        self._spent = 0.0
        self._reserved: defaultdict[str, float] = defaultdict(float)
        self._gone: set[str] = set()
        self._settled = asyncio.Condition()

    @property
    def left(self) -> float:
        """US dollars that may still be spent."""
        if self.limit is None:
            return math.inf
        return self.limit - self.before - self._spent - sum(self._reserved.values())

    def spend(self, dollars: float) -> None:
        """Count what nobody reserved."""
        self._spent += dollars

    async def reserve(self, most: float, by: str = _ALONE) -> None:
        """Set so many US dollars aside; near the limit, wait until others turned out cheaper.

        Raises:
            BudgetSpent: it could cost more than is left, and nobody has anything to give back.
        """
        if self.limit is None or not most:
            return
        async with self._settled:
            while most > self.left:
                if not self._is_awaited:
                    raise BudgetSpent(limit=self.limit)
                await self._settled.wait()
            self._reserved[by] += most

    @property
    def _is_awaited(self) -> bool:
        return any(who not in self._gone for who in self._reserved)

    async def settle(self, reserved: float, spent: float, by: str = _ALONE) -> None:
        """Give a reserve back, and count what was spent of it."""
        self._spent += spent
        if not reserved or self.limit is None:
            return
        async with self._settled:
            self._reserved[by] -= reserved
            if self._reserved[by] < _NOTHING:
                del self._reserved[by]
            self._settled.notify_all()

    async def write_off(self, gone: set[str]) -> None:
        """Wait no longer for those who are gone; of what they reserved nothing comes back."""
        async with self._settled:
            self._gone = gone
            self._settled.notify_all()
