"""``extract_dataset``: extraction as a step of a Ray dataset.

Reading, writing, scaling, the retries of what a lost worker had, and progress are Ray's.
"""

import asyncio
import threading
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

from extractor.distributed.cluster import CORES, Held, load_ray, open_limits, workers_of
from extractor.distributed.rows import entry_of, table_of
from extractor.distributed.worker import Job, Worker
from extractor.errors import ArticleError, ConfigurationError, InvalidInput, RunStopped
from extractor.library import Extractor
from extractor.runs.inputs import COLUMNS, Entry
from extractor.runs.run import failed
from extractor.schemas.extraction.v1 import Extraction
from extractor.settings import Options

if TYPE_CHECKING:
    from ray.data import Dataset

ROWS = 32
"""Rows of a block: what is done again when a worker is lost, as far as it can from its node's cache."""

_BLOCKS_AT_A_TIME = 2
"""Blocks that a worker has in hand: a second one, so that the last articles of the first leave it not idle,
and no more, so that those who start first do not take what others would begin with."""


def extract_dataset(
    dataset: "Dataset",
    *,
    columns: Mapping[str, str] | None = None,
    rows: int = ROWS,
    **options: Unpack[Options],
) -> "Dataset":
    """Extract every row of a dataset; see ``rows.COLUMNS`` for what comes out.

    Nothing is done before the dataset is consumed. An article that fails, cannot be read or is not come to
    because ``max_cost`` is reached gives a row that says so. Rows come in any order.

    Args:
        dataset: rows with ``text`` (or ``html``) and, if wanted, ``id``, ``title``, ``url``, ``published``,
            ``language``, ``author``, ``site``.
        columns: names of columns that are called otherwise, such as ``{"text": "body"}``.
        rows: most rows of a block, which is what one worker does at a time and again if it is lost.
        options: see ``Settings``. ``workers`` is the number of worker processes, by default one for each core
            of the cluster; ``concurrency`` the most calls in flight of each of them; ``rpm``, ``tpm`` and
            ``max_cost`` hold for all of them together; ``cache`` is a folder of each node.

    Raises:
        MissingExtra: Ray is not installed.
        InvalidInput: ``columns`` has a name that is none.
        InvalidSetting, NoModel, NoPrice, NoSuchPrompt: as ``Extractor``. A key that is refused and the like
            ends the job when it is met.
    """
    ray, data = load_ray(), load_ray("ray.data")
    named = dict(columns or {})
    if unknown := set(named) - set(COLUMNS):
        raise InvalidInput(min(unknown), f"no column of an article; there are {', '.join(COLUMNS)}")
    with Extractor(**options) as extractor:
        job = Job(uuid.uuid4().hex, extractor.settings, extractor.model_name)
    if not ray.is_initialized():
        ray.init()
    pool = data.ActorPoolStrategy(
        size=workers_of(ray, job.settings),
        max_tasks_in_flight_per_actor=_BLOCKS_AT_A_TIME,
        max_concurrent_calls_per_actor=_BLOCKS_AT_A_TIME,
        enable_true_multi_threading=True,
    )
    blocks: Any = dataset.repartition(target_num_rows_per_block=rows, strict=True)
    extracted: Dataset = blocks.map_batches(
        Blocks,
        fn_constructor_args=(job, open_limits(ray, job.settings, job.name), named),
        batch_size=None,
        batch_format="pyarrow",
        compute=pool,
        num_cpus=CORES,
    )
    return extracted


class Blocks:
    """What Ray calls with blocks of rows, from several threads: a worker on an event loop of its own.

    Args:
        job: what to do.
        limits: the actor that keeps the job's limits.
        columns: names of columns that are called otherwise.
    """

    def __init__(self, job: Job, limits: Held, columns: Mapping[str, str]) -> None:
        self._worker = Worker(job, limits)
        self._columns = columns
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="extractor", daemon=True).start()

    def __call__(self, block: Any) -> Any:
        """The results of the rows of a block, in their order."""
        entries = [entry_of(row, self._columns) for row in block.to_pylist()]
        results = asyncio.run_coroutine_threadsafe(self._extract(entries), self._loop).result()
        return table_of(load_ray("pyarrow"), results)

    async def _extract(self, entries: list[Entry]) -> list[Extraction]:
        return await asyncio.gather(*map(self._result, entries))

    async def _result(self, entry: Entry) -> Extraction:
        try:
            article = entry.read()
        except ArticleError as error:
            return failed(entry.id, None, error)
        outcome = (await self._worker.extract(article)).outcome
        if isinstance(outcome, ConfigurationError):
            raise outcome
        return failed(article.id, article, outcome) if isinstance(outcome, RunStopped) else outcome
