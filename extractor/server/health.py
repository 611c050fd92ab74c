"""Routes for those who keep the service running."""

from http import HTTPStatus

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from extractor.server.documents import text
from extractor.server.metrics import MEDIA_TYPE
from extractor.server.parts import Admitted, Running
from extractor.server.problems import Problem

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Whether the service is there."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(parts: Running) -> dict[str, str]:
    """Whether it takes requests: 503 while it begins or ends."""
    if parts.jobs.is_closing:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "the service is ending")
    await run_in_threadpool(parts.store.count)
    return {"status": "ready"}


@router.get("/metrics", responses=text(MEDIA_TYPE, "Counts."), response_class=Response)
async def metrics(parts: Running, key: Admitted) -> Response:
    """Counts for Prometheus."""
    del key
    return Response(await run_in_threadpool(parts.metrics.text), headers={"content-type": MEDIA_TYPE})
