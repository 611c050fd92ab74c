"""What the routes work with, and who may use it."""

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from extractor.library import Extractor
from extractor.server.jobs import Jobs
from extractor.server.keys import Gate
from extractor.server.metrics import Metrics
from extractor.server.problems import Problem
from extractor.server.store import Key, Store
from extractor.settings import Options

JSON, JSONL = "application/json", "application/x-ndjson"


@dataclass(frozen=True)
class Service:
    """How a service is set up.

    Args:
        folder: holds the store and the jobs.
        options: what to extract with; the concurrency and the rates are shared out among jobs and single
            articles.
        is_open: whether everybody may ask, without keys.
        jobs: how many run at a time.
        most_article: bytes of a request with one article.
        most_job: bytes of a request with the articles of a job.
        body_seconds: within which a body has to come.
        closing_seconds: that jobs get to stop in.
    """

    folder: Path
    options: Options
    is_open: bool = False
    jobs: int = 2
    most_article: int = 5_000_000
    most_job: int = 1_000_000_000
    body_seconds: float = 300.0
    closing_seconds: float = 60.0


@dataclass(frozen=True)
class Parts:
    """A service that runs.

    Args:
        extractor: for single articles.
    """

    service: Service
    store: Store
    metrics: Metrics
    gate: Gate
    jobs: Jobs
    extractor: Extractor


def parts_of(request: Request) -> Parts:
    """The parts of the service that a request came to.

    Raises:
        Problem: 503 before it has begun and after it has ended.
    """
    parts: Parts | None = getattr(request.app.state, "parts", None)
    if parts is None:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "the service is ending")
    return parts


_bearer = HTTPBearer(auto_error=False, description="A key of the service.")


async def _admitted(
    request: Request, declared: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Key:
    del declared  # for the OpenAPI document; the gate reads it, and the other ways a key can come
    return parts_of(request).gate.admit(request)


Running = Annotated[Parts, Depends(parts_of)]
Admitted = Annotated[Key, Depends(_admitted)]
