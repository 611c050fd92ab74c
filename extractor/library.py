"""The library's face: one article or a folder, from plain code, a notebook or a running event loop."""

import asyncio
import os
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
)
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack, cast

from extractor.article import Article
from extractor.catalog import check_prompts
from extractor.configuration import configuration_fingerprint
from extractor.errors import CannotWrite, ExtractorError, InvalidSetting, RunStopped
from extractor.models.call import Model
from extractor.models.kept import is_run, kept_settings, paid_before
from extractor.models.meter import added, spent_since
from extractor.models.settled import settled
from extractor.models.stack import Stack, model_name, open_model
from extractor.pipeline import attempt_article, extract_article
from extractor.prices import find_price
from extractor.runs.engine import Crew, Engine, Work
from extractor.runs.inputs import Inputs, as_inputs
from extractor.runs.ledger import Ledger, read_configurations, read_entered
from extractor.runs.opened import OpenRun, tell_inputs
from extractor.runs.plan import Plan, plan_run
from extractor.runs.progress import Progress, Watch
from extractor.runs.run import Run, ToDo
from extractor.runs.summary import Summary
from extractor.runs.workers import open_workers
from extractor.schemas.extraction.v1 import Extraction, Usage
from extractor.settings import Options, Settings, load_settings

T = TypeVar("T")

Articles = Path | str | Sequence[Path | str] | Inputs
"""A folder, an article file, a table of articles, a pattern, ``-`` for standard input; or a list of these."""

BUSY = 32
"""Calls in flight from which on one core may be too slow for the work between them."""

SPARE = 2
"""Articles in flight for each call in flight: while some are worked on between two calls, others wait to be
asked about, so that no place for a call stays empty."""


def extract(article: Article | str, **options: Unpack[Options]) -> Extraction:
    """Extract one article; see ``Extractor.extract``."""
    with Extractor(**options) as extractor:
        return extractor.extract(article)


async def aextract(article: Article | str, **options: Unpack[Options]) -> Extraction:
    """Extract one article without blocking the event loop; see ``Extractor.extract``."""
    with Extractor(**options) as extractor:
        return await extractor.aextract(article)


