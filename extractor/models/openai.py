"""The live layer: openai's SDK through instructor. Only the first live call imports this module (over 1 s).

instructor puts the reply's schema into the form the mode asks for (response format, tool, fenced JSON) and
takes the reply apart. Transport is retried in ``retry``, invalid replies are asked again in ``asking``,
above the cache, so that each reply is stored under its own request and a replay never needs this module.
"""

import asyncio
import json
import logging
import time
from contextvars import ContextVar
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import instructor
import openai
from instructor.core.exceptions import IncompleteOutputException, InstructorRetryException
from openai.types.chat import ChatCompletion, ChatCompletionMessage

from extractor.errors import (
    ContextWindowExceeded,
    ExtractorError,
    KeyRefused,
    ModelUnavailable,
    QuotaExhausted,
    RequestRejected,
    UnknownModel,
)
from extractor.models.call import Reply, Request
from extractor.settings import Settings

# Without a handler Python prints instructor's errors to stderr, where ours already stand.
logging.getLogger("instructor").addHandler(logging.NullHandler())

_MODES = {
    "json_schema": instructor.Mode.JSON_SCHEMA,
    "json": instructor.Mode.JSON,
    "tools": instructor.Mode.TOOLS,
    "md_json": instructor.Mode.MD_JSON,
}
_CONTEXT_WORDS = ("context length", "context window", "context size", "maximum context", "context_length")
_received: ContextVar[list[ChatCompletion]] = ContextVar("received")
"""The completions of the call that is under way in this task."""

_TRY_AGAIN = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS)
_LONGEST_REASON = 300


class OpenAIModel:
    """Any endpoint that speaks the OpenAI chat completions protocol."""

    def __init__(self, settings: Settings) -> None:
        self._key = settings.api_key.get_secret_value() if settings.api_key else ""
        self._timeout = settings.timeout
        self._client = openai.AsyncOpenAI(
            api_key=self._key or "none",  # the SDK insists on one; servers of one's own ignore it
            base_url=settings.base_url,
            timeout=settings.timeout,  # of each phase; a slow drip is ended by our own
            max_retries=0,
        )
        self._post: Any = self._client.chat.completions.create
        self._create: Any = instructor.patch(create=self._send, mode=_MODES[settings.mode])

    async def __call__(self, request: Request) -> Reply:
        """Call the endpoint once."""
        completion = await self._complete(request)
        return Reply.from_completion(completion.model_dump(mode="json"))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _complete(self, request: Request) -> ChatCompletion:
        body = dict(request.body)
        response_format = body.pop("response_format")
        if request.mode == "json_schema":
            # What goes over the wire is what was keyed and recorded, strictness included.
            body["extra_body"] = {"response_format": response_format}
        received: list[ChatCompletion] = []
        token = _received.set(received)
        try:
            await self._create(response_model=request.reply_type, max_retries=0, **body)
        except (IncompleteOutputException, InstructorRetryException) as error:
            # What instructor thinks of a reply is judged again above, where it is stored under its request.
            if not received:
                raise error.__cause__ or error from None
        finally:
            _received.reset(token)
        return received[-1]

    async def _send(self, **body: Any) -> ChatCompletion:
        try:
            async with asyncio.timeout(self._timeout):
                completion: Any = await self._post(**body)
        except openai.APIStatusError as error:
            # The SDK's message may repeat the key that the endpoint was sent, so it is not chained.
            raise self._status_error(error, str(body.get("model"))) from None
        except TimeoutError:
            raise ModelUnavailable(f"no answer within {self._timeout:g} seconds") from None
        except openai.APIConnectionError as error:
            cause = error.__cause__ or error
            place = urlsplit(str(self._client.base_url))
            reason = f"{type(cause).__name__} at {place.scheme}://{place.hostname}:{place.port or ''}"
            raise ModelUnavailable(reason.rstrip(":")) from None
        except json.JSONDecodeError as error:
            raise ModelUnavailable("the endpoint's answer is damaged JSON") from error
        if not _has_message(completion):
            raise ModelUnavailable("the endpoint's answer is no chat completion; check the base URL")
        _received.get().append(completion)
        return completion  # type: ignore[no-any-return]  # _has_message made sure

    def _status_error(self, error: openai.APIStatusError, model: str) -> ExtractorError:
        status = error.status_code
        reason = self._redact(_message(error))
        code = str(error.code or "")
        if code == "insufficient_quota":
            return QuotaExhausted(reason)
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return KeyRefused(status, reason)
        if status == HTTPStatus.NOT_FOUND:
            return UnknownModel(model, reason)
        if status in _TRY_AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return ModelUnavailable(reason, status, retry_after(dict(error.response.headers)))
        if any(words in f"{code} {error.message}".lower() for words in _CONTEXT_WORDS):
            return ContextWindowExceeded(reason)
        return RequestRejected(status, reason)

    def _redact(self, text: str) -> str:
        return (text.replace(self._key, "***") if self._key else text)[:_LONGEST_REASON]


def _message(error: openai.APIStatusError) -> str:
    """The endpoint's own words, without the SDK's frame around them."""
    body: Any = error.body
    told: Any = body.get("message") if hasattr(body, "get") else None
    return " ".join((told if isinstance(told, str) else error.message).split())


def retry_after(headers: dict[str, str]) -> float | None:
    """Seconds the endpoint asks to wait: retry-after-ms, or Retry-After in seconds or as a date."""
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    if value is None:
        return None
    if (seconds := _number(value)) is not None:
        return seconds
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None


def _number(value: str | None) -> float | None:
    try:
        return None if value is None else max(0.0, float(value))
    except ValueError:
        return None


def _has_message(completion: object) -> bool:
    """Whether an answer is what the SDK's types promise; it does not check by itself."""
    if not isinstance(completion, ChatCompletion) or not completion.choices:
        return False
    message: Any = completion.choices[0].message
    content: Any = getattr(message, "content", message)
    return isinstance(message, ChatCompletionMessage) and (content is None or isinstance(content, str))
