"""Batch endpoints in memory, and an online model that should not be needed."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from doubles.loopback import Body
from doubles.notices import answer, record_of
from doubles.scripted import reply
from extractor.models.batch_lines import Answer
from extractor.models.batches import Batch, State
from extractor.models.call import Reply, Request


def good(body: Body) -> Reply:
    """The good reply about a notice, as a batch gives it."""
    return replace(reply(answer(body)), batch=True)


@dataclass
class Provider:
    """Takes batches and answers them at once.

    Args:
        answer: the reply to a request; None if the batch failed at it.
        looks: how often a batch is looked at while it runs.
        state, status: what becomes of every batch.
        strangers: answers that come although nobody asked.
    """

    answer: Callable[[Body], Reply | None] = good
    looks: int = 0
    state: State = "completed"
    status: str = "completed"
    reason: str | None = None
    strangers: Sequence[Answer] = ()
    sent: list[list[Body]] = field(default_factory=list[list[Body]])
    names: dict[str, str] = field(default_factory=dict[str, str])
    looked: list[str] = field(default_factory=list[str])
    online: list[Request] = field(default_factory=list[Request])

    async def find(self, name: str) -> str | None:
        """Find a batch by the name it was sent under."""
        return self.names.get(name)

    async def submit(self, path: Path, name: str) -> str:
        """Take a file of requests."""
        self.sent.append(_lines(path))
        self.names[name] = f"batch-{len(self.sent)}"
        return self.names[name]

    async def look(self, id_: str) -> Batch:
        """Say how far a batch is."""
        self.looked.append(id_)
        total = len(self.sent[int(id_.removeprefix("batch-")) - 1])
        if self.looked.count(id_) <= self.looks:
            return Batch(id_, "running", "in_progress", 0, total, (), None)
        return Batch(id_, self.state, self.status, total, total, (), self.reason)

    async def answers(self, batch: Batch) -> AsyncIterator[Answer]:
        """Answer a batch, in no order."""
        for each in self.strangers:
            yield each
        for line in reversed(self.sent[int(batch.id.removeprefix("batch-")) - 1]):
            given = self.answer(line["body"])
            yield Answer(line["custom_id"], given, None if given else "it failed")

    async def ask(self, request: Request) -> Reply:
        """Answer online, and well."""
        self.online.append(request)
        return reply(answer(dict(request.body)))

    @property
    def records(self) -> list[tuple[str, int]]:
        """What each batch asked for, and how many requests it had."""
        return [
            ("+".join(sorted({record_of(line["body"]) for line in lines})), len(lines)) for lines in self.sent
        ]


def _lines(path: Path) -> list[Body]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
