"""What an endpoint can do, found out by asking it: first which mode gives JSON that keeps to a schema.

Each question wants what its schema forbids, so that an answer that keeps to the schema was made to.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from extractor.errors import (
    ConfigurationError,
    ContextWindowExceeded,
    ExtractorError,
    ModelUnavailable,
    RequestRejected,
)
from extractor.models.call import Reply, Request, answer_of
from extractor.models.openai import OpenAIModel
from extractor.settings import Mode, Settings, TokenLimit

_QUESTION = (
    "Say hello in one short sentence of plain English prose. Do not use JSON, brackets or quotation marks."
)
_LONG_QUESTION = "Put all whole numbers from 1 to 400 into the greeting, in words, one after the other."
_WAYS: tuple[tuple[Mode, bool], ...] = (
    ("json_schema", True), ("json_schema", False), ("tools", False), ("json", False), ("md_json", False),
)  # fmt: skip
"""Modes, and whether strict: those that hold a model to the schema first."""

_TOKENS = 8_000
"""Enough for the thoughts of a reasoning model before so short an answer; others end long before."""

_FEW = 16
"""Tokens to which a reply is limited, to see whether it is."""

_FILLER = "The council met again on the second day and put the matter off until the spring. "
_TEMPLATE = {"full": 12_000, "small": 3_000}
"""Code points of the longest prompt besides the article, by profile."""

Finding = Literal["kept", "not kept", "rejected"]
Context = Literal["whole", "cut", "too small"]


class Greeting(BaseModel):
    """What is asked for; nobody would answer the question in this form unless held to it."""

    model_config = ConfigDict(extra="forbid")

    greeting: str
    shouted: bool


@dataclass(frozen=True)
class Tried:
    """A mode that was tried.

    Args:
        mode: see ``Settings.mode``.
        strict: whether strict decoding was asked for.
        finding: whether the reply kept to the schema, or the endpoint would not have the request.
        seconds: until the reply.
        reason: what the endpoint or the schema had to say, None if nothing.
        has_usage: whether token counts came with the reply.
    """

    mode: Mode
    strict: bool
    finding: Finding
    seconds: float
    reason: str | None
    has_usage: bool


@dataclass(frozen=True)
class Probed:
    """What was found out.

    Args:
        tried: the modes in the order tried; the last one is to be used, if it kept to the schema.
        refused: sampling settings that the model does not take, such as ``temperature``.
        token_limit: the name by which a reply was cut off at the most tokens; None if by neither: the
            server ignores it, or the model answered in few words.
        context: what became of a request as long as the settings allow; None if that was not tried, or
            cannot be told without token counts.
    """

    tried: tuple[Tried, ...]
    refused: tuple[str, ...]
    token_limit: TokenLimit | None = None
    context: Context | None = None

    @property
    def best(self) -> Tried:
        """The mode that was tried last."""
        return self.tried[-1]


async def probe(settings: Settings, model: str, *, with_context: bool = False) -> Probed:
    """Try the modes in turn until one keeps to its schema, then whether its replies can be limited.

    Two to seven short calls, and with ``with_context`` one as long as the longest of an article.

    Args:
        settings: where the endpoint is.
        model: its name there.
        with_context: also try whether a long request is read as a whole.

    Raises:
        ConfigurationError: the key or the model is refused: no mode would help.
        ModelUnavailable: there is no endpoint there, or it does not answer.
    """
    client = OpenAIModel(settings)
    try:
        return await _Probe(client, settings, model).run(with_context=with_context)
    finally:
        await client.aclose()


class _Probe:
    def __init__(self, client: OpenAIModel, settings: Settings, model: str) -> None:
        self._client = client
        self._settings = settings
        self._model = model
        chosen = {"temperature": settings.temperature, "seed": settings.seed}
        self._sampling = {name: value for name, value in chosen.items() if value is not None}
        self._refused: list[str] = []

    async def run(self, *, with_context: bool) -> Probed:
        tried: list[Tried] = []
        for mode, strict in _WAYS:
            tried.append(await self._try(mode, strict=strict))
            if tried[-1].finding == "kept":
                break
        found = Probed(tuple(tried), tuple(self._refused))
        if found.best.finding != "kept":
            return found
        limit = await self._token_limit(found.best)
        context = await self._context(found.best) if with_context else None
        return replace(found, token_limit=limit, context=context)

    async def _try(self, mode: Mode, *, strict: bool) -> Tried:
        begun = time.perf_counter()
        try:
            reply = await self._ask(_QUESTION, mode, strict=strict)
        except (ConfigurationError, ModelUnavailable):
            raise
        except ExtractorError as error:
            return Tried(mode, strict, "rejected", time.perf_counter() - begun, str(error), has_usage=False)
        seconds = time.perf_counter() - begun
        reason = _fault(reply)
        return Tried(mode, strict, "not kept" if reason else "kept", seconds, reason, bool(reply.usage))

    async def _ask(self, question: str, mode: Mode, *, strict: bool, **limit: int) -> Reply:
        try:
            return await self._send(question, mode, strict=strict, **limit)
        except RequestRejected as error:
            refused = next((name for name in self._sampling if name in error.reason), None)
            if refused is None:
                raise
            del self._sampling[refused]
            self._refused.append(refused)
        return await self._ask(question, mode, strict=strict, **limit)

    async def _send(self, question: str, mode: Mode, *, strict: bool, **limit: int) -> Reply:
        body: Mapping[str, Any] = {
            "model": self._model,
            "messages": [{"role": "user", "content": question}],
            **self._sampling,
            **(limit or {"max_completion_tokens": _TOKENS}),
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "greeting", "strict": strict, "schema": Greeting.model_json_schema()},
            },
        }
        return await self._client(Request("probe", 1, body, mode, Greeting))

    async def _token_limit(self, best: Tried) -> TokenLimit | None:
        """The name of the limit by which a reply is cut off, the one that is set tried before the other."""
        names: tuple[TokenLimit, ...] = ("max_completion_tokens", "max_tokens")
        for name in sorted(names, key=lambda name: name != self._settings.token_limit):
            try:
                reply = await self._ask(_LONG_QUESTION, best.mode, strict=best.strict, **{name: _FEW})
            except RequestRejected:
                continue
            if reply.finish_reason == "length":
                return name
        return None

    async def _context(self, best: Tried) -> Context | None:
        """Whether a long request is read as a whole: some servers cut it off without a word."""
        times = (self._settings.window + _TEMPLATE[self._settings.profile]) // len(_FILLER)
        try:
            reply = await self._ask(_FILLER * times + _QUESTION, best.mode, strict=best.strict)
        except ContextWindowExceeded:
            return "too small"
        read: Any = (reply.usage or {}).get("prompt_tokens")
        if not isinstance(read, int):
            return None
        return "cut" if read < times * len(_FILLER.split()) else "whole"


def _fault(reply: Reply) -> str | None:
    try:
        reply.raise_if_unusable()
        Greeting.model_validate_json(answer_of(reply.content))
    except ExtractorError as error:
        return str(error)
    except ValidationError as error:
        return f"{error.errors()[0]['msg']}: {' '.join(reply.content.split())[:80]!r}"
    return None
