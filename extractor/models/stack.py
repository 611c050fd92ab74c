"""Build the layers that the settings ask for."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from extractor.errors import NoModel
from extractor.models.call import Model, Reply, Request
from extractor.models.replay import Replay
from extractor.settings import Settings

if TYPE_CHECKING:
    from extractor.models.openai import OpenAIModel


@asynccontextmanager
async def open_model(settings: Settings) -> AsyncGenerator[Model]:
    """The model of the settings: recorded replies, or cache -> retry -> openai.

    Raises:
        CacheUnusable: the cache cannot be opened.
    """
    if settings.replay:
        yield Replay(settings.replay)
        return
    from extractor.models.retry import Retrying  # noqa: PLC0415 - tenacity is not needed for a replay

    live = _Live(settings)
    model: Model = Retrying(live, attempts=settings.attempts, backoff=settings.backoff)
    try:
        if settings.cache is False:
            yield model
        else:
            from extractor.models.cache import Cached  # noqa: PLC0415 - nor is diskcache

            cached = Cached(model, settings.cache)
            try:
                yield cached
            finally:
                cached.close()
    finally:
        await live.aclose()


def model_name(settings: Settings) -> str:
    """The model to put into requests.

    Raises:
        NoModel: what is missing, and what to do about it.
        NoSuchFolder: the folder of recorded replies holds none.
    """
    if settings.model:
        if not (settings.replay or settings.api_key or settings.base_url):
            raise NoModel("there is neither a key nor an endpoint")
        return settings.model
    if settings.replay:
        return Replay(settings.replay).model_name()
    raise NoModel("no model is named")


class _Live:
    """Opens the live layer on the first call: a replayed or fully cached run never imports the SDK."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._model: OpenAIModel | None = None

    async def __call__(self, request: Request) -> Reply:
        if self._model is None:
            from extractor.models.openai import OpenAIModel  # noqa: PLC0415 - over 1 s

            self._model = OpenAIModel(self._settings)
        return await self._model(request)

    async def aclose(self) -> None:
        if self._model is not None:
            await self._model.aclose()
