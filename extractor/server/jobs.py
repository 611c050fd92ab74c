"""Jobs: folder runs in threads, one after the other or a few at a time, that go on after a restart.

A job's folder holds ``articles.jsonl`` and ``out``, the output folder of ``extract_folder``: its ledger says
what is done, its replies what was paid for. What ends the service, kill -9 included, leaves a job that is
queued again at the next start and asks only what is missing.
"""

import json
import logging
import shutil
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from extractor.errors import ExtractorError
from extractor.library import Extractor
from extractor.models.kept import paid_before
from extractor.prices import Price
from extractor.report.site import FOLDER, write_report
from extractor.runs.inputs import Inputs
from extractor.runs.ledger import LEDGER, read_results
from extractor.runs.progress import Progress
from extractor.runs.summary import Summary
from extractor.runs.texts import results_with_texts
from extractor.schemas.extraction.v1 import Extraction
from extractor.server.metrics import Metrics
from extractor.server.store import ENDED, Job, Key, State, Store, now
from extractor.settings import Options

ARTICLES = "articles.jsonl"
"""The rows of a job, in its folder; articles without an id are named by it."""

_OUT = "out"
_MOST_CAUSES = 20
_LOG = logging.getLogger("extractor.server")


@dataclass
class _Running:
    """A job under way, of a key."""

    key: str
    extractor: Extractor | None = None
    progress: dict[str, Any] = field(default_factory=dict[str, Any])
    is_called_off: bool = False


@dataclass(frozen=True)
class Means:
    """What jobs are done with.

    Args:
        store: what is known of them.
        folder: where their folders are.
        options: what to extract with.
        price: of the model, None if not known.
        metrics: is told of results.
    """

    store: Store
    folder: Path
    options: Options
    price: Price | None
    metrics: Metrics


