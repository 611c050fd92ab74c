"""How much is asked at a time: one gate for all calls, which the endpoint's answers open and close.

- Calls in flight: at most ``concurrency``; fewer after an overload, for everyone, and more again while calls
  go well.
- Rate: starts are spaced evenly by requests and tokens a minute, as set or as ``x-ratelimit-limit-*`` headers
  say.
- Pause: after an overload nothing starts before the moment the endpoint names; without one, for a random time
  that doubles with each overload that follows without a good answer (full jitter).
"""

import asyncio
import random
import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from extractor.errors import ModelUnavailable
from extractor.models.call import Model, Reply, Request

CHARACTERS_A_TOKEN = 3.5
"""A rough measure for requests that are not yet metered; between English (4) and French (3)."""

FEWER = 0.7
"""What is left of the calls in flight after an overload."""

MORE = 0.05
"""By how much the calls in flight grow while as many calls as are in flight go well."""

LONGEST_PAUSE = 60.0
"""Seconds; a pause that the endpoint does not name is drawn below it."""

LONGEST_ASKED = 600.0
"""Seconds; a longer pause is not taken from the endpoint: ``retry`` gives the call up at once."""

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_OVERLOADED = (429, 503, 529)
_OUTAGE = 10  # failures in a row, at least as many as are in flight, that count as an overload
_CATCH_UP = 0.5  # seconds of starts that may be made up for after the process was busy


class Gate(Protocol):
    """What the limits of several processes share: when the next call may start, and what endpoints told."""

    async def start(self, tokens: float) -> None:
        """Wait for the moment at which a call of so many tokens, its reply included, may start.

        Raises:
            RunStopped: nothing is to start any more.
        """

    def told(self, headers: Mapping[str, str]) -> None:
        """Pass on what an answer's headers state."""

    def pause(self, seconds: float) -> None:
        """Start nothing for so long, whoever asks."""


