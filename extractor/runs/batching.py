"""``--batch``: the rounds of a run through the provider's Batch endpoints, into the reply cache.

Each round takes every article as far as the cache goes, collects the requests that it then waits for, sends
them as batches and keeps the answers. When nothing is pending, or only what the provider failed at twice, the
ordinary run finds its replies in the cache and asks what is left online. What was sent stands in
``OUT/batch.json`` before it is waited for, so a restart goes on waiting and sends nothing again.
"""

import asyncio
import json
from collections import Counter
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from extractor.article import Article
from extractor.errors import ExtractorError, InvalidBatchFile, ModelUnavailable, NoBatches, ReplayError
from extractor.models.batch_lines import Answer, input_line
from extractor.models.batches import MOST_BYTES, MOST_REQUESTS, Batch
from extractor.models.cache import Cached
from extractor.models.call import Model, Reply, Request
from extractor.models.meter import Metered
from extractor.runs.inputs import Entry

STATE = "batch.json"
"""The file that says which batches were sent and not yet collected."""

TRIES = 2
"""How often a request is sent in a batch; after that it is asked online."""

BUSY = 10
"""How often a batch is tried to be sent while the provider is busy."""

ROUNDS = 12
"""Rounds at the most: three records, their repairs and second chances."""


class Provider(Protocol):
    """The part of ``Batches`` that is used."""

    async def find(self, name: str) -> str | None:
        """The id of a batch that was sent under a name."""
        ...

    async def submit(self, path: Path, name: str) -> str:
        """Send a file of requests under a name."""
        ...

    async def look(self, id_: str) -> Batch:
        """What has become of a batch."""
        ...

    def answers(self, batch: Batch) -> AsyncIterator[Answer]:
        """The answers of a batch."""
        ...


Attempt = Callable[[Model, Article], Awaitable[object]]
"""Extracts an article with a model."""


@dataclass(unsafe_hash=True)
class _Pending(ReplayError):
    request: Request


