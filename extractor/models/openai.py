"""The live layer: openai's SDK, with instructor for the modes that are not the wire's own.

In mode json_schema the request goes out as it was keyed and recorded. For servers without schema decoding
instructor puts the reply's schema into the form the mode asks for (tool, fenced JSON) and takes the reply
apart. Transport is retried in ``retry``, invalid replies are asked again in ``asking``, above the cache, so
that each reply is stored under its own request and a replay never needs this module: only the first live
call imports it.

The SDK's ``post`` is used and its transport over aiohttp: its typed method and httpx take more CPU a call,
and the limits need the headers of each answer.
"""

import json
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from extractor.errors import ModelUnavailable, RequestRejected
from extractor.models.call import Reply, Request
from extractor.models.endpoint import LONGEST_REASON, Endpoint
from extractor.settings import Settings

if TYPE_CHECKING:
    from extractor.models.instructed import ByInstructor

# The transport's own response is asked for: nothing of it is parsed twice. openai 2 stands on httpx, 3 on
# httpx2.
_Response: Any = import_module("httpx2" if find_spec("httpx2") else "httpx").Response

_LIMIT, _OLD_LIMIT = "max_completion_tokens", "max_tokens"

Completion = dict[str, Any]
"""A chat completion as the endpoint sent it."""


class OpenAIModel:
    """Any endpoint that speaks the OpenAI chat completions protocol.

    Args:
        settings: where it is and how to ask.
        told: is given the headers of each answer.
    """

    def __init__(
        self, settings: Settings, told: Callable[[Mapping[str, str]], None] = lambda _: None
    ) -> None:
        self._told = told
        self._endpoint = Endpoint(settings, told)
        self._by_instructor: ByInstructor | None = None
        self._limit: str = settings.token_limit

    async def __call__(self, request: Request) -> Reply:
        """Call the endpoint once."""
        if request.mode == "json_schema":
            return _reply(await self._send(request.body))
        if self._by_instructor is None:
            from extractor.models.instructed import ByInstructor  # noqa: PLC0415 - takes a second; most need none

            self._by_instructor = ByInstructor(self._send)
        return _reply(await self._by_instructor(request))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._endpoint.aclose()

    async def _send(self, body: Mapping[str, Any]) -> Completion:
        """Post a request; a server that refuses the one name of the token limit gets it by the other."""
        name = self._limit
        try:
            return await self._post(_renamed(body, name))
        except RequestRejected as error:
            if _LIMIT not in body or name not in error.reason:
                raise
        self._limit = _OLD_LIMIT if name == _LIMIT else _LIMIT
        return await self._post(_renamed(body, self._limit))

    async def _post(self, body: Mapping[str, Any]) -> Completion:
        async with self._endpoint.asking(str(body.get("model"))):
            response = await self._endpoint.client.post(
                "/chat/completions", body=dict(body), cast_to=_Response
            )
            data: Any = json.loads(response.content)
        self._told(response.headers)
        if not _has_message(data):
            raise ModelUnavailable(_not_a_completion(data))
        completion: Completion = data
        return completion


def _renamed(body: Mapping[str, Any], limit: str) -> Mapping[str, Any]:
    return {limit if name == _LIMIT else name: value for name, value in body.items()}


def _reply(completion: Mapping[str, Any]) -> Reply:
    try:
        return Reply.from_completion(completion)
    except (LookupError, TypeError, AttributeError) as error:
        raise ModelUnavailable(f"the endpoint's answer is no chat completion ({error})") from error


def _has_message(data: Any) -> bool:
    """Whether an answer is a chat completion with a message."""
    try:
        message = data["choices"][0]["message"]
        return isinstance(message.get("content"), str | None)
    except (LookupError, TypeError, AttributeError):
        return False


def _not_a_completion(data: Any) -> str:
    """What came instead; some endpoints send an error with status 200."""
    error: Any = data.get("error") if hasattr(data, "get") else None
    told: Any = error.get("message") if hasattr(error, "get") else error
    if told:
        return f"the endpoint's answer is an error: {' '.join(str(told).split())[:LONGEST_REASON]}"
    return "the endpoint's answer is no chat completion; check the base URL"
