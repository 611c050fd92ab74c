"""The library's face: one article or a folder, from plain code, a notebook or a running event loop."""

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

from extractor.article import Article
from extractor.catalog import check_prompts
from extractor.models.call import Model
from extractor.models.stack import model_name, open_model
from extractor.pipeline import attempt_article, extract_article
from extractor.runs.folder import Progress, run_folder
from extractor.runs.summary import Summary
from extractor.schemas.extraction.v1 import Extraction
from extractor.settings import Options, Settings, load_settings

T = TypeVar("T")


def extract(article: Article | str, **options: Unpack[Options]) -> Extraction:
    """Extract one article; see ``Extractor.extract``."""
    with Extractor(**options) as extractor:
        return extractor.extract(article)


async def aextract(article: Article | str, **options: Unpack[Options]) -> Extraction:
    """Extract one article without blocking the event loop; see ``Extractor.extract``."""
    with Extractor(**options) as extractor:
        return await extractor.aextract(article)


async def _cancel_others() -> None:
    """End what other threads wait for: a loop that stops under them would leave them waiting for ever."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class Extractor:
    """Extracts many articles with the same settings, connections and cache.

    All calls are made on one event loop in a thread of its own, so that it can be used from plain code, from
    a notebook and from any event loop, also from several in turn. Close it, or use it in a ``with`` block.

    Args:
        options: see ``Settings``.

    Raises:
        InvalidSetting: an option is unknown or has a value it cannot have.
        NoModel: neither an endpoint nor recorded replies were named.
        NoSuchPrompt: a version was asked for that there is not.
    """

    def __init__(self, **options: Unpack[Options]) -> None:
        self.settings: Settings = load_settings(options)
        check_prompts(self.settings.prompts)
        self._model_name = model_name(self.settings)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="extractor", daemon=True)
        self._thread.start()
        self._opening = open_model(self.settings)
        try:
            self._model: Model = self._run(self._opening.__aenter__())
        except BaseException:
            self._stop()
            raise

    def extract(self, article: Article | str) -> Extraction:
        """Extract one article.

        Returns:
            A complete result, or a partial one whose ``problems`` say what is missing.

        Raises:
            ArticleError: the text is empty, too large or no text.
            ModelError, ReplyError: not even segments could be had.
            ConfigurationError: the key, the model or a setting is wrong.
            ReplayError: there is no recorded reply.
        """
        return self._run(self._extract(article))

    async def aextract(self, article: Article | str) -> Extraction:
        """Extract one article without blocking the running event loop; otherwise as ``extract``."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._extract(article), self._loop))

    def extract_folder(
        self, folder: Path | str, *, out: Path | str, progress: Progress | None = None
    ) -> Summary:
        """Extract every .txt and .md file of a folder into ``out``/extractions.jsonl, one line an article.

        Args:
            folder: read with its subfolders, in the order of the paths.
            out: made if it is missing; the file is replaced when the run has ended.
            progress: called after each article with its result and the number of articles.

        Raises:
            NoSuchFolder: there is nothing to read.
            ConfigurationError: nothing can be extracted with these settings; a file of before is kept.
        """
        work = run_folder(Path(folder), Path(out), self._attempt, self.settings.concurrency, progress)
        return self._run(work)

    def close(self) -> None:
        """Close connections and cache, and end the thread."""
        if self._loop.is_closed():
            return
        try:
            self._run(_cancel_others())
            self._run(self._opening.__aexit__(None, None, None))
        finally:
            self._stop()

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _extract(self, article: Article | str) -> Extraction:
        if isinstance(article, str):
            article = Article(article)
        return await extract_article(article, self._model, self.settings, self._model_name)

    async def _attempt(self, article: Article) -> Extraction:
        return await attempt_article(article, self._model, self.settings, self._model_name)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
