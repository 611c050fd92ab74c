"""The provider's Batch endpoints: files of requests in, files of answers out, within a day, for less."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from extractor.errors import ModelUnavailable, NoBatches, UnknownModel
from extractor.models.batch_lines import URL, Answer, read_answer
from extractor.models.endpoint import Endpoint
from extractor.settings import Settings

MOST_REQUESTS = 50_000
"""Requests that OpenAI takes in one batch."""

MOST_BYTES = 180_000_000
"""Bytes of one input file, below OpenAI's 200 MB."""

_NAME = "extractor"
State = Literal["running", "completed", "failed"]
_RUNNING = ("validating", "in_progress", "finalizing", "cancelling")


@dataclass(frozen=True)
class Batch:
    """What the provider says of a batch.

    Args:
        id: its name there.
        state: failed batches may have answers too, if they expired or were cancelled on the way.
        status: the provider's own word.
        done, total: its requests.
        files: ids of the files that hold answers and errors.
        reason: why it failed.
    """

    id: str
    state: State
    status: str
    done: int
    total: int
    files: tuple[str, ...]
    reason: str | None


class Batches:
    """The Batch endpoints of the settings' provider."""

    def __init__(self, settings: Settings) -> None:
        self._endpoint = Endpoint(settings)
        self._model = settings.model or ""

    async def find(self, name: str) -> str | None:
        """The id of a batch that was sent under a name, if it is among the latest hundred.

        A process that was killed between sending a batch and writing its id down finds it again by this.
        """
        async with self._asking():
            page = await self._endpoint.client.batches.list(limit=100)
        named = (each.id for each in page.data if (each.metadata or {}).get(_NAME) == name)
        return next(named, None)

    async def submit(self, path: Path, name: str) -> str:
        """Send a file of requests under a name; the batch's id.

        Raises:
            NoBatches: the endpoint takes none.
            ModelUnavailable, ConfigurationError, RequestRejected: it was not taken.
        """
        client = self._endpoint.client
        async with self._asking():
            file = await client.files.create(file=path, purpose="batch")
            made = await client.batches.create(
                input_file_id=file.id, endpoint=URL, completion_window="24h", metadata={_NAME: name}
            )
        return made.id

    async def look(self, id_: str) -> Batch:
        """What has become of a batch."""
        async with self._asking():
            found = await self._endpoint.client.batches.retrieve(id_)
        state: State = "running" if found.status in _RUNNING else "completed"
        if found.status not in (*_RUNNING, "completed"):
            state = "failed"
        counts = found.request_counts
        errors = found.errors.data if found.errors else None
        return Batch(
            id_,
            state,
            found.status,
            counts.completed + counts.failed if counts else 0,
            counts.total if counts else 0,
            tuple(each for each in (found.output_file_id, found.error_file_id) if each),
            "; ".join(each.message or "" for each in errors) if errors else None,
        )

    async def answers(self, batch: Batch) -> AsyncIterator[Answer]:
        """The lines of its files."""
        for file in batch.files:
            async with self._asking():
                content = await self._endpoint.client.files.content(file)
            for line in content.text.split("\n"):
                if line.strip():
                    yield _answer(line)

    @asynccontextmanager
    async def _asking(self) -> AsyncGenerator[None]:
        """HTTP 404 is here about batches and not about the model."""
        try:
            async with self._endpoint.asking(self._model):
                yield
        except UnknownModel as error:
            raise NoBatches(error.reason) from None

    async def aclose(self) -> None:
        """Close the connections."""
        await self._endpoint.aclose()


def _answer(line: str) -> Answer:
    try:
        return read_answer(line)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ModelUnavailable(f"a batch's file has a line that is no answer ({error})") from error
