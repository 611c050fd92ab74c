"""A run: articles stream in, results stream out in the same order; one bad article stops no other.

What is done is left alone, a text that came before is not asked again, and whatever ends the run early leaves
a ledger from which the next one goes on.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

from extractor.article import Article
from extractor.configuration import input_fingerprint
from extractor.errors import (
    ArticleError,
    CannotWrite,
    ConfigurationError,
    DeadlineExceeded,
    DuplicateId,
    EndpointDown,
    ExtractorError,
    ModelUnavailable,
    RunStopped,
)
from extractor.pipeline import ExtractionFailed
from extractor.runs.inputs import Entry
from extractor.runs.ledger import Entered, Ledger, digest
from extractor.runs.progress import Progress, Watch
from extractor.runs.summary import Summary
from extractor.schemas.extraction.v1 import ArticleInfo, Extraction, Problem

AHEAD = 16
"""Results that may wait for a slower article before them, as a multiple of the articles in flight."""

OUTAGE = 10
"""Articles in a row, at least as many as are in flight, that had no answer, after which a run ends."""

Attempt = Callable[[Article], Awaitable[Extraction]]
Outcome = Extraction | ExtractorError
Job = Callable[[], Awaitable[Extraction]]


@dataclass(frozen=True)
class ToDo:
    """The articles of a run that are not done; read as often as they are asked for."""

    entries: Iterable[Entry]
    ledger: Ledger
    configuration: str
    force: bool = False

    def __iter__(self) -> Iterator[Entry]:
        """Each that can be read and is not complete as it is."""
        for entry in self.entries:
            try:
                article = entry.read()
            except ArticleError:
                continue
            entered = None if self.force else self.ledger.find(article.id)
            if not is_done(entered, input_fingerprint(article), self.configuration):
                yield Entry(article.id, partial(_itself, article))


def _itself(article: Article) -> Article:
    return article


def is_done(entered: Entered | None, fingerprint: str, configuration: str) -> bool:
    """Whether an article's result is complete and nothing has changed since."""
    return (
        entered is not None
        and entered.status == "complete"
        and (entered.input, entered.configuration) == (fingerprint, configuration)
    )


