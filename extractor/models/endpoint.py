"""An endpoint through openai's SDK: one client, and its troubles as this package's errors."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import openai

from extractor.errors import (
    ContextWindowExceeded,
    ExtractorError,
    KeyRefused,
    ModelUnavailable,
    QuotaExhausted,
    RequestRejected,
    UnknownModel,
)
from extractor.settings import Settings

LONGEST_REASON = 300
"""Code points of an endpoint's own words that are repeated."""

_API_VERSION = "api-version"
"""In the query of a base URL: an Azure deployment, which takes the key in a header of its own."""

_CONTEXT_WORDS = ("context length", "context window", "context size", "maximum context", "context_length")
_TRY_AGAIN = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS)


class Endpoint:
    """A client of an endpoint that speaks OpenAI's protocol.

    Args:
        settings: where it is and how to ask.
        told: is given the headers of answers that are errors.
    """

    def __init__(
        self, settings: Settings, told: Callable[[Mapping[str, str]], None] = lambda _: None
    ) -> None:
        self._told = told
        self._key = settings.api_key.get_secret_value() if settings.api_key else ""
        self._timeout = settings.timeout
        place, query = _split(settings.base_url)
        self.client = openai.AsyncOpenAI(
            api_key=self._key or "none",  # the SDK insists on one; servers of one's own ignore it
            base_url=place,
            default_query=query,
            default_headers={"api-key": self._key} if _API_VERSION in query else None,
            timeout=settings.timeout,  # of each phase; a slow drip is ended by our own
            max_retries=0,
            http_client=openai.DefaultAioHttpClient(trust_env=not _is_here(place)),
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self.client.close()

    @asynccontextmanager
    async def asking(self, model: str) -> AsyncGenerator[None]:
        """Turn what goes wrong with a call for a model into a named error, also that it takes too long.

        Raises:
            ModelUnavailable: it may go well another time.
            KeyRefused, UnknownModel, QuotaExhausted: nothing will go well with these settings.
            ContextWindowExceeded, RequestRejected: this request will not.
        """
        try:
            async with asyncio.timeout(self._timeout):
                yield
        except openai.APIStatusError as error:
            # The SDK's message may repeat the key that the endpoint was sent, so it is not chained.
            self._told(error.response.headers)
            raise self._status_error(error, model) from None
        except TimeoutError:
            raise ModelUnavailable(f"no answer within {self._timeout:g} seconds") from None
        except openai.APIConnectionError as error:
            raise ModelUnavailable(self._trouble(error.__cause__ or error)) from None
        except ValueError as error:
            raise ModelUnavailable("the endpoint's answer is damaged JSON") from error

    def _trouble(self, cause: BaseException) -> str:
        while inner := cause.__cause__ or cause.__context__:  # the SDK's transport calls a refusal a time-out
            cause = inner
        place = urlsplit(str(self.client.base_url))
        return f"{type(cause).__name__} at {place.scheme}://{place.hostname}:{place.port or ''}".rstrip(":")

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
        return (text.replace(self._key, "***") if self._key else text)[:LONGEST_REASON]


def _is_here(base_url: str | None) -> bool:
    """Whether an endpoint is on this machine: no proxy has to do with it, and none may see what is asked."""
    host = urlsplit(base_url or "").hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _split(base_url: str | None) -> tuple[str | None, dict[str, str]]:
    """A base URL and its query, which the SDK would put before the path of a call."""
    if base_url is None:
        return None, {}
    parts = urlsplit(base_url)
    return urlunsplit(parts._replace(query="")), dict(parse_qsl(parts.query))


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
    then, now = _moment(value), _moment(headers.get("date"))
    # by the clock that wrote both, if it says so: ours may have been set meanwhile
    return None if then is None else max(0.0, then - (time.time() if now is None else now))


def _moment(date: str | None) -> float | None:
    try:
        return None if date is None else parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None


def _number(value: str | None) -> float | None:
    try:
        return None if value is None else max(0.0, float(value))
    except ValueError:
        return None
