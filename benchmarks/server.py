"""An OpenAI-compatible server on loopback that answers from the golden cases after a set time.

``python benchmarks/server.py [--port 0] [--latency 0.5] [--log-normal SIGMA] [--rpm 600] [--tell]`` prints
its port as the first line and ends when its standard input closes. ``GET /stats`` gives its counts as JSON.
With ``--rpm`` it answers that many requests in any 60 seconds and 429 to the others; ``--tell`` states the
limit in headers.

It speaks just enough HTTP/1.1 for the clients that are measured, without a framework, because it shares the
machine with them: a call costs it 0.1 to 0.2 ms of CPU.
"""

import argparse
import asyncio
import gc
import math
import random
import re
import resource
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from replies import Replies, http_answer

SEED = 20261124
WINDOW = 60.0
"""Seconds in which a limit counts requests."""

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_BACKLOG = 4_096


@dataclass
class Counts:
    """What was asked and answered; moments are seconds of the server's monotonic clock."""

    requests: int = 0
    answered: int = 0
    refused: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    latencies: float = 0.0
    connections: int = 0
    first: float | None = None
    last: float | None = None

    def as_json(self) -> Mapping[str, float | None]:
        """For /stats."""
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "requests": self.requests,
            "answered": self.answered,
            "refused": self.refused,
            "in_flight": self.in_flight,
            "most_in_flight": self.most_in_flight,
            "mean_latency": self.latencies / max(1, self.requests - self.refused),
            "connections": self.connections,
            "first": self.first,
            "last": self.last,
            "now": time.monotonic(),
            "cpu_seconds": usage.ru_utime + usage.ru_stime,
        }


@dataclass
class Endpoint:
    """How requests are answered.

    Args:
        replies: to requests.
        latency: median seconds between a request and its answer.
        sigma: of the log-normal latency; 0 for a constant one.
        rpm: requests answered in any 60 seconds, None for all.
    """

    replies: Replies
    latency: float
    sigma: float = 0.0
    rpm: int | None = None
    counts: Counts = field(default_factory=Counts)
    _random: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 - latencies
    _allowed: deque[float] = field(default_factory=deque[float])

    def ask(self, transport: asyncio.WriteTransport, body: bytes) -> None:
        """Take a request and answer it in its time."""
        counts, now = self.counts, time.monotonic()
        counts.requests += 1
        counts.first, counts.last = counts.first or now, now
        if self.rpm is not None and (wait := self._wait(now, self.rpm)) is not None:
            counts.refused += 1
            transport.write(_too_many(wait))
            return
        counts.in_flight += 1
        counts.most_in_flight = max(counts.most_in_flight, counts.in_flight)
        answer = self.replies.find(body)
        if not self.latency:
            self._answer(transport, answer)
            return
        latency = self.latency
        if self.sigma:
            latency = self._random.lognormvariate(math.log(latency), self.sigma)
        counts.latencies += latency
        asyncio.get_running_loop().call_later(latency, self._answer, transport, answer)

    def _answer(self, transport: asyncio.WriteTransport, answer: bytes) -> None:
        self.counts.in_flight -= 1
        if not transport.is_closing():
            self.counts.answered += 1
            transport.write(answer)

    def _wait(self, now: float, rpm: int) -> float | None:
        """Seconds until a request is allowed; None if this one is."""
        while self._allowed and self._allowed[0] <= now - WINDOW:
            self._allowed.popleft()
        if len(self._allowed) >= rpm:
            return self._allowed[0] + WINDOW - now
        self._allowed.append(now)
        return None


def _too_many(wait: float) -> bytes:
    error = {"message": "Rate limit reached for requests", "type": "requests", "param": None, "code": None}
    return http_answer("429 Too Many Requests", {"error": error}, {"retry-after": str(math.ceil(wait))})


class Connection(asyncio.Protocol):
    """One connection: requests with a content length, one after the other."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._got = bytearray()
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a connection of create_server
        self._transport = transport
        self._endpoint.counts.connections += 1

    def data_received(self, data: bytes) -> None:
        """Answer the requests that are whole."""
        self._got += data
        while (at := self._got.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._got[: at + 2])
            length = _LENGTH.search(head)
            end = at + 4 + (int(length[1]) if length else 0)
            if len(self._got) < end:
                return
            body = bytes(self._got[at + 4 : end])
            del self._got[:end]
            if head.startswith(b"POST "):
                self._endpoint.ask(self._transport, body)
            else:
                self._transport.write(http_answer("200 OK", self._endpoint.counts.as_json(), {}))


async def serve(endpoint: Endpoint, port: int) -> None:
    """Serve until standard input closes."""
    loop = asyncio.get_running_loop()
    closed = asyncio.Event()
    server = await loop.create_server(
        lambda: Connection(endpoint), "127.0.0.1", port, backlog=_BACKLOG, reuse_address=True
    )

    def watch() -> None:
        sys.stdin.buffer.read()
        loop.call_soon_threadsafe(closed.set)

    threading.Thread(target=watch, daemon=True).start()
    print(server.sockets[0].getsockname()[1], flush=True)
    await closed.wait()
    server.close()


def main() -> None:
    """Serve as asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.5)
    parser.add_argument("--log-normal", type=float, default=0.0, metavar="SIGMA")
    parser.add_argument("--rpm", type=int)
    parser.add_argument("--tell", action="store_true")
    arguments = parser.parse_args()
    headers = {"x-ratelimit-limit-requests": str(arguments.rpm)} if arguments.tell else {}
    endpoint = Endpoint(Replies(headers), arguments.latency, arguments.log_normal, arguments.rpm)
    gc.freeze()
    asyncio.run(serve(endpoint, arguments.port))


if __name__ == "__main__":
    main()
