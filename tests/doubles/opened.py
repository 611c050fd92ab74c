"""A cache over a scripted model, open on an event loop of its own."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from extractor.addresses import RedisURL
from extractor.models.cache import Cached, open_store
from extractor.models.call import Model, Reply, Request
from extractor.schemas.segments.v1 import Reply as SegmentsReply

REQUEST = Request("segments", 1, {"model": "m", "messages": []}, "json_schema", SegmentsReply)

Place = Path | RedisURL


@dataclass(frozen=True)
class Opened:
    """A cache and the loop it lives on."""

    cached: Cached
    runner: asyncio.Runner

    def ask(self, request: Request = REQUEST) -> Reply:
        """The reply to a request."""
        return self.runner.run(self._ask(request))

    def ask_at_once(self, count: int) -> list[Reply]:
        """The replies to the same request, asked so many times at once."""
        return self.runner.run(self._ask_at_once(count))

    async def _ask(self, request: Request) -> Reply:
        return await self.cached(request)

    async def _ask_at_once(self, count: int) -> list[Reply]:
        return await asyncio.gather(*(self.cached(REQUEST) for _ in range(count)))


@contextmanager
def opened(model: Model, place: Place) -> Generator[Opened]:
    """A cache at a place until the block ends."""
    with asyncio.Runner() as runner:
        cached = Cached(model, runner.run(open_store(place)))
        try:
            yield Opened(cached, runner)
        finally:
            runner.run(cached.aclose())
