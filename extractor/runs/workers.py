"""Processes that do a run's work between calls: rendering, parsing, grounding.

A worker runs whole articles, but its model asks the parent, where cache, limits and connections are one for
all. So the pipeline is the same with and without workers, and one core can make calls while others ground
their replies.
"""

import asyncio
import os
import pickle
import signal
import socket
import struct
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from typing import Any

from extractor.article import Article
from extractor.errors import ExtractorError, WorkerDied
from extractor.models.call import Model, Reply, Request
from extractor.pipeline import attempt_article
from extractor.schemas.extraction.v1 import Extraction
from extractor.settings import Settings

_LENGTH = struct.Struct("!I")
_STREAM_LIMIT = 2**20

Message = tuple[Any, ...]
"""What goes between parent and worker: a word that says what it is, then its parts. Both are this program,
so that a pickle is read from nobody else."""


class _Line:
    """Whole messages in both directions over a socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def over(cls, own: socket.socket) -> "_Line":
        return cls(*await asyncio.open_connection(sock=own, limit=_STREAM_LIMIT))

    def send(self, *message: Any) -> None:
        data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        self._writer.write(_LENGTH.pack(len(data)) + data)

    async def receive(self) -> Message | None:
        """The next message, None when the other side is gone."""
        try:
            (length,) = _LENGTH.unpack(await self._reader.readexactly(_LENGTH.size))
            data = await self._reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        message: Message = pickle.loads(data)  # noqa: S301 - from our own process
        return message

    def close(self) -> None:
        self._writer.close()


class Workers:
    """Some worker processes; use ``open_workers``."""

    def __init__(self, lines: list[_Line], here: Callable[[Model, Article], Awaitable[Extraction]]) -> None:
        self._workers = [_Worker(line) for line in lines]
        self._here = here

    async def attempt(self, model: Model, article: Article) -> Extraction:
        """Extract an article in the process that has the least to do, with its calls made here.

        If every process has ended, the work is done here too.

        Raises:
            WorkerDied: the process ended meanwhile.
            ExtractorError: as ``attempt_article``.
        """
        alive = [worker for worker in self._workers if worker.is_alive]
        if not alive:
            return await self._here(model, article)
        return await min(alive, key=lambda worker: worker.load).attempt(model, article)

    def close(self) -> None:
        """Let the processes end."""
        for worker in self._workers:
            worker.close()


class _Worker:
    """The parent's side of one process."""

    def __init__(self, line: _Line) -> None:
        self._line = line
        self._numbers = count()
        self._waiting: dict[int, tuple[Model, asyncio.Future[Extraction]]] = {}
        self._calls: set[asyncio.Task[None]] = set()
        self._listening = asyncio.create_task(self._listen())
        self.is_alive = True

    @property
    def load(self) -> int:
        return len(self._waiting)

    async def attempt(self, model: Model, article: Article) -> Extraction:
        number = next(self._numbers)
        result: asyncio.Future[Extraction] = asyncio.get_running_loop().create_future()
        self._waiting[number] = model, result
        self._line.send("extract", number, article)
        try:
            return await result
        except asyncio.CancelledError:
            self._line.send("cancel", number)
            raise
        finally:
            del self._waiting[number]

    async def _listen(self) -> None:
        while (message := await self._line.receive()) is not None:
            kind, number, *rest = message
            waiting = self._waiting.get(number)
            if waiting is None:
                continue  # it was cancelled meanwhile
            model, result = waiting
            if kind == "ask":
                call = asyncio.create_task(self._call(model, *rest))
                self._calls.add(call)
                call.add_done_callback(self._calls.discard)
            elif not result.done():
                result.set_result(rest[0]) if kind == "done" else result.set_exception(rest[0])
        self.is_alive = False
        for _, result in self._waiting.values():
            if not result.done():
                result.set_exception(WorkerDied())

    async def _call(self, model: Model, number: int, request: Request) -> None:
        try:
            self._line.send("reply", number, await model(request))
        except ExtractorError as error:
            self._line.send("error", number, error)
        except Exception as error:  # noqa: BLE001 - told to the worker, where it fails the article as without workers
            self._line.send("error", number, RuntimeError(f"{type(error).__name__}: {error}"))

    def close(self) -> None:
        self._listening.cancel()
        self._line.close()