def _nobody(_: ExtractorError) -> None:
    """There is no run whose calls could be stopped."""


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

    ``settings`` are those that hold, ``model_name`` is the model that requests name.

    Raises:
        InvalidSetting: an option is unknown or has a value it cannot have.
        NoModel: neither an endpoint nor recorded replies were named.
        NoSuchPrompt: a version was asked for that there is not.
    """

    def __init__(self, **options: Unpack[Options]) -> None:
        replay = options.get("replay") or os.environ.get("EXTRACTOR_REPLAY")
        if replay and is_run(Path(replay)):
            options = cast("Options", {**kept_settings(Path(replay)), **options})
        self.settings: Settings = load_settings(options)
        check_prompts(self.settings.prompts)
        self.model_name = model_name(self.settings)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="extractor", daemon=True)
        self._thread.start()
        self._stopping = asyncio.Event()
        self._halt: Callable[[ExtractorError], None] = _nobody
        self._prefetched = Usage()
        try:
            self.settings = self._run(settled(self.settings, self.model_name))
            self._opening = open_model(self.settings)
            self._stack: Stack = self._run(self._opening.__aenter__())
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
        self,
        articles: Articles,
        *,
        out: Path | str,
        force: bool = False,
        watch: Watch | None = None,
        engine: Engine | None = None,
    ) -> Summary:
        """Extract many articles into ``out``/extractions.jsonl, one line an article.

        What is there already is left alone if it is complete, its article unchanged and what would be asked
        the same; so a run that was ended at any moment goes on where it was. Every reply is kept in
        ``out``/replies.jsonl, from which ``replay=out`` answers.

        Args:
            articles: a folder, or what else ``Inputs`` reads; several in a list.
            out: made if it is missing; one run at a time writes to it.
            force: do again what is done.
            watch: called with the progress when the run begins, then after each article with its result too.
            engine: extracts the articles elsewhere, such as ``extractor.distributed.Cluster()``; by default
                this process does.

        Raises:
            NoSuchFolder, InvalidInput: there is nothing to read.
            OutInUse, CannotWrite, LedgerDamaged: ``out`` cannot be written.
            ConfigurationError: nothing can be extracted with these settings; what was finished is written.
        """
        inputs = as_inputs(articles)
        return self._run(self._extract_all(inputs, Path(out), force=force, watch=watch, engine=engine))

    def prefetch(
        self,
        articles: Articles,
        *,
        out: Path | str,
        force: bool = False,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Fetch the replies of a run through the provider's Batch endpoints, into the reply cache.

        Afterwards ``extract_folder`` with the same articles and ``out`` finds them there, and asks online
        only what the batches failed at. A restart goes on with the batches that were sent.

        Args:
            articles: as for ``extract_folder``.
            out: likewise.
            force: likewise.
            tell: is told what happens, a line at a time.

        Raises:
            InvalidSetting: there is no cache, or the mode cannot be put into a batch.
            ModelError, ConfigurationError: the provider does not take or give batches.
        """
        self._run(self._prefetch(as_inputs(articles), Path(out), tell, force=force))

    async def _prefetch(self, inputs: Inputs, out: Path, tell: Callable[[str], None], *, force: bool) -> None:
        cached, meter = self._stack.cached, self._stack.meter
        if cached is None or meter is None:
            raise InvalidSetting("cache", "batches need the reply cache")
        if self.settings.mode != "json_schema":
            raise InvalidSetting("mode", "batch files hold mode json_schema only")
        from extractor.models.batches import Batches  # noqa: PLC0415 - imports the SDK
        from extractor.runs.batching import Prefetch  # noqa: PLC0415 - only for batches

        batches = Batches(self.settings)
        before = self._stack.paid
        try:
            with Ledger(out) as ledger, OpenRun(out, self.settings, self.model_name, inputs) as opened:
                self._count_earlier(out)
                fetch = Prefetch(out, opened.id, cached, meter, batches, self.settings.poll, tell)
                configuration = configuration_fingerprint(self.settings, self.model_name)
                await fetch(ToDo(inputs, ledger, configuration, force=force), self._attempt)
        except OSError as error:
            raise CannotWrite(str(error.filename or out), error.strerror or str(error)) from error
        finally:
            self._prefetched = added(self._prefetched, spent_since(before, self._stack.paid))
            await batches.aclose()

    def plan(self, articles: Articles, *, out: Path | str) -> Plan:
        """What ``extract_folder`` would do and cost; nothing is asked and nothing is written.

        Raises:
            NoSuchFolder, InvalidInput: there is nothing to read.
            LedgerDamaged: ``out`` holds what is no ledger.
        """
        price = find_price(self.model_name, self.settings.own_price)
        entered = read_entered(Path(out))
        plan = plan_run(as_inputs(articles), entered, self.settings, self.model_name, price)
        if self.settings.replay:
            plan.cost = 0.0
        return plan

    def asked_otherwise(self, *, out: Path | str) -> bool:
        """Whether ``out`` holds complete results of another model, prompt, schema or setting.

        Raises:
            LedgerDamaged: ``out`` holds what is no ledger.
        """
        own = configuration_fingerprint(self.settings, self.model_name)
        return bool(read_configurations(Path(out)) - {own})

    def stop(self) -> None:
        """End a run early, from any thread: calls in flight end, what is finished is written.

        Between two runs, it is the next one that ends, before its first article.
        """
        self._loop.call_soon_threadsafe(self._stop_run)

    def _stop_run(self) -> None:
        self._stopping.set()
        self._halt(RunStopped())

    def _begin_anew(self) -> None:
        """A run has ended: what stopped it does not stop the next one."""
        self._stopping = asyncio.Event()
        self._halt = _nobody

    async def _extract_all(
        self, inputs: Inputs, out: Path, *, force: bool, watch: Watch | None, engine: Engine | None
    ) -> Summary:
        async with AsyncExitStack() as opening:
            opening.callback(self._begin_anew)
            ledger = opening.enter_context(Ledger(out))
            opened = opening.enter_context(self._kept(out, inputs))
            earlier = self._count_earlier(out)
            others = self._elsewhere(engine, opened, earlier) if engine else self._here(opened)
            crew = await opening.enter_async_context(others)
            before = spent_since(self._prefetched, self._stack.paid)
            self._halt = crew.halt
            run = Run(
                entries=inputs,
                ledger=ledger,
                attempt=crew.attempt,
                configuration=configuration_fingerprint(self.settings, self.model_name),
                in_flight=crew.in_flight,
                deadline=self.settings.article_deadline,
                halt=crew.halt,
                in_order=bool(self.settings.replay) or self.settings.cache is not False,
                force=force,
                watch=watch,
                stopping=self._stopping,
                progress=Progress(total=inputs.count(), stack=self._stack),
            )
            try:
                summary = await run()
            finally:
                self._stack.resume()
            summary.paid = spent_since(before, self._stack.paid)
            self._prefetched = Usage()
            return summary

    @asynccontextmanager
    async def _here(self, opened: OpenRun | None) -> AsyncGenerator[Crew]:
        """This process, with worker processes beside it if there are to be some."""
        model = opened.model(self._stack) if opened else self._stack.model
        # a file answers one call at a time: the clock of a second article would only run
        in_flight = 1 if self.settings.is_local else SPARE * self.settings.concurrency
        if number := self._workers():
            async with open_workers(number, self.settings, self.model_name) as workers:
                yield Crew(partial(workers.attempt, model), in_flight, self._stack.stop)
        else:
            yield Crew(partial(self._attempt, model), in_flight, self._stack.stop)

    def _elsewhere(
        self, engine: Engine, opened: OpenRun | None, earlier: float
    ) -> AbstractAsyncContextManager[Crew]:
        if opened is None or self._stack.meter is None:
            raise InvalidSetting("replay", "recorded replies are read by one process: leave the engine out")
        count = self._stack.meter.count
        return engine.open(Work(self.settings, self.model_name, opened.id, earlier, opened.replies, count))

    def _count_earlier(self, out: Path) -> float:
        """What earlier starts of a run paid for counts against its limit; US dollars."""
        if self._stack.meter is None or self.settings.max_cost is None:
            return 0.0
        price = find_price(self.model_name, self.settings.own_price)
        earlier = max(0.0, paid_before(out, price) - (self._stack.paid.cost or 0.0))
        self._stack.meter.spent_before(earlier)
        return earlier

    def _workers(self) -> int:
        if self.settings.workers is not None:
            return self.settings.workers
        return (os.cpu_count() or 1) if self.settings.concurrency >= BUSY else 0

    def _kept(self, out: Path, inputs: Inputs) -> AbstractContextManager[OpenRun | None]:
        """What a run keeps; where its articles are, and no more, if its replies are recorded ones."""
        if self.settings.replay:
            tell_inputs(out, inputs)
            return nullcontext()
        return OpenRun(out, self.settings, self.model_name, inputs)

    async def _attempt(self, model: Model, article: Article) -> Extraction:
        return await attempt_article(article, model, self.settings, self.model_name)

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
        return await extract_article(article, self._stack.model, self.settings, self.model_name)

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
