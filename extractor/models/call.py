"""What every layer takes and gives: a request, a reply, and the signature between them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Any, Protocol, Self

from pydantic import BaseModel, TypeAdapter

from extractor.errors import ModelRefused, ReplyTruncated

_DECODER = json.JSONDecoder()

_THINKING, _THOUGHT = "<think", "</think>"
"""Ends what a reasoning model says to itself, where its server does not keep that apart."""

_FENCE = re.compile(r"^```\w*[^\S\n]*$", re.MULTILINE)


@dataclass(frozen=True)
class Request:
    """One chat completion request.

    Args:
        record: which record it asks for, and ``version`` of the prompt; for messages to people.
        body: the request as it goes over the wire in mode json_schema and into batch files.
        mode: how the model is made to answer in JSON.
        reply_type: the pydantic class of the reply, which the other modes derive their wire form from.
        fresh: whether a cached reply will not do, because it was there before and stayed invalid.
    """

    record: str
    version: int
    body: Mapping[str, Any]
    mode: str
    reply_type: type[BaseModel]
    fresh: bool = False

    @property
    def prompt(self) -> str:
        """The prompt it is written with, such as ``claims@v1``."""
        return f"{self.record}@v{self.version}"

    @cached_property
    def key(self) -> str:
        """SHA-256 over canonical JSON of what can change the answer; never of key, host or time-out."""
        return request_key(self.body, self.mode)

    def asked_again(self, content: str, complaint: str) -> "Request":
        """The same conversation, going on with the reply and what is wrong with it."""
        messages = [
            *self.body["messages"],
            {"role": "assistant", "content": content},
            {
                "role": "user",
                "content": f"That answer cannot be used: {complaint}\nGive the whole answer, corrected.",
            },
        ]
        body = {**self.body, "messages": messages}
        return replace(self, body=body)


@dataclass(frozen=True)
class Reply:
    """One raw reply.

    Args:
        content: the text of the reply, verbatim.
        finish_reason: as the endpoint gives it; "length" means cut off.
        refusal: the model's words of refusal.
        model: the model's name as the endpoint gives it.
        usage: token counts as the endpoint gives them, None if it gives none.
        stored: whether it was paid for before: served from a recording or the cache.
        batch: whether it came from a batch, at its lower price.
    """

    content: str
    finish_reason: str
    refusal: str | None
    model: str | None
    usage: Mapping[str, Any] | None
    stored: bool = False
    batch: bool = False

    @classmethod
    def from_json(cls, text: str | bytes) -> "Reply":
        """Read a stored reply; it counts as stored.

        Raises:
            ValueError: it is none.
        """
        return replace(_STORED.validate_json(text), stored=True)

    @classmethod
    def from_completion(cls, completion: Mapping[str, Any]) -> Self:
        """Read a chat completion object; a tool call's arguments count as content.

        Raises:
            LookupError, TypeError: it has no choice with a message.
        """
        choice = completion["choices"][0]
        message = choice["message"]
        calls = message.get("tool_calls") or ()
        content = message.get("content") or (calls[0]["function"]["arguments"] if calls else "")
        return cls(
            content=_whole_characters(content),
            finish_reason=choice.get("finish_reason") or "stop",
            refusal=_whole_characters(message.get("refusal") or "") or None,
            model=completion.get("model"),
            usage=completion.get("usage"),
        )

    def raise_if_unusable(self) -> None:
        """Raise for a reply that is no answer.

        Raises:
            ModelRefused: the model or a content filter declined.
            ReplyTruncated: it was cut off at the token limit.
        """
        if self.refusal:
            raise ModelRefused(self.refusal)
        if self.finish_reason == "content_filter":
            raise ModelRefused("content filter")
        if self.finish_reason == "length":
            raise ReplyTruncated(self.content)


def answer_of(content: str) -> str:
    """The JSON of a reply: models that are not held to a schema think before it, fence it, or say more.

    One object and nothing else is left as it is, whatever stands in its strings; what is cut off, too.
    """
    content = content.removeprefix("\ufeff").strip()
    thought, fence = content.find(_THOUGHT), _FENCE.search(content)
    begins = [place for place in (content.find("{"), fence.start() if fence else -1) if place >= 0]
    # what an article quotes of such marks stands within the answer
    if thought >= 0 and (content.startswith(_THINKING) or thought < min(begins, default=thought + 1)):
        content = content[thought + len(_THOUGHT) :].lstrip()
        fence = _FENCE.search(content)
    if content.startswith("{"):
        return _first_object(content) or content
    if fence:
        inside = content[fence.end() :].lstrip()
        return _first_object(inside) or inside.rstrip().removesuffix("```")
    introduced = content.find("{")
    return (_first_object(content[introduced:]) if introduced >= 0 else None) or content


def _first_object(content: str) -> str | None:
    """The whole JSON object that a text begins with; None if there is none."""
    if not content.startswith("{"):
        return None
    try:
        _, end = _DECODER.raw_decode(content)
    except (ValueError, RecursionError):
        return None
    return content[:end]


def _whole_characters(text: str) -> str:
    """Text that can be stored: JSON can escape half a surrogate pair, UTF-8 cannot hold it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_STORED = TypeAdapter(Reply)


class Model(Protocol):
    """The signature of every layer."""

    async def __call__(self, request: Request, /) -> Reply:
        """Answer a request, or raise a ModelError, ReplayError or ConfigurationError."""
        ...


def request_key(body: Mapping[str, Any], mode: str) -> str:
    """See ``Request.key``."""
    asked = body if mode == "json_schema" else {**body, "mode": mode}
    canonical = json.dumps(asked, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return sha256(canonical.encode()).hexdigest()
