"""Build the layers that the settings ask for: replay, or cache -> traced -> ... -> openai.

A folder run puts one above the cache that keeps every reply.

Limits stand below the retries, so that every attempt keeps to them; the meter above, so that a call is
reserved and counted once.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractor.errors import ExtractorError, NoModel, NoPrice
from extractor.lines import Growing
from extractor.models.call import Model, Reply, Request
from extractor.models.kept import Keeping, KeptReplies, is_run
from extractor.models.local import LocalServer, local_name, start_local
from extractor.models.replay import Replay
from extractor.prices import find_price
from extractor.schemas.extraction.v1 import Usage
from extractor.settings import Settings

if TYPE_CHECKING:
    from extractor.models.budget import Purse
    from extractor.models.cache import Cached
    from extractor.models.limits import Gate, Limits
    from extractor.models.meter import Metered
    from extractor.models.openai import OpenAIModel


@dataclass(frozen=True)
class Stack:
    """The layers of a model.

    Args:
        model: the uppermost.
        cached, meter, limits: those that a folder run has to do with; None where there are none.
    """

    model: Model
    cached: "Cached | None" = None
    meter: "Metered | None" = None
    limits: "Limits | None" = None

    def of_run(self, run: str, replies: Growing) -> Model:
        """The model of a folder run, which keeps its replies in a file."""
        return Keeping(self.cached.of_run(run) if self.cached else self.model, replies)

    def stop(self, error: ExtractorError) -> None:
        """Begin no further live call; those in flight end as they would."""
        if self.limits:
            self.limits.stop(error)

    def resume(self) -> None:
        """Allow live calls again."""
        if self.limits:
            self.limits.resume()

    @property
    def paid(self) -> Usage:
        """What live calls took so far."""
        return self.meter.usage if self.meter else Usage()


@dataclass(frozen=True)
class Shared:
    """What the stacks of several processes have in common, so that one limit holds for all of them.

    Args:
        gate: when calls may start.
        purse: what they are paid from.
    """

    gate: "Gate"
    purse: "Purse"


@asynccontextmanager
async def open_model(settings: Settings, shared: Shared | None = None) -> AsyncGenerator[Stack]:
    """The layers of the settings.

    Args:
        settings: what to ask and where.
        shared: limits and budget that other processes keep to as well; by default they are this stack's own.

    Raises:
        CacheUnusable: the cache cannot be opened.
        MissingExtra: it is a Redis, and redis is not installed.
        RecordingUnreadable: what a run kept cannot be read.
        NoPrice: a cost limit was set for a model whose price is not known.
    """
    if settings.replay:
        yield Stack(KeptReplies(settings.replay) if is_run(settings.replay) else Replay(settings.replay))
        return
    async with _live(settings, shared) as stack:
        if settings.cache is False:
            yield stack
            return
        from extractor.models.cache import Cached, open_store  # noqa: PLC0415 - not needed for a replay

        sleep = stack.limits.nap if stack.limits else asyncio.sleep
        cached = Cached(stack.model, await open_store(settings.cache, sleep=sleep))
        try:
            yield Stack(cached, cached, stack.meter, stack.limits)
        finally:
            await cached.aclose()


@asynccontextmanager
async def _live(settings: Settings, shared: Shared | None) -> AsyncGenerator[Stack]:
    # a replay needs none of these
    from extractor.models.limits import Limited, Limits  # noqa: PLC0415
    from extractor.models.meter import Metered  # noqa: PLC0415
    from extractor.models.retry import Retrying  # noqa: PLC0415
    from extractor.models.traced import Traced  # noqa: PLC0415

    price = find_price(settings.model or "", settings.own_price)
    if settings.max_cost is not None and price is None:
        raise NoPrice(settings.model or "")
    # a file answers one call at a time: others would only wait their time-out away
    concurrency = 1 if settings.is_local else settings.concurrency
    gate, purse = (shared.gate, shared.purse) if shared else (None, None)
    limits = Limits(concurrency, settings.rpm, settings.tpm, first_pause=settings.backoff, gate=gate)
    live = _Live(settings, limits)
    retrying = Retrying(
        Limited(live, limits),
        attempts=settings.attempts,
        backoff=settings.backoff,
        deadline=settings.deadline,
        sleep=limits.nap,
    )
    meter = Metered(retrying, price, settings.max_cost, purse)
    try:
        yield Stack(Traced(meter, settings, price), None, meter, limits)
    finally:
        await live.aclose()


def model_name(settings: Settings) -> str:
    """The model to put into requests.

    Raises:
        NoModel: what is missing, and what to do about it.
        LocalModelUnusable: the model is a file that cannot be read.
        NoSuchFolder: the folder of recorded replies holds none.
    """
    if settings.model and settings.is_local:
        return local_name(settings.model)
    if settings.model:
        if not (settings.replay or settings.api_key or settings.base_url):
            raise NoModel("there is neither a key nor an endpoint")
        return settings.model
    if settings.replay and not is_run(settings.replay):
        return Replay(settings.replay).model_name()
    raise NoModel("no model is named")


class _Live:
    """Opens the live layer on the first call: a replayed or fully cached run never imports the SDK.

    Of a model that is a file the server is started then too.
    """

    def __init__(self, settings: Settings, limits: "Limits") -> None:
        self._settings = settings
        self._limits = limits
        self._opening = asyncio.Lock()
        self._model: OpenAIModel | None = None
        self._server: LocalServer | None = None

    async def __call__(self, request: Request) -> Reply:
        async with self._opening:
            if self._model is None:
                self._model = await self._open()
        return await self._model(request)

    async def _open(self) -> "OpenAIModel":
        from extractor.models.openai import OpenAIModel  # noqa: PLC0415 - over 1 s

        if self._settings.is_local:
            self._server = await start_local(self._settings)
            return OpenAIModel(self._server.settings, self._limits.told)
        return OpenAIModel(self._settings, self._limits.told)

    async def aclose(self) -> None:
        if self._model is not None:
            await self._model.aclose()
        if self._server is not None:
            await asyncio.to_thread(self._server.stop)
