"""What goes over the wire for each fault."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import formatdate
from time import time
from typing import Literal

from doubles.loopback import Answer, completion, failure
from doubles.plans import Asked, Fault, drawn
from doubles.wire import encoded

_DRIP_BYTES = 16
_PAUSE = 0.01
"""Seconds that a client is given to read the first half before the reset."""


@dataclass(frozen=True)
class Pace:
    """Seconds: silence of STALL, length of DRIP, wait before each answer, wait that a 429 tells."""

    stall: float
    drip: float
    latency: float
    told: float


@dataclass(frozen=True)
class Delivery:
    """What goes over the wire: HTTP status if any, pieces with ``pause`` seconds between, and then."""

    status: int | None
    pieces: Sequence[bytes]
    pause: float = 0.0
    ending: Literal["kept", "closed", "reset"] = "kept"


def delivery(
    fault: Fault | None, content: str, asked: Asked, pace: Pace, good: Answer | None = None
) -> Delivery:
    """How an answer with this content goes out under a fault; without one, as ``good`` if that is given."""
    if fault is Fault.RATE_LIMITED_TOLD:
        answer = failure(429, "Slow down", "rate_limit_exceeded", **_told(asked, pace.told))
    else:
        answer = (
            good or completion(content) if fault is None else _spoilt(content).get(fault, completion(content))
        )
    head, body = encoded(answer)
    whole = head + body
    half = head + body[: len(body) // 2]
    match fault:
        case Fault.RESET_BEFORE:
            return Delivery(None, [b""], ending="reset")
        case Fault.RESET_WITHIN:
            return Delivery(answer.status, [half, b""], _PAUSE, "reset")
        case Fault.STALL:
            return Delivery(None, [b"", b""], pace.stall, "closed")
        case Fault.DRIP:
            pieces = [whole[at : at + _DRIP_BYTES] for at in range(0, len(whole), _DRIP_BYTES)]
            return Delivery(answer.status, pieces, pace.drip / (len(pieces) - 1))
        case Fault.CLOSED:
            return Delivery(answer.status, [whole], ending="closed")
        case _:
            return Delivery(answer.status, [whole])


def _spoilt(content: str) -> dict[Fault, Answer]:
    """The answers that are not a plain completion."""
    whole = completion(content).body
    data = json.dumps(whole).encode()
    error = failure(500, "The server had an error")
    page = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
    html = {"content-type": "text/html"}
    return {
        Fault.RATE_LIMITED: failure(429, "Slow down", "rate_limit_exceeded"),
        Fault.SERVER_ERROR: error,
        Fault.BAD_GATEWAY: Answer(page, 502, html),
        Fault.OVERLOADED: failure(503, "Overloaded"),
        Fault.TRUNCATED_JSON: Answer(data[: len(data) // 2]),
        Fault.EMPTY_CHOICES: Answer({**json.loads(data), "choices": []}),
        Fault.REFUSAL: completion(None, refusal="I will not."),
        Fault.CONTENT_FILTER: completion("", finish_reason="content_filter"),
        Fault.LENGTH: completion(content[: len(content) // 2], finish_reason="length"),
        Fault.WRONG_TYPE: Answer(page, 200, html),
        Fault.FENCED: completion(f"```json\n{content}\n```"),
        Fault.ERROR_BODY: Answer(error.body),
    }


def _told(asked: Asked, seconds: float) -> dict[str, str]:
    """One of the ways to say how long to wait; a date has whole seconds and is rounded down."""
    ways = [
        {"retry_after": "0"},
        {"retry_after": f"{seconds:g}"},
        {"retry_after": formatdate(time() + seconds, usegmt=True)},
        {"retry_after_ms": f"{seconds * 1000:g}"},
    ]
    lot, _ = drawn(f"told {asked.sha256} {asked.attempt}")
    return ways[int(lot * len(ways))]
