"""The service as an application: its parts, its routes, its errors."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from extractor.library import Extractor
from extractor.models.stack import model_name
from extractor.prices import find_price
from extractor.server import extractions, health, job_routes, page, problems
from extractor.server.jobs import Jobs, Means
from extractor.server.keys import Gate
from extractor.server.metrics import Metrics
from extractor.server.parts import Parts, Service
from extractor.server.problems import Problem
from extractor.server.store import Store
from extractor.server.watching import Watching
from extractor.settings import Options, Settings, load_settings
from extractor.version import __version__

_ROUTES = (health, page, extractions, job_routes)


def create_app(service: Service) -> FastAPI:
    """The service as an ASGI application; it begins and ends with its lifespan.

    Raises:
        CannotWrite: its folder cannot be written.
        ConfigurationError: nothing can be extracted with these options.
    """
    settings = load_settings(service.options)
    model_name(settings)
    store = Store(service.folder)
    metrics = Metrics(store)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        parts = await run_in_threadpool(_begin, service, settings, store, metrics)
        app.state.parts = parts
        try:
            yield
        finally:
            app.state.parts = None
            await run_in_threadpool(parts.jobs.close, service.closing_seconds)
            await run_in_threadpool(parts.extractor.close)
            store.close()

    app = FastAPI(
        title="extractor",
        version=__version__,
        summary="Who claims what, according to whom",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        responses={"default": problems.RESPONSE},
    )
    app.add_middleware(Watching, metrics=metrics)
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)
    for each in _ROUTES:
        app.include_router(each.router)
    return app


def _begin(service: Service, settings: Settings, store: Store, metrics: Metrics) -> Parts:
    price = find_price(settings.model or "", settings.own_price)
    share = _share(service, settings)
    return Parts(
        service=service,
        store=store,
        metrics=metrics,
        gate=Gate(store, is_open=service.is_open),
        jobs=Jobs(Means(store, service.folder / "jobs", share, price, metrics), service.jobs),
        extractor=Extractor(**share),
    )


def _share(service: Service, settings: Settings) -> Options:
    """The options of each job and of the single articles: an even share of calls and of rates."""
    shares = service.jobs + 1
    share: Options = {**service.options, "concurrency": max(1, settings.concurrency // shares)}
    if settings.rpm:
        share["rpm"] = settings.rpm / shares
    if settings.tpm:
        share["tpm"] = settings.tpm / shares
    return share


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - what it is registered for
    return problems.answer(error, request)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - likewise
    headers = {name.replace("-", "_").title(): value for name, value in (error.headers or {}).items()}
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods(request))
    return problems.answer(Problem(status, status.description or status.phrase, **headers), request)


def _methods(request: Request) -> list[str]:
    """The methods of every route for the path of a request."""
    routes = (route for each in _ROUTES for route in each.router.routes if isinstance(route, Route))
    return sorted(
        {
            method
            for route in routes
            if route.matches(request.scope)[0] is not Match.NONE
            for method in route.methods or ()
        }
    )


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - likewise
    first = error.errors()[0]
    told = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return problems.answer(Problem(HTTPStatus.UNPROCESSABLE_ENTITY, told), request)


async def _unexpected(request: Request, error: Exception) -> Response:
    del error  # the server logs it
    told = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "something went wrong here")
    return problems.answer(told, request)
