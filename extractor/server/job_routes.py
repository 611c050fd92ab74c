"""The routes for jobs."""

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool

from extractor.report.site import FOLDER
from extractor.server.bodies import (
    ArticlesIn,
    count_rows,
    media_type,
    parse,
    read_body,
    save_body,
    write_rows,
)
from extractor.server.documents import EVENTS, body, text
from extractor.server.jobs import ARTICLES, is_over
from extractor.server.parts import JSON, JSONL, Admitted, Parts, Running
from extractor.server.problems import Problem
from extractor.server.store import Job, Key
from extractor.server.views import JobOut, JobsOut

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

_TICK = 0.5
"""Seconds between two looks at a job for those who follow it."""

_HEARTBEAT = 15.0
"""Seconds after which somebody who follows a job hears something in any case."""

_LISTED = 100


async def _asked(job_id: str, parts: Running, key: Admitted) -> Job:
    job = await run_in_threadpool(parts.store.job, job_id, key.name)
    if job is None:
        raise Problem(HTTPStatus.NOT_FOUND, "there is no such job")
    return job


Asked = Annotated[Job, Depends(_asked)]


@router.post("", status_code=HTTPStatus.ACCEPTED, openapi_extra=body(ArticlesIn, JSONL))
async def submit(request: Request, response: Response, parts: Running, key: Admitted) -> JobOut:
    """Queue a job: articles as JSON, or JSON lines with an article each. It returns at once."""
    kind = media_type(request, JSON, JSONL)
    await run_in_threadpool(parts.gate.left, key)
    id_, folder = await run_in_threadpool(parts.jobs.new_folder)
    try:
        await _receive(request, parts, kind, folder / ARTICLES)
        job = await _queued(parts, key, id_, folder / ARTICLES)
    except BaseException:
        await run_in_threadpool(parts.jobs.drop, id_)
        raise
    response.headers["location"] = f"/v1/jobs/{id_}"
    return _told(parts, job)


@router.get("")
async def list_jobs(parts: Running, key: Admitted) -> JobsOut:
    """The last hundred jobs of the key, the newest first."""
    jobs = await run_in_threadpool(parts.store.jobs, key.name, _LISTED)
    return JobsOut(jobs=[_told(parts, job) for job in jobs])


@router.get("/{job_id}")
async def look(parts: Running, job: Asked) -> JobOut:
    """How far a job is, what it cost, and what failed."""
    return _told(parts, job)


@router.post("/{job_id}/cancel")
async def cancel(parts: Running, job: Asked) -> JobOut:
    """End a job: calls in flight end, results that are finished stay. One that has ended stays as it is."""
    if not is_over(job):
        await run_in_threadpool(parts.jobs.cancel, job)
    now = await run_in_threadpool(parts.store.job, job.id, job.key)
    return _told(parts, job if now is None else now)


@router.get(
    "/{job_id}/results",
    responses=text(JSONL, "extraction/v1, a line each."),
    response_class=StreamingResponse,
)
async def results(parts: Running, job: Asked) -> Response:
    """The results so far as JSON lines, in the order of the articles."""
    lines = iterate_in_threadpool(parts.jobs.results(job))
    return StreamingResponse(lines, headers={"content-type": JSONL})


@router.get(
    "/{job_id}/events", responses=text(EVENTS, "progress, then end."), response_class=StreamingResponse
)
async def events(parts: Running, job: Asked) -> Response:
    """Progress as server-sent events until the job ends: ``progress`` at each change, then ``end``."""
    headers = {"content-type": EVENTS, "cache-control": "no-store"}
    return StreamingResponse(_events(parts, job), headers=headers)


@router.get(
    "/{job_id}/report/{name:path}", responses=text("text/html", "A page."), response_class=FileResponse
)
async def report(name: str, parts: Running, job: Asked) -> Response:
    """The report of a job that has ended, as a site: ``report/index.html``."""
    folder = parts.jobs.out(job) / FOLDER
    path = await run_in_threadpool(_inside, folder, name or "index.html")
    if path is None:
        raise Problem(HTTPStatus.NOT_FOUND, "there is no such page, or the job has not ended")
    return FileResponse(path)


async def _receive(request: Request, parts: Parts, kind: str, path: Path) -> None:
    service = parts.service
    if kind == JSONL:
        await save_body(request, path, service.most_job, service.body_seconds)
        return
    data = await read_body(request, service.most_job, service.body_seconds)
    articles = await run_in_threadpool(parse, ArticlesIn, data)
    await run_in_threadpool(write_rows, articles, path)


async def _queued(parts: Parts, key: Key, id_: str, path: Path) -> Job:
    articles = await run_in_threadpool(count_rows, path)
    if not articles:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "there are no articles")
    return await run_in_threadpool(parts.jobs.submit, id_, key, articles)


def _told(parts: Parts, job: Job) -> JobOut:
    summary: dict[str, Any] = json.loads(job.summary) if job.summary else {}
    return JobOut.model_validate(
        {
            "id": job.id,
            "state": job.state,
            "created": job.created,
            "started": job.started,
            "finished": job.finished,
            "cost": job.cost,
            "reason": job.reason,
            "progress": parts.jobs.progress(job),
            "failures": summary.get("failures", []),
        }
    )


async def _events(parts: Parts, job: Job) -> AsyncIterator[bytes]:
    last, silent = "", 0.0
    while not parts.jobs.is_closing:
        now = await run_in_threadpool(parts.store.job, job.id, job.key)
        job = job if now is None else now
        told = _told(parts, job).model_dump_json()
        if told != last:
            last, silent = told, 0.0
            yield f"event: progress\ndata: {told}\n\n".encode()
        elif silent >= _HEARTBEAT:
            silent = 0.0
            yield b": still there\n\n"
        if is_over(job):
            yield f"event: end\ndata: {told}\n\n".encode()
            return
        await asyncio.sleep(_TICK)
        silent += _TICK


def _inside(folder: Path, name: str) -> Path | None:
    """The file of a name that stands in a folder and not elsewhere."""
    try:
        path = (folder / name).resolve()
        is_there = path.is_relative_to(folder.resolve()) and path.is_file()
    except (OSError, ValueError):
        return None
    return path if is_there else None
