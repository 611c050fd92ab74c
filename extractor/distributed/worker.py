"""A process of the cluster: the model's layers of its own, under limits that it shares with the others."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib import import_module

from extractor.article import Article
from extractor.distributed.cluster import Held, load_ray
from extractor.distributed.limits import Line
from extractor.errors import ConfigurationError, RunStopped
from extractor.library import SPARE
from extractor.models.call import Model, Reply, Request
from extractor.models.stack import Shared, Stack, open_model
from extractor.pipeline import attempt_article
from extractor.runs.run import isolated
from extractor.schemas.extraction.v1 import Extraction
from extractor.settings import Settings


@dataclass(frozen=True)
class Job:
    """What all workers do.

    Args:
        name: of the job; a reply that it paid for itself does not count as cached when a lost worker's part
            is done again.
        settings, model: what is asked.
    """

    name: str
    settings: Settings
    model: str


@dataclass(frozen=True)
class Done:
    """What became of an article.

    Args:
        outcome: its result, or what makes all others pointless.
        replies: the lines that a run keeps of its replies.
        paid: those replies that were paid for.
    """

    outcome: Extraction | ConfigurationError | RunStopped
    replies: tuple[bytes, ...]
    paid: tuple[Reply, ...]


class _Kept:
    """Lines, until they are handed over."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def add(self, line: bytes) -> None:
        self.lines.append(line)


class Worker:
    """Extracts articles of a job, as many at a time as keep its calls in flight.

    Everything is opened with the first article, on the event loop that it comes on.

    Args:
        job: what to do.
        limits: the actor that keeps the job's limits.
    """

    def __init__(self, job: Job, limits: Held) -> None:
        self._job = job
        self._line = Line(limits.actor, load_ray("ray.exceptions").RayActorError)
        self._opening = asyncio.Lock()
        self._places = asyncio.Semaphore(SPARE * job.settings.concurrency)
        self._stack: Stack | None = None
        self._open = AsyncExitStack()
        self._coming_by: asyncio.Task[None] | None = None

    async def extract(self, article: Article) -> Done:
        """Extract one article; a failure is a result too."""
        async with self._places:
            stack = await self._opened()
            held, paid = _Kept(), list[Reply]()
            model = _noting(stack.of_run(self._job.name, held), paid)

            async def attempt(article: Article) -> Extraction:
                return await attempt_article(article, model, self._job.settings, self._job.model)

            outcome: Extraction | ConfigurationError | RunStopped
            try:
                outcome = await isolated(attempt, article, self._job.settings.article_deadline)
            except (ConfigurationError, RunStopped) as error:
                outcome = error
            return Done(outcome, tuple(held.lines), tuple(paid))

    async def _opened(self) -> Stack:
        async with self._opening:
            if self._stack is None:
                if not self._job.settings.replay:
                    # over 1 s, after which the calls that were let go meanwhile would start all at once
                    await asyncio.to_thread(import_module, "extractor.models.openai")
                shared = Shared(self._line, self._line)
                self._stack = await self._open.enter_async_context(open_model(self._job.settings, shared))
                self._coming_by = asyncio.create_task(self._line.keep_coming_by())
            return self._stack


def _noting(inner: Model, paid: list[Reply]) -> Model:
    """A layer that notes which replies were paid for."""

    async def ask(request: Request) -> Reply:
        reply = await inner(request)
        if not reply.stored:
            paid.append(reply)
        return reply

    return ask
