"""An OpenAI-compatible server on loopback that fails as planned, down to the socket."""

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from time import time

from doubles.deliveries import Delivery, Pace, delivery
from doubles.dialects import Dialect
from doubles.loopback import Answer, Body, failure
from doubles.plans import ANSWERED, PERMANENT, TRANSIENT, Asked, Fault, Plan, mixed
from doubles.wire import encoded, is_gone, receive, reset

__all__ = [
    "ANSWERED", "PERMANENT", "TRANSIENT", "Asked", "Exchange", "Fault", "FaultServer", "Plan", "mixed",
    "serve_faults",
]  # fmt: skip

_PATH = "POST /v1/chat/completions"
_BACKLOG = 512


@dataclass(frozen=True)
class Exchange:
    """One request and what came of it.

    Args:
        order: of arrival, from 1.
        sha256: of the request body's bytes.
        attempt: how often this body came by then, from 1.
        record: what was asked for, such as ``claims``.
        fault: what was done to it.
        status: the HTTP status of what went out, None for silence.
        answered: whether a whole, good answer went out and the client was not known to have hung up; that it
            was read, nobody on this side can tell.
        under_way: requests under way at its arrival, with this one.
        time: of arrival, in seconds since the epoch.
    """

    order: int
    sha256: str
    attempt: int
    record: str
    fault: Fault | None
    status: int | None
    answered: bool
    under_way: int
    time: float


@dataclass
class FaultServer:
    """A running server: where it is, and each exchange, noted before its last byte goes out.

    What is no answer whatever happens is noted on arrival, so ``log`` is not quite in the order of arrival.
    """

    url: str = ""
    log_file: Path | None = None
    log: list[Exchange] = field(default_factory=list[Exchange])

    def note(self, exchange: Exchange) -> None:
        """Append to the log, and to the log file as a line of JSON."""
        if self.log_file:
            with self.log_file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(exchange)) + "\n")
        self.log.append(exchange)


@contextmanager
def serve_faults(
    answer: Callable[[Body], str],
    *,
    plan: Plan,
    stall: float = 0.3,
    drip: float = 0.2,
    latency: float = 0.0,
    told: float = 0.02,
    log_file: Path | None = None,
    dialect: Dialect | None = None,
) -> Generator[FaultServer]:
    """Serve chat completions on a free port of 127.0.0.1 until the block ends.

    Args:
        answer: the content of a good reply to a request.
        plan: the fault of each attempt of each request.
        stall: seconds of silence of a STALL.
        drip: seconds that a DRIP takes.
        latency: seconds before each answer begins.
        told: seconds that a RATE_LIMITED_TOLD asks for.
        log_file: where each exchange is appended as a line of JSON.
        dialect: how the server speaks; by default it takes everything and answers as it is told.

    Raises:
        ExceptionGroup: ``answer`` or ``plan`` failed; each time the client saw the connection end.
    """
    server = FaultServer(log_file=log_file)
    service = _Service(server, answer, plan, Pace(stall, drip, latency, told), dialect)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="faults", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(service.open(), loop).result()
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(service.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        if service.failures:
            raise ExceptionGroup("what answers or plans failed", service.failures)


class _Service:
    """The server's side that lives on its event loop."""

    def __init__(
        self,
        server: FaultServer,
        answer: Callable[[Body], str],
        plan: Plan,
        pace: Pace,
        dialect: Dialect | None,
    ) -> None:
        self._server = server
        self._answer = answer
        self._plan = plan
        self._pace = pace
        self._dialect = dialect
        self._listening: asyncio.Server | None = None
        self._links: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._attempts = Counter[str]()
        self._under_way = 0
        self.failures: list[Exception] = []

    async def open(self) -> None:
        self._listening = await asyncio.start_server(self._connected, "127.0.0.1", 0, backlog=_BACKLOG)
        port = self._listening.sockets[0].getsockname()[1]
        self._server.url = f"http://127.0.0.1:{port}/v1"

    async def close(self) -> None:
        if self._listening:
            self._listening.close()
        links = dict(self._links)
        for task, writer in links.items():
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*links, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._converse(reader, writer))
        self._links[task] = writer
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._links.pop(task).close()
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self.failures.append(error)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while received := await receive(reader):
                place, headers, data = received
                if rejection := self._rejection(place, headers, data):
                    writer.write(b"".join(encoded(rejection)))
                elif place != _PATH and not self._dialect:
                    writer.write(b"".join(encoded(failure(404, f"There is no {place}"))))
                elif not await self._exchange(data, reader, writer):
                    return

    def _rejection(self, place: str, headers: dict[str, str], data: bytes) -> Answer | None:
        if self._dialect is None:
            return None
        return self._dialect.rejection(json.loads(data), place.removeprefix("POST "), headers)

    async def _exchange(
        self, data: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answer, or not, as planned; returns whether the connection stays."""
        asked = self._asked(data)
        fault = self._plan(asked)
        content = self._answer(asked.body)
        good = self._dialect.says(asked.body, content) if self._dialect else None
        planned = delivery(fault, content, asked, self._pace, good)
        self._under_way += 1
        exchange = self._begun(asked, fault, planned)
        is_answer = fault is None or fault in ANSWERED
        if not is_answer:
            self._server.note(exchange)
        is_whole = False
        try:
            await self._begin(planned, writer)
            is_whole = not is_gone(reader, writer)
        finally:
            self._under_way -= 1
            if is_answer:
                self._server.note(replace(exchange, answered=is_whole))
        writer.write(planned.pieces[-1])
        if planned.ending == "reset":
            reset(writer)
        await writer.drain()
        return planned.ending == "kept"

    async def _begin(self, planned: Delivery, writer: asyncio.StreamWriter) -> None:
        """Send all but the last piece, with all the waiting there is."""
        await asyncio.sleep(self._pace.latency)
        for piece in planned.pieces[:-1]:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(planned.pause)

    def _asked(self, data: bytes) -> Asked:
        key = sha256(data).hexdigest()
        self._attempts[key] += 1
        return Asked(key, self._attempts[key], json.loads(data))

    def _begun(self, asked: Asked, fault: Fault | None, planned: Delivery) -> Exchange:
        return Exchange(
            order=self._attempts.total(),
            sha256=asked.sha256,
            attempt=asked.attempt,
            record=asked.record,
            fault=fault,
            status=planned.status,
            answered=False,
            under_way=self._under_way,
            time=time(),
        )