@dataclass
class Run:
    """One pass over some articles.

    Args:
        entries: the articles.
        ledger: where results go, and what is done.
        attempt: extracts one article.
        configuration: fingerprint of what is asked.
        in_flight: articles worked on at a time.
        deadline: seconds one article may take.
        halt: is given what ends the run, so that no further call begins.
        in_order: after an early end, leave out what was finished behind a gap; the cache has its replies.
        force: do again what is done.
        watch: is told of each result.
        stopping: set when nothing further is to be begun.
        progress: counts, kept up to date.
    """

    entries: Iterable[Entry]
    ledger: Ledger
    attempt: Attempt
    configuration: str
    in_flight: int
    deadline: float
    halt: Callable[[ExtractorError], None]
    in_order: bool = True
    force: bool = False
    watch: Watch | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    progress: Progress = field(default_factory=Progress)
    summary: Summary = field(default_factory=Summary)
    _trouble: ExtractorError | None = None
    _unanswered: int = 0
    _inputs: dict[bytes, bytes] = field(default_factory=dict[bytes, bytes])
    _firsts: dict[bytes, bytes] = field(default_factory=dict[bytes, bytes])
    _tasks: dict[bytes, asyncio.Task[Outcome]] = field(default_factory=dict[bytes, "asyncio.Task[Outcome]"])

    async def __call__(self) -> Summary:
        """Extract what is not done. What ends the run early is raised when the finished results are written.

        Raises:
            ConfigurationError: nothing can be extracted with these settings, or nothing can be written.
        """
        self._tell(None)
        async with aclosing(self._outcomes()) as outcomes:
            async for outcome in outcomes:
                if isinstance(outcome, ExtractorError):
                    self._end(outcome)
                elif self._trouble is None or not self.in_order:
                    self._enter(outcome)
        if self._trouble and not isinstance(self._trouble, RunStopped):
            raise self._trouble
        if self.stopping.is_set():
            self.summary.stopped = str(self._trouble or RunStopped())
        return self.summary

    def _enter(self, result: Extraction) -> None:
        try:
            self.ledger.add(result)
        except CannotWrite as error:
            self._end(error)  # calls in flight end, so that their replies are kept
            return
        self.summary.add(result)
        self.progress.count(result)
        self._tell(result)
        had_no_answer = any(problem.error == ModelUnavailable.__name__ for problem in result.problems)
        self._unanswered = self._unanswered + 1 if result.status == "failed" and had_no_answer else 0
        if self._unanswered >= max(OUTAGE, self.in_flight):
            self._end(EndpointDown(articles=self._unanswered))

    def _end(self, error: ExtractorError) -> None:
        """Begin nothing further; of several errors the one that is no mere stop is told."""
        if self._trouble is None or isinstance(self._trouble, RunStopped):
            self._trouble = error
        self.stopping.set()
        self.halt(error)

    def _tell(self, result: Extraction | None) -> None:
        if self.watch:
            self.watch(self.progress, result)

    async def _outcomes(self) -> AsyncGenerator[Outcome]:
        """What became of each article, in the order of the entries."""
        places = asyncio.Semaphore(self.in_flight)
        waiting: deque[bytes] = deque()
        try:
            for id_, job in self._jobs():
                await places.acquire()
                if self.stopping.is_set():
                    break
                self._tasks[digest(id_)] = asyncio.create_task(self._outcome(job, places))
                waiting.append(digest(id_))
                while waiting and (self._tasks[waiting[0]].done() or len(waiting) >= AHEAD * self.in_flight):
                    yield await self._next(waiting)
            while waiting:
                yield await self._next(waiting)
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _next(self, waiting: deque[bytes]) -> Outcome:
        """The outcome of the first of those that wait; it leaves the tasks as it goes into the ledger."""
        outcome = await self._tasks[waiting[0]]
        del self._tasks[waiting.popleft()]
        return outcome

    async def _outcome(self, job: Job, places: asyncio.Semaphore) -> Outcome:
        self.progress.in_flight += 1
        try:
            return await job()
        except (ConfigurationError, RunStopped) as error:
            self.stopping.set()
            self.halt(error)
            return error
        finally:
            self.progress.in_flight -= 1
            places.release()

    def _jobs(self) -> Iterator[tuple[str, Job]]:
        """Ids and what is to be done, of the articles that are not done."""
        for entry in self.entries:
            if self.stopping.is_set():
                return
            try:
                article = entry.read()
            except ArticleError as error:
                if digest(entry.id) in self._inputs:
                    self.progress.skipped += 1
                    self.summary.repeated += 1
                    continue
                self._inputs[digest(entry.id)] = b""
                yield entry.id, partial(_failing, entry.id, error)
                continue
            if job := self._job(article):
                yield article.id, job

    def _job(self, article: Article) -> Job | None:
        """What is to be done about an article, None if nothing is."""
        fingerprint = input_fingerprint(article)
        if self._is_taken(article, fingerprint):
            return None
        id_ = digest(article.id)
        first = self._firsts.setdefault(bytes.fromhex(fingerprint), id_)
        if not self.force and is_done(self.ledger.find(article.id), fingerprint, self.configuration):
            self.progress.skipped += 1
            self.summary.skipped += 1
            return None
        if first != id_:
            self.summary.duplicates += 1
            return partial(self._copy, first, article)
        return partial(self._extract, article)

    def _is_taken(self, article: Article, fingerprint: str) -> bool:
        """Whether an article of the run has the id already; a different text is reported."""
        given = bytes.fromhex(fingerprint)
        known = self._inputs.setdefault(digest(article.id), given)
        if known is given:
            return False
        self.progress.skipped += 1
        if known == given:
            self.summary.repeated += 1
        else:
            error = DuplicateId(article.id)
            self.summary.note(type(error).__name__, article.id, str(error))
        return True

    async def _copy(self, first: bytes, article: Article) -> Extraction:
        """The result of an article with the same text, under this one's id; its own if that one has none."""
        task = self._tasks.get(first)
        outcome = await asyncio.shield(task) if task else self._entered(first)
        if not isinstance(outcome, Extraction) or outcome.status != "complete":
            return await self._extract(article)
        told = {"id": article.id, "url": article.url}
        usage = outcome.usage.model_copy(update={"cached": outcome.usage.calls})
        info = outcome.article.model_copy(update=told)
        return outcome.model_copy(update={"article": info, "usage": usage})

    def _entered(self, id_: bytes) -> Extraction | None:
        entered = self.ledger.at(id_)
        return self.ledger.read(entered) if entered else None

    async def _extract(self, article: Article) -> Extraction:
        return await isolated(self.attempt, article, self.deadline)


async def isolated(attempt: Attempt, article: Article, deadline: float) -> Extraction:
    """The result of an article, a failed one whatever happens to it.

    Args:
        attempt: extracts it.
        article: what to extract.
        deadline: seconds it may take.

    Raises:
        ConfigurationError, RunStopped: the other articles would fare no better.
    """
    try:
        async with asyncio.timeout(deadline):
            return await attempt(article)
    except (ConfigurationError, RunStopped):
        raise
    except TimeoutError:
        return failed(article.id, article, DeadlineExceeded(deadline))
    except ExtractionFailed as failure:
        return failure.result
    except Exception as error:  # noqa: BLE001 - the one place that isolates an article: no bug loses the others
        return failed(article.id, article, error)


async def _failing(id_: str, error: ArticleError) -> Extraction:
    return failed(id_, None, error)


def failed(id_: str, article: Article | None, error: Exception) -> Extraction:
    """The result of an article that there is no other of; ``article`` is None if it could not be read."""
    message = str(error) if isinstance(error, ExtractorError) else f"unexpected: {error}"
    return Extraction(
        article=ArticleInfo(
            id=id_,
            title=None,
            url=None,
            published=None,
            language=None,
            sha256=article.sha256 if article else None,
            characters=len(article.text) if article else 0,
        ),
        status="failed",
        problems=(Problem(error=type(error).__name__, record=None, message=message),),
    )