@dataclass
class Prefetch:
    """The rounds of one run.

    Args:
        out: the output folder.
        run: the run's name in the cache.
        cached: where answers go.
        meter: counts what they cost, and knows how much may be spent.
        provider: the Batch endpoints.
        poll: seconds between two looks at a batch.
        tell: is told what happens, a line at a time.
    """

    out: Path
    run: str
    cached: Cached
    meter: Metered
    provider: Provider
    poll: float
    tell: Callable[[str], None]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _sent: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    _tries: Counter[str] = field(default_factory=Counter[str])

    async def __call__(self, entries: Iterable[Entry], attempt: Attempt) -> None:
        """Send and collect until nothing is pending, or no more may be spent.

        Args:
            entries: the articles that are to be extracted.
            attempt: extracts one with a model.

        Raises:
            ModelError, ConfigurationError: the provider does not take or give batches.
        """
        self._load()
        pending = self.out / "batch-pending.jsonl"
        try:
            for number in range(1, ROUNDS + 1):
                await self._collect()
                count = await self._gather(entries, attempt, pending)
                if not count:
                    break
                self.tell(f"round {number}: {_requests(count)}")
                await self._send(pending)
        finally:
            pending.unlink(missing_ok=True)

    async def _gather(self, entries: Iterable[Entry], attempt: Attempt, path: Path) -> int:
        """Write the requests that the articles wait for, each once, as many as may be paid for."""
        known: set[str] = set()
        reserved = 0.0
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for entry in entries:
                request = await self._waiting(entry, attempt)
                if request is None or request.key in known or self._tries[request.key] >= TRIES:
                    continue
                reserved += self.meter.most(request, batch=True)
                if reserved > self.meter.left:
                    self.tell("the next request could cost more than is left of --max-cost: no more are sent")
                    break
                known.add(request.key)
                file.write(f"{request.prompt} {input_line(request.key, request.body)}\n")
        return len(known)

    async def _waiting(self, entry: Entry, attempt: Attempt) -> Request | None:
        try:
            await attempt(self._answer, entry.read())
        except _Pending as pending:
            return pending.request
        except ExtractorError:
            return None  # the run that follows says so
        return None

    async def _answer(self, request: Request) -> Reply:
        reply = await self.cached.find(request, run=self.run)
        if reply is None:
            raise _Pending(request)
        return reply

    async def _send(self, pending: Path) -> None:
        for number, (prompts, lines) in enumerate(_parts(pending), start=1):
            tries = sum(self._tries[key] for key in prompts)  # what is sent a second time has another name
            name = sha256("".join((self.run, str(tries), *lines)).encode()).hexdigest()
            with _written(self.out / f"batch-input-{number}.jsonl", lines) as path:
                id_ = await self._sent_as(name, path)
            self._tries.update(prompts.keys())
            self._sent.append({"id": id_, "prompts": json.dumps(prompts)})
            self._save()
            self.tell(f"batch {id_}: {_requests(len(lines))} sent")

    async def _sent_as(self, name: str, path: Path) -> str:
        """The id of the batch of a name: one that was sent before, or sent now; never two."""
        for left in reversed(range(BUSY)):
            try:
                return await self.provider.find(name) or await self.provider.submit(path, name)
            except ModelUnavailable as error:
                if not left:
                    raise
                self.tell(f"not sent yet: {error}; tried again in {self.poll:g} seconds")
                await self.sleep(self.poll)
        raise AssertionError("there is at least one attempt")

    async def _collect(self) -> None:
        """Wait for every batch that was sent, and keep its answers."""
        while self._sent:
            try:
                if not await self._collected(self._sent[0]):
                    await self.sleep(self.poll)
                    continue
            except ModelUnavailable as error:
                self.tell(f"batch {self._sent[0]['id']}: {error}; asked again in {self.poll:g} seconds")
                await self.sleep(self.poll)
                continue
            except NoBatches as error:
                self.tell(f"batch {self._sent[0]['id']}: {error}; its requests are sent again")
            del self._sent[0]
            self._save()

    async def _collected(self, sent: Mapping[str, str]) -> bool:
        """Whether a batch has ended; its answers are kept then."""
        batch = await self.provider.look(sent["id"])
        if batch.state == "running":
            self.tell(f"batch {batch.id}: {batch.status}, {batch.done:,} of {batch.total:,}")
            return False
        prompts: dict[str, str] = json.loads(sent["prompts"])
        kept = failed = 0
        async for answer in self.provider.answers(batch):
            if await self._keep(answer, prompts):
                kept += 1
            else:
                failed += 1
        reason = f" ({batch.reason})" if batch.reason else ""
        self.tell(f"batch {batch.id}: {batch.status}{reason}, {kept:,} answers kept, {failed:,} failed")
        return True

    async def _keep(self, answer: Answer, prompts: dict[str, str]) -> bool:
        """Store an answer, once: a collection that was broken off begins again."""
        prompt = prompts.pop(answer.custom_id, None)
        if answer.reply is None or prompt is None:
            return False
        if await self.cached.holds(answer.custom_id):
            return True
        self.meter.count(answer.reply)
        return await self.cached.keep_under(answer.custom_id, prompt, answer.reply, run=self.run)

    def _load(self) -> None:
        path = self.out / STATE
        if not path.is_file():
            return
        try:
            told = json.loads(path.read_bytes())
            self._sent = [{"id": str(each["id"]), "prompts": str(each["prompts"])} for each in told["sent"]]
            self._tries = Counter({str(key): int(count) for key, count in told["tries"].items()})
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise InvalidBatchFile(str(path), 1, f"damaged ({error})") from error

    def _save(self) -> None:
        """Write the state whole; nothing is left to say when every batch is collected."""
        path = self.out / STATE
        part = path.with_suffix(".part")
        part.write_text(json.dumps({"sent": self._sent, "tries": self._tries}), encoding="utf-8")
        part.replace(path)


def _requests(count: int) -> str:
    return f"{count:,} {'request' if count == 1 else 'requests'}"


@contextmanager
def _written(path: Path, lines: Sequence[str]) -> Generator[Path]:
    """A file that is there while it is needed."""
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    try:
        yield path
    finally:
        path.unlink()


def _parts(path: Path) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Prompts by request key, and the lines, of as many files as the provider's limits make of one."""
    prompts: dict[str, str] = {}
    lines: list[str] = []
    size = 0
    with path.open(encoding="utf-8") as file:
        for each in file:
            prompt, _, line = each.partition(" ")
            if lines and (len(lines) >= MOST_REQUESTS or size + len(line.encode()) > MOST_BYTES):
                yield prompts, lines
                prompts, lines, size = {}, [], 0
            prompts[json.loads(line)["custom_id"]] = prompt
            lines.append(line)
            size += len(line.encode())
    if lines:
        yield prompts, lines
