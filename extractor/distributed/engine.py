"""``Cluster``: a folder run whose articles are extracted on a Ray cluster.

The run reads, orders, skips and writes as it does alone; only what is between an article and its result is
elsewhere. Ray starts a worker that was lost again, and gives it its articles again.
"""

import asyncio
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from extractor.article import Article
from extractor.distributed.cluster import CORES, MOST_CALLS, load_ray, open_limits, workers_of
from extractor.distributed.worker import Done, Job, Worker
from extractor.errors import ExtractorError, WorkerDied
from extractor.library import SPARE
from extractor.runs.engine import Crew, Work
from extractor.schemas.extraction.v1 import Extraction


@dataclass
class _Place:
    """A worker and how many articles it has."""

    worker: Any
    load: int = 0


@dataclass(frozen=True)
class Cluster:
    """The engine of a run: workers on a Ray cluster.

    ``workers`` of the settings is their number, by default one for each core of the cluster; ``concurrency``
    the most calls in flight of each of them; ``rpm``, ``tpm`` and ``max_cost`` hold for all of them together;
    ``cache`` is a folder of each node.

    Args:
        address: of the cluster, such as ``auto``, ``10.0.0.1:6379`` or ``ray://10.0.0.1:10001``; None for
            RAY_ADDRESS, a cluster that runs here, or else one of this machine alone for as long as the run.

    Raises:
        MissingExtra: Ray is not installed.
    """

    address: str | None = None

    @asynccontextmanager
    async def open(self, work: Work) -> AsyncGenerator[Crew]:
        """Workers for a run, until the block ends."""
        ray = load_ray()
        connects = not ray.is_initialized()
        if connects:
            await asyncio.to_thread(ray.init, self.address, log_to_driver=False, logging_level="warning")
        try:
            async with _crew(ray, work) as crew:
                yield crew
        finally:
            if connects:
                await asyncio.to_thread(ray.shutdown)


@asynccontextmanager
async def _crew(ray: Any, work: Work) -> AsyncGenerator[Crew]:
    # a run that goes on has its name already, and the actor of its last start may still be about to end
    name = f"{work.run}-{uuid.uuid4().hex[:8]}"
    limits = await asyncio.to_thread(open_limits, ray, work.settings, name, work.before)
    job = Job(work.run, work.settings, work.model)
    actor = ray.remote(num_cpus=CORES, max_restarts=-1, max_task_retries=-1, max_concurrency=MOST_CALLS)(
        Worker
    )
    places = [_Place(actor.remote(job, limits)) for _ in range(workers_of(ray, work.settings))]

    async def attempt(article: Article) -> Extraction:
        return await _attempt(ray, work, min(places, key=lambda each: each.load), article)

    def halt(error: ExtractorError) -> None:
        limits.actor.stop.remote(error)

    try:
        yield Crew(attempt, SPARE * work.settings.concurrency * len(places), halt)
    finally:
        for place in places:
            ray.kill(place.worker)
        ray.kill(limits.actor)


async def _attempt(ray: Any, work: Work, place: _Place, article: Article) -> Extraction:
    place.load += 1
    try:
        done: Done = await place.worker.extract.remote(article)
    except ray.exceptions.RayActorError as error:
        raise WorkerDied from error
    finally:
        place.load -= 1
    for line in done.replies:
        work.replies.add(line)
    for reply in done.paid:
        work.count(reply)
    if isinstance(done.outcome, ExtractorError):
        raise done.outcome
    return done.outcome
