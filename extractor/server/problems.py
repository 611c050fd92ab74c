"""Errors of the service as problem+json (RFC 9457): no traceback, no article text, no key."""

from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from extractor.errors import (
    BudgetSpent,
    ExtractorError,
    ModelError,
    ModelUnavailable,
    ReplayError,
    ReplyError,
)

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """What a request is answered that cannot be served.

    Args:
        status: the HTTP status.
        detail: one sentence for a person.
        kind: short name of the kind of problem, the last part of its type.
        headers: of the answer.
    """

    def __init__(self, status: HTTPStatus, detail: str, kind: str | None = None, **headers: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.kind = kind or status.phrase.lower().replace(" ", "-")
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def answer(problem: Problem, request: Request) -> JSONResponse:
    """The problem as a response, with the id of the request that it is about."""
    told: dict[str, Any] = {
        "type": f"urn:extractor:problem:{problem.kind}",
        "title": problem.status.phrase,
        "status": problem.status.value,
        "detail": problem.detail,
        "request_id": getattr(request.state, "request_id", None),
    }
    return JSONResponse(told, problem.status.value, problem.headers, media_type=MEDIA_TYPE)


def problem_of(error: ExtractorError) -> Problem:
    """What an error of the package means to somebody who asked for one article.

    What the model did not give is the upstream's; what is set wrong is ours, and not for the asker to read.
    """
    kind = type(error).__name__
    if isinstance(error, ModelUnavailable):
        wait = max(1, round(error.retry_after or 1))
        return Problem(
            HTTPStatus.SERVICE_UNAVAILABLE, "the model is unavailable", kind, Retry_After=str(wait)
        )
    if isinstance(error, BudgetSpent):
        return Problem(HTTPStatus.TOO_MANY_REQUESTS, str(error), kind)
    if isinstance(error, ModelError | ReplyError | ReplayError):
        return Problem(HTTPStatus.BAD_GATEWAY, f"the model gave no usable reply ({kind})", kind)
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the service is not set up correctly", kind)


RESPONSE: dict[str, Any] = {
    "description": "A problem.",
    "content": {
        MEDIA_TYPE: {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                    "request_id": {"type": ["string", "null"]},
                },
            }
        }
    },
}
"""Of the OpenAPI document."""