class Jobs:
    """Every job there is.

    Args:
        means: what to do them with.
        at_a_time: how many run at once.
    """

    def __init__(self, means: Means, at_a_time: int) -> None:
        self._store = means.store
        self._folder = means.folder
        self._options = means.options
        self._price = means.price
        self._metrics = means.metrics
        self._running: dict[str, _Running] = {}
        self._changed = threading.Condition()
        self.is_closing = False
        self._store.put_back()
        self._threads = [
            threading.Thread(target=self._work, name=f"jobs-{number}", daemon=True)
            for number in range(at_a_time)
        ]
        for thread in self._threads:
            thread.start()

    def new_folder(self) -> tuple[str, Path]:
        """An id and a folder for a job that is being received."""
        id_ = uuid.uuid4().hex
        folder = self._folder / id_
        folder.mkdir(parents=True)
        return id_, folder

    def drop(self, id_: str) -> None:
        """Take away the folder of a job that was not received as a whole."""
        shutil.rmtree(self._folder / id_, ignore_errors=True)

    def submit(self, id_: str, key: Key, articles: int) -> Job:
        """Queue a job whose articles are in its folder."""
        job = Job(id_, key.name, "queued", articles, now())
        self._store.add_job(job)
        with self._changed:
            self._changed.notify()
        return job

    def cancel(self, job: Job) -> None:
        """Let a job end: calls in flight end, what is finished stays."""
        self._store.cancel(job.id)
        with self._changed:
            running = self._running.get(job.id)
            if running:
                running.is_called_off = True
        if running and running.extractor:
            running.extractor.stop()

    def progress(self, job: Job) -> dict[str, Any]:
        """How far a job is: counts of its articles, calls and cost."""
        running = self._running.get(job.id)
        if running and running.progress:
            return running.progress
        told: dict[str, Any] = json.loads(job.summary) if job.summary else {}
        return told.get("progress") or _counts(Progress(), job)

    def out(self, job: Job) -> Path:
        """The output folder of a job's run."""
        return self._folder / job.id / _OUT

    def results(self, job: Job) -> Iterator[bytes]:
        """The results so far, a line each."""
        if (self.out(job) / LEDGER).is_file():
            for result in read_results(self.out(job)):
                yield result.model_dump_json().encode() + b"\n"

    def close(self, seconds: float) -> None:
        """End: jobs stop after the calls in flight and are queued for the next start."""
        with self._changed:
            self.is_closing = True
            running = list(self._running.values())
            self._changed.notify_all()
        for each in running:
            if each.extractor:
                each.extractor.stop()
        for thread in self._threads:
            thread.join(seconds)

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                self._run(job)
            except Exception as error:  # noqa: BLE001 - no job ends the thread that the next one needs
                _LOG.exception("job", extra={"told": {"job": job.id}})
                self._end(job, "failed", None, f"unexpected: {type(error).__name__}")
            finally:
                with self._changed:
                    self._running.pop(job.id, None)

    def _next(self) -> Job | None:
        with self._changed:
            while not self.is_closing:
                job = self._store.take_job(frozenset(each.key for each in self._running.values()))
                if job:
                    self._running[job.id] = _Running(job.key)
                    return job
                self._changed.wait()
        return None

    def _run(self, job: Job) -> None:
        running = self._running[job.id]
        inputs = Inputs((ARTICLES,), base=str(self._folder / job.id))

        def watch(progress: Progress, result: Extraction | None) -> None:
            running.progress = _counts(progress, job)
            if result:
                self._metrics.article(result)

        try:
            with Extractor(**self._allowed(job)) as extractor:
                running.extractor = extractor
                if job.is_cancelled or running.is_called_off or self.is_closing:
                    extractor.stop()
                summary = extractor.extract_folder(inputs, out=self.out(job), watch=watch)
            if (self.out(job) / LEDGER).is_file():
                write_report(results_with_texts(self.out(job), inputs), self.out(job) / FOLDER)
        except ExtractorError as error:
            self._end(job, "failed", None, str(error))
            return
        is_cancelled = running.is_called_off or job.is_cancelled
        if summary.stopped and self.is_closing and not is_cancelled:
            self._account(job)
            self._store.put_back(job.id)
        else:
            state: State = "cancelled" if is_cancelled else "stopped" if summary.stopped else "complete"
            self._end(job, state, summary, summary.stopped)

    def _allowed(self, job: Job) -> Options:
        """The options with what the job's key may still spend."""
        key = next((key for key in self._store.list_keys() if key.name == job.key), None)
        if key is None or key.dollars is None:
            return self._options
        # what the job itself spent before counts against its limit again
        left = max(0.0, key.dollars - self._store.spent(key.name)) + (job.cost or 0.0)
        most = self._options.get("max_cost")
        return {**self._options, "max_cost": left if most is None else min(left, most)}

    def _account(self, job: Job) -> float | None:
        """What the job has cost by now, of which the key has not been told yet."""
        if self._price is None or not self.out(job).is_dir():
            return None
        cost = paid_before(self.out(job), self._price)
        known = self._store.job(job.id, job.key)
        before = (known.cost if known else None) or 0.0
        if cost > before:
            self._store.spend(job.key, cost - before)
            self._store.set_cost(job.id, cost)
            self._metrics.cost(cost - before)
        return cost

    def _end(self, job: Job, state: State, summary: Summary | None, reason: str | None) -> None:
        cost = self._account(job)
        told = {
            "progress": self._running[job.id].progress,
            "failures": [
                {
                    "error": cause.error,
                    "articles": cause.articles,
                    "advice": cause.advice,
                    "examples": [id_ for id_, _ in cause.examples[:_MOST_CAUSES]],
                }
                for cause in list(summary.causes.values())[:_MOST_CAUSES]
            ]
            if summary
            else [],
        }
        self._store.end(job.id, state, cost=cost, summary=json.dumps(told), reason=reason)
        _LOG.info("job", extra={"told": {"job": job.id, "state": state, "cost": cost}})


def is_over(job: Job) -> bool:
    """Whether a job has ended."""
    return job.state in ENDED


def _counts(progress: Progress, job: Job) -> dict[str, Any]:
    return {
        "articles": job.articles,
        "done_before": progress.skipped,
        "complete": progress.complete,
        "partial": progress.partial,
        "failed": progress.failed,
        "calls": progress.paid.calls,
        "cost": progress.paid.cost,
    }
