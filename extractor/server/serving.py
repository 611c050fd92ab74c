"""Run the service under uvicorn until it is told to end."""

import logging
import sys
from types import FrameType

import uvicorn
from fastapi import FastAPI

from extractor.server.app import create_app
from extractor.server.parts import Parts, Service
from extractor.server.watching import JsonLines

_GRACE = 30
"""Seconds that requests get to end in before jobs are stopped."""


class _Server(uvicorn.Server):
    """Tells those who follow a job that the service ends, so that they do not hold it up."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End; a second signal ends at once."""
        parts: Parts | None = getattr(self._app.state, "parts", None)
        if parts:
            parts.jobs.is_closing = True
        super().handle_exit(sig, frame)


def serve(service: Service, host: str, port: int) -> None:
    """Serve until SIGTERM or Ctrl-C; jobs under way are stopped and go on at the next start.

    Raises:
        ConfigurationError: nothing can be served with these settings.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name in ("extractor.server", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(logging.INFO)
        logger.propagate = False
    app = create_app(service)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=_GRACE,
        server_header=False,
        h11_max_incomplete_event_size=65_536,
    )
    _Server(config, app).run()
