"""What an endpoint can do, found out by asking it: which mode gives JSON that keeps to a schema, how fast.

Each question wants what its schema forbids, so that an answer that keeps to the schema was made to.
"""

import time
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from extractor.errors import ConfigurationError, ExtractorError, ModelUnavailable
from extractor.models.call import Reply, Request, answer_of
from extractor.models.openai import OpenAIModel
from extractor.settings import Mode, Settings

_QUESTION = (
    "Say hello in one short sentence of plain English prose. Do not use JSON, brackets or quotation marks."
)
_WAYS: tuple[tuple[Mode, bool], ...] = (
    ("json_schema", True), ("json_schema", False), ("tools", False), ("json", False), ("md_json", False),
)  # fmt: skip
"""Modes, and whether strict: those that hold a model to the schema first."""

_TOKENS = 400
"""Enough for the thoughts of a small reasoning model before so short an answer."""

Finding = Literal["kept", "not kept", "rejected"]


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


async def probe(settings: Settings, model: str) -> list[Tried]:
    """Try the modes in turn until one keeps to its schema, with one short call each.

    Args:
        settings: where the endpoint is.
        model: its name there.

    Raises:
        ConfigurationError: the key or the model is refused: no mode would help.
        ModelUnavailable: there is no endpoint there, or it does not answer.
    """
    tried: list[Tried] = []
    client = OpenAIModel(settings)
    try:
        for mode, strict in _WAYS:
            tried.append(await _try(client, model, mode, strict=strict))
            if tried[-1].finding == "kept":
                break
    finally:
        await client.aclose()
    return tried


async def _try(client: OpenAIModel, model: str, mode: Mode, *, strict: bool) -> Tried:
    body = {
        "model": model,
        "messages": [{"role": "user", "content": _QUESTION}],
        "max_completion_tokens": _TOKENS,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "greeting", "strict": strict, "schema": Greeting.model_json_schema()},
        },
    }
    begun = time.perf_counter()
    try:
        reply = await client(Request("probe", 1, body, mode, Greeting))
    except (ConfigurationError, ModelUnavailable):
        raise
    except ExtractorError as error:
        return Tried(mode, strict, "rejected", time.perf_counter() - begun, str(error), has_usage=False)
    seconds = time.perf_counter() - begun
    reason = _fault(reply)
    return Tried(mode, strict, "not kept" if reason else "kept", seconds, reason, bool(reply.usage))


def _fault(reply: Reply) -> str | None:
    try:
        reply.raise_if_unusable()
        Greeting.model_validate_json(answer_of(reply.content))
    except ExtractorError as error:
        return str(error)
    except ValidationError as error:
        return f"{error.errors()[0]['msg']}: {' '.join(reply.content.split())[:80]!r}"
    return None
