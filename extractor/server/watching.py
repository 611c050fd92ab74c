"""Around every request: an id, a line in the log, a count; never article text, a body or a key."""

import json
import logging
import re
import time
import uuid
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from extractor.server.metrics import Metrics

HEADER = "x-request-id"
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LOG = logging.getLogger("extractor.server")

SECURE = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
"""Headers of every answer."""


class JsonLines(logging.Formatter):
    """A log record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, what happened, and what there is to know of it."""
        told: dict[str, Any] = {
            "time": f"{self.formatTime(record, '%Y-%m-%dT%H:%M:%S')}.{record.msecs:03.0f}",
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "told", {}),
        }
        if record.exc_info and record.exc_info[0]:
            told["error"] = record.exc_info[0].__name__
        return json.dumps(told, ensure_ascii=False)


class Watching:
    """The outermost layer of the service.

    Args:
        app: the service.
        metrics: is told of each request.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id_ = _request_id(scope)
        state = scope.setdefault("state", {})
        state["request_id"] = id_
        begun = time.perf_counter()
        told: dict[str, Any] = {}

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                told.update(status=message["status"], seconds=time.perf_counter() - begun)
                message["headers"] = [*message["headers"], (HEADER.encode(), id_.encode()), *SECURE]
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            status = told.get("status", 0)
            self._metrics.request(route, status, told.get("seconds", time.perf_counter() - begun))
            line = {
                "request_id": id_,
                "method": scope["method"],
                "route": route,
                "status": status,
                "seconds": round(time.perf_counter() - begun, 4),
                "key": state.get("key"),
            }
            _LOG.info("request", extra={"told": line})


def _request_id(scope: Scope) -> str:
    given = next((value for name, value in scope["headers"] if name == HEADER.encode()), b"")
    id_: str = given.decode("latin-1")
    return id_ if _ID.fullmatch(id_) else uuid.uuid4().hex