@asynccontextmanager
async def open_workers(number: int, settings: Settings, model_name: str) -> AsyncGenerator[Workers]:
    """So many processes, until the block ends.

    They are commands and no forks or spawned copies, so that a caller's script is not run again in them.

    Args:
        number: of processes.
        settings: what to ask; the key and the cache stay here.
        model_name: the model to put into requests.
    """
    told = settings.model_copy(update={"api_key": None, "cache": False})
    processes: list[asyncio.subprocess.Process] = []
    lines: list[_Line] = []
    try:
        for _ in range(number):
            ours, theirs = socket.socketpair()
            with theirs:
                processes.append(
                    await asyncio.create_subprocess_exec(
                        sys.executable,
                        "-m",
                        __name__,
                        str(theirs.fileno()),
                        pass_fds=(theirs.fileno(),),
                        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
                    )
                )
            lines.append(await _Line.over(ours))
            lines[-1].send(told, model_name)
        workers = Workers(lines, partial(_here, settings, model_name))
        try:
            yield workers
        finally:
            workers.close()
    finally:
        for process in processes:
            await process.wait()


async def _here(settings: Settings, name: str, model: Model, article: Article) -> Extraction:
    return await attempt_article(article, model, settings, name)


def main(descriptor: str) -> None:
    """A worker's whole life: extract what comes until the parent is gone.

    Args:
        descriptor: number of the socket that it was started with.
    """
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C is for the parent, which ends the line when it is done
    asyncio.run(_serve(socket.socket(fileno=int(descriptor))))


async def _serve(own: socket.socket) -> None:
    line = await _Line.over(own)
    told = await line.receive()
    if told is None:
        return
    settings, model_name = told
    asking = _Asking(line)
    tasks: dict[int, asyncio.Task[None]] = {}
    while (message := await line.receive()) is not None:
        kind, number, *rest = message
        if kind == "extract":
            attempt = _attempt(line, number, rest[0], asking.about(number), settings, model_name)
            tasks[number] = task = asyncio.create_task(attempt)
            task.add_done_callback(partial(_forget, tasks, number))
        elif kind == "cancel":
            if number in tasks:
                tasks[number].cancel()
        else:
            asking.answered(kind, number, rest[0])
    line.close()


def _forget(tasks: dict[int, asyncio.Task[None]], number: int, _: asyncio.Task[None]) -> None:
    del tasks[number]


async def _attempt(  # noqa: PLR0917 - a task's own arguments
    line: _Line, number: int, article: Article, model: Model, settings: Settings, name: str
) -> None:
    try:
        line.send("done", number, await attempt_article(article, model, settings, name))
    except ExtractorError as error:
        line.send("failed", number, error)
    except Exception as error:  # noqa: BLE001 - told to the parent, which isolates the article
        line.send("failed", number, RuntimeError(f"{type(error).__name__}: {error}"))


class _Asking:
    """The worker's models, one an article: they ask the parent."""

    def __init__(self, line: _Line) -> None:
        self._line = line
        self._numbers = count()
        self._waiting: dict[int, asyncio.Future[Reply]] = {}

    def about(self, article: int) -> Model:
        async def ask(request: Request) -> Reply:
            number = next(self._numbers)
            reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
            self._waiting[number] = reply
            assert request.key  # noqa: S101 - reckoned here, where there is time, and sent along
            self._line.send("ask", article, number, request)
            try:
                return await reply
            finally:
                del self._waiting[number]

        return ask

    def answered(self, kind: str, number: int, value: Any) -> None:
        waiting = self._waiting.get(number)
        if waiting is None or waiting.done():
            return
        if kind == "reply":
            waiting.set_result(value)
        else:
            waiting.set_exception(value)


if __name__ == "__main__":
    main(sys.argv[1])