@dataclass
class Limits:
    """The gate. Times are seconds on the monotonic clock, so that a clock that is set does no harm.

    Args:
        concurrency: most calls in flight.
        rpm: requests a minute, None if only headers say.
        tpm: tokens a minute, input and output, None likewise.
        first_pause: seconds; a pause that the endpoint does not name is drawn below it, the next below its
            double.
        now: the clock.
        gate: says when calls start, where several processes keep to one rate; ``rpm`` and ``tpm`` are its
            own then, and so is what headers say.
    """

    concurrency: int
    rpm: float | None = None
    tpm: float | None = None
    first_pause: float = 1.0
    now: Callable[[], float] = time.monotonic
    gate: Gate | None = None
    in_flight: int = 0
    allowed: float = field(init=False)
    _told_rpm: float | None = None
    _told_tpm: float | None = None
    _next_start: float | None = None
    _paused_until: float = field(default=float("-inf"))
    _failures: int = 0
    _overloads: int = 0
    _cut_at: float = field(default=float("-inf"))
    _output: float = 500.0  # tokens of a reply, a moving average
    _waiting: "deque[asyncio.Future[None]]" = field(default_factory=deque["asyncio.Future[None]"])
    _naps: "set[asyncio.Future[None]]" = field(default_factory=set["asyncio.Future[None]"])
    _stopped: BaseException | None = None

    def __post_init__(self) -> None:
        self.allowed = float(self.concurrency)

    @property
    def paused(self) -> float:
        """Seconds for which nothing starts yet."""
        return max(0.0, self._paused_until - self.now())

    def stop(self, error: BaseException) -> None:
        """Begin no further call: whoever wants one gets the error. Calls in flight end as they would."""
        self._stopped = error
        for each in (*self._waiting, *self._naps):
            if not each.done():
                each.set_exception(error)
        self._waiting.clear()

    def resume(self) -> None:
        """Let calls begin again."""
        self._stopped = None

    async def enter(self, request: Request) -> None:
        """Wait for a place and for the moment to start."""
        while self._stopped is None and self.in_flight >= max(1, int(self.allowed)):
            await self._turn()
        if self._stopped is not None:
            raise self._stopped
        self.in_flight += 1
        try:
            await (self.gate or self).start(_tokens(request) + self._output)
        except BaseException:
            self.leave()
            raise

    async def start(self, tokens: float) -> None:
        """Wait for the moment at which a call of so many tokens, its reply included, may start."""
        start = self._start(tokens)
        while (wait := max(start, self._paused_until) - self.now()) > 0:
            await self.nap(wait)

    async def _turn(self) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            self._wake()  # whoever is called and does not come lets the next one in
            raise

    def leave(self) -> None:
        """Give the place back."""
        self.in_flight -= 1
        self._wake()

    def _wake(self) -> None:
        """Call in those who wait longest, as many as there are places."""
        free = max(1, int(self.allowed)) - self.in_flight
        while self._waiting and free > 0:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(None)
                free -= 1

    async def nap(self, seconds: float) -> None:
        """Sleep, unless everything is stopped."""
        if self._stopped is not None:
            raise self._stopped
        loop = asyncio.get_running_loop()
        nap: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(seconds, _end, nap)
        self._naps.add(nap)
        try:
            await nap
        finally:
            timer.cancel()
            self._naps.discard(nap)

    def _start(self, tokens: float) -> float:
        """The moment at which a call may start; the next one comes after it."""
        gaps = [60.0 / rpm] if (rpm := self.rpm or self._told_rpm) else []
        if tpm := self.tpm or self._told_tpm:
            gaps.append(60.0 * tokens / tpm)
        now = self.now()
        if not gaps:
            return now
        start = now if self._next_start is None else max(self._next_start, now - _CATCH_UP)
        self._next_start = start + max(gaps)
        return start

    def went_well(self, reply: Reply) -> None:
        """A good answer: a little more may be in flight."""
        self._overloads = self._failures = 0
        self.allowed = min(self.concurrency, self.allowed + max(1 / self.allowed, MORE))
        got = (reply.usage or {}).get("completion_tokens")
        if isinstance(got, int):
            self._output += (got - self._output) / 20

    def failed(self, error: ModelUnavailable) -> None:
        """No answer: after an overload, or when nothing goes well, fewer in flight and a pause for all."""
        self._failures += 1
        if error.status not in _OVERLOADED and self._failures <= max(_OUTAGE, self.allowed):
            return
        now = self.now()
        if now >= self._cut_at:
            # calls that started together fail together: one cut for all of them
            self._overloads += 1
            self.allowed = max(1.0, self.allowed * FEWER)
            self._cut_at = now + self.first_pause
        pause = error.retry_after
        if pause is None or pause > LONGEST_ASKED:  # nobody has patience for that: the call is given up
            longest = min(LONGEST_PAUSE, self.first_pause * 2.0 ** min(self._overloads - 1, 10))
            pause = random.uniform(0, longest)  # noqa: S311 - jitter, no secret
        (self.gate or self).pause(pause)

    def pause(self, seconds: float) -> None:
        """Start nothing for so long."""
        self._paused_until = max(self._paused_until, self.now() + seconds)

    def told(self, headers: Mapping[str, str]) -> None:
        """Learn what an answer's headers state: limits, where none were set, and that nothing is left of one.

        Where nothing is left, the next start waits until one more fits: its share of a minute, or as long as
        the header says where the limit is not stated.
        """
        if self.gate:
            self.gate.told(headers)
            return
        self._told_rpm = _number(headers, "limit-requests") or self._told_rpm
        self._told_tpm = _number(headers, "limit-tokens") or self._told_tpm
        if _number(headers, "remaining-requests") == 0:
            rpm = self.rpm or self._told_rpm
            wait = 60.0 / rpm if rpm else _seconds(headers.get("x-ratelimit-reset-requests", ""))
            self.pause(min(wait, LONGEST_PAUSE))


class Limited:
    """Lets a call through when the limits allow it, and tells them how it went."""

    def __init__(self, inner: Model, limits: Limits) -> None:
        self._inner = inner
        self._limits = limits

    async def __call__(self, request: Request) -> Reply:
        """Answer from the layer below."""
        await self._limits.enter(request)
        try:
            reply = await self._inner(request)
        except ModelUnavailable as error:
            self._limits.failed(error)
            raise
        finally:
            self._limits.leave()
        self._limits.went_well(reply)
        return reply


def _end(nap: "asyncio.Future[None]") -> None:
    if not nap.done():
        nap.set_result(None)


def _tokens(request: Request) -> float:
    return sum(len(each["content"]) for each in request.body["messages"]) / CHARACTERS_A_TOKEN


def _number(headers: Mapping[str, str], what: str) -> float | None:
    try:
        value = float(headers.get(f"x-ratelimit-{what}", ""))
    except ValueError:
        return None
    return value if value >= 0 else None


def _seconds(duration: str) -> float:
    """A duration as the headers write it, such as "6m0s", "1.5s" or "20ms"; 0 for anything else."""
    if not re.fullmatch(rf"(?:{_DURATION.pattern})+", duration):
        return 0.0
    return sum(float(number) * _UNITS[unit] for number, unit in _DURATION.findall(duration))
