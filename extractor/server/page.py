"""The page for people, and the session that lets a browser open a report."""

from http import HTTPStatus
from importlib import resources

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from extractor.server.bodies import media_type, parse, read_body
from extractor.server.documents import body
from extractor.server.keys import COOKIE
from extractor.server.parts import JSON, Running
from extractor.server.problems import Problem
from extractor.server.views import Session

router = APIRouter(tags=["page"])

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ASSETS = {"page.js": "text/javascript; charset=utf-8", "page.css": "text/css; charset=utf-8"}
_MOST, _SECONDS = 10_000, 10.0


@router.get("/", include_in_schema=False)
async def page() -> Response:
    """Drop articles, watch their progress, open the report."""
    return _asset("index.html", "text/html; charset=utf-8")


@router.get("/assets/{name}", include_in_schema=False)
async def asset(name: str) -> Response:
    """What the page consists of."""
    if name not in _ASSETS:
        raise Problem(HTTPStatus.NOT_FOUND, "there is no such file")
    return _asset(name, _ASSETS[name])


@router.post("/session", status_code=HTTPStatus.NO_CONTENT, openapi_extra=body(Session))
async def begin_session(request: Request, parts: Running) -> Response:
    """Let a browser, which cannot send a header when it opens a page, keep its key in a cookie."""
    media_type(request, JSON)
    given = parse(Session, await read_body(request, _MOST, _SECONDS))
    if not await run_in_threadpool(parts.gate.is_known, given.key):
        raise Problem(HTTPStatus.UNAUTHORIZED, "the key is not known", WWW_Authenticate="Bearer")
    answer = Response(status_code=HTTPStatus.NO_CONTENT)
    is_safe = request.url.scheme == "https"
    answer.set_cookie(COOKIE, given.key, httponly=True, samesite="strict", secure=is_safe)
    return answer


def _asset(name: str, kind: str) -> Response:
    data = resources.files("extractor").joinpath("server", "assets", name).read_bytes()
    return Response(data, headers={"content-type": kind, "content-security-policy": _POLICY})
