"""The route for one article."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from extractor.errors import ArticleError, ExtractorError
from extractor.runs.inputs import row_entry
from extractor.runs.run import failed
from extractor.schemas.extraction.v1 import Extraction
from extractor.server.bodies import ArticleIn, media_type, parse, read_body, row
from extractor.server.documents import body
from extractor.server.parts import JSON, Admitted, Parts, Running
from extractor.server.problems import problem_of
from extractor.server.store import Key

router = APIRouter(tags=["extractions"])


@router.post(
    "/v1/extractions",
    responses={200: {"model": Extraction, "description": "extraction/v1."}},
    response_class=Response,
    openapi_extra=body(ArticleIn),
)
async def extract(request: Request, parts: Running, key: Admitted) -> Response:
    """Extract one article; the answer comes when it is done.

    An article that cannot be read, a page without one, or one that is too large is a result too, as in a job:
    its status is failed, and its problems say why.
    """
    media_type(request, JSON)
    await run_in_threadpool(parts.gate.left, key)
    data = await read_body(request, parts.service.most_article, parts.service.body_seconds)
    article = parse(ArticleIn, data)
    entry = row_entry(row(article), "article", {})
    try:
        result = await parts.extractor.aextract(await run_in_threadpool(entry.read))
    except ArticleError as error:
        result = failed(entry.id, None, error)
    except ExtractorError as error:
        raise problem_of(error) from error
    await _account(parts, key, result)
    return Response(result.model_dump_json(), media_type=JSON)


async def _account(parts: Parts, key: Key, result: Extraction) -> None:
    """Count a result, and what it cost.

    Where some of its calls were answered from the cache, all of them count: that is more than was paid.
    """
    parts.metrics.article(result)
    usage = result.usage
    if usage.cost and usage.cached < usage.calls:
        await run_in_threadpool(parts.store.spend, key.name, usage.cost)
        parts.metrics.cost(usage.cost)
