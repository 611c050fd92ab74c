"""Requests in the modes of instructor: a tool to call, JSON by instruction, JSON in a fence."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import Any

import instructor
from instructor.core.exceptions import IncompleteOutputException, InstructorRetryException
from openai.types.chat import ChatCompletion

from extractor.models.call import Request

# Without a handler Python prints instructor's errors to stderr, where ours already stand.
logging.getLogger("instructor").addHandler(logging.NullHandler())

_MODES = {
    "json": instructor.Mode.JSON,
    "tools": instructor.Mode.TOOLS,
    "md_json": instructor.Mode.MD_JSON,
}
_received: ContextVar[list[Mapping[str, Any]]] = ContextVar("received")
"""The completions of the call that is under way in this task."""


class ByInstructor:
    """Gives a request the form its mode asks for, and lets ``send`` post it."""

    def __init__(self, send: Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]) -> None:
        self._send = send
        self._create: dict[str, Any] = {}

    async def __call__(self, request: Request) -> Mapping[str, Any]:
        """The completion as the endpoint sent it."""
        create: Any = self._create.get(request.mode)
        if create is None:
            create = instructor.patch(create=self._complete, mode=_MODES[request.mode])
            self._create[request.mode] = create
        body = {name: value for name, value in request.body.items() if name != "response_format"}
        received: list[Mapping[str, Any]] = []
        token = _received.set(received)
        try:
            await create(response_model=request.reply_type, max_retries=0, **body)
        except (IncompleteOutputException, InstructorRetryException) as error:
            # What instructor thinks of a reply is judged again above, where it is stored under its request.
            if not received:
                raise error.__cause__ or error from None
        finally:
            _received.reset(token)
        return received[-1]

    async def _complete(self, **body: Any) -> ChatCompletion:
        completion = await self._send(body)
        _received.get().append(completion)
        return ChatCompletion.model_validate(_complete(completion))


def _complete(completion: Mapping[str, Any]) -> dict[str, Any]:
    """With what the SDK's type wants and servers of one's own leave out."""
    choices = [
        {"index": number, "finish_reason": "stop", **choice}
        for number, choice in enumerate(completion["choices"])
    ]
    return {
        "id": "",
        "created": 0,
        "model": "",
        "object": "chat.completion",
        **completion,
        "choices": choices,
    }
