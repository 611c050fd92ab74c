"""Ask for one record: render, call, parse, and ask again with what was wrong, keeping count."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import pydantic_core
from pydantic import BaseModel, TypeAdapter, ValidationError

from extractor.catalog import Prompt, load_prompt
from extractor.errors import ExtractorError, InvalidSetting, ReplyInvalid, ReplyNotJSON
from extractor.models.call import Model, Reply, Request, answer_of
from extractor.models.meter import added, metered, spent_since
from extractor.narrowing import narrowed
from extractor.prices import find_price
from extractor.schemas.extraction.v1 import Problem, Record, RecordProvenance, Rejected, Usage
from extractor.settings import Settings
from extractor.templates import render
from extractor.tracing import span

T = TypeVar("T", bound=BaseModel)

_MOST_COMPLAINTS = 10
_ASKED_ONCE = ("repair",)


class Asker:
    """One article's conversation with the model, and the account of it.

    Args:
        model: answers requests.
        settings: model name, prompt versions, sampling.
        model_name: the model to put into requests.

    ``problems`` and ``rejected`` collect what the result has to say; ``usage`` and ``provenance`` are its
    account of calls.
    """

    def __init__(self, model: Model, settings: Settings, model_name: str) -> None:
        self._model = model
        self.settings = settings
        self._model_name = model_name
        self._price = find_price(model_name, settings.own_price)
        self._keys: dict[str, list[str]] = {}
        self._prompts: dict[str, Prompt] = {}
        self.problems: list[Problem] = []
        self.rejected: list[Rejected] = []
        self.usage = Usage()

    def form(self, record: Record) -> type[BaseModel]:
        """The class of replies to a record's prompt, of the version that the settings name."""
        return load_prompt(self.settings.prompt(record)).schema.model

    async def ask(
        self,
        record: Record,
        reply_type: type[T],
        *,
        check: Callable[[T], str | None] = lambda _: None,
        **variables: object,
    ) -> T:
        """The model's reply to a record's prompt, valid by its schema and by ``check``.

        Args:
            record: what to ask for.
            reply_type: the class of the reply.
            check: what is wrong with a reply in words for the model, None if nothing.
            variables: what the prompt's template needs.

        Raises:
            ReplyNotJSON, ReplyInvalid: still so after re-asking; ``content`` is the last reply.
            ReplyTruncated, ModelRefused, ModelUnavailable, ...: from the model.
        """
        request = self._request(record, **variables)
        before = self.usage
        with span(f"ask {record}", {"extractor.record": record, "extractor.prompt": request.prompt}) as told:
            try:
                return await self._answer(request, reply_type, check)
            finally:
                spent = spent_since(before, self.usage)
                told.tell({"extractor.calls": spent.calls, "extractor.cached_calls": spent.cached})

    async def _answer(self, request: Request, reply_type: type[T], check: Callable[[T], str | None]) -> T:
        stored_before = self.usage.cached
        try:
            return await self._converse(request, reply_type, check)
        except (ReplyNotJSON, ReplyInvalid):
            if self.settings.replay or self.usage.cached == stored_before:
                raise
        # The cache held replies that are no good; those must not fail the article for ever.
        return await self._converse(replace(request, fresh=True), reply_type, check)

    async def _converse(self, request: Request, reply_type: type[T], check: Callable[[T], str | None]) -> T:
        attempts = 1 if request.record in _ASKED_ONCE else 1 + self.settings.reasks
        for left in reversed(range(attempts)):
            reply = await self._call(request)
            try:
                return _parse(reply.content, reply_type, check)
            except (ReplyNotJSON, ReplyInvalid) as error:
                if not left:
                    raise
                request = request.asked_again(error.content, error.reason)
        raise AssertionError("there is at least one attempt")

    def note(self, error: ExtractorError, record: Record) -> None:
        """Put an error on the result's list of problems."""
        self.problems.append(Problem(error=type(error).__name__, record=record, message=str(error)))

    def reject(self, record: Record, reason: str, **value: object) -> None:
        """Put something that the article does not bear out on the result's list of rejected items."""
        self.rejected.append(Rejected(record=record, reason=reason, value=value))

    def provenance(self) -> dict[str, RecordProvenance]:
        """Which prompts and schemas were used, and the keys of the requests."""
        return {
            record: RecordProvenance(
                prompt=prompt.name,
                prompt_sha256=prompt.sha256,
                schema_version=prompt.schema.name,
                schema_sha256=prompt.schema.sha256,
                requests=tuple(self._keys[record]),
            )
            for record, prompt in self._prompts.items()
            if record in self._keys
        }

    def _request(self, record: Record, **variables: object) -> Request:
        settings = self.settings
        if settings.mode == "auto":
            raise InvalidSetting("mode", "auto is found out by extract and run; name the mode here")
        prompt = self._prompts.setdefault(record, load_prompt(settings.prompt(record)))
        schema = prompt.schema
        json_schema = schema.strict() if settings.strict else schema.json_schema
        body: dict[str, Any] = {
            "model": self._model_name,
            "messages": render(prompt, **variables),
            "response_format": {
                "type": "json_schema",
                "json_schema": {
                    "name": schema.name,
                    "strict": settings.strict,
                    "schema": narrowed(schema.name, json_schema, variables),
                },
            },
            "max_completion_tokens": settings.max_tokens,
        }
        if settings.temperature is not None:
            body["temperature"] = settings.temperature
        if settings.seed is not None:
            body["seed"] = settings.seed
        return Request(record, prompt.version, body, settings.mode, schema.model)

    async def _call(self, request: Request) -> Reply:
        reply = await self._model(request)
        self._keys.setdefault(request.record, []).append(request.key)
        self.usage = added(self.usage, metered(reply, self._price))
        reply.raise_if_unusable()
        return reply


def salvage(content: str, reply_type: type[T]) -> T | None:
    """The finished, valid items of a reply that was cut off or is invalid in places; None if there are none.

    An item on which the text breaks off is never kept, even if what came of it happens to be valid.
    """
    content = answer_of(content)
    try:
        data: Any = pydantic_core.from_json(content)
        is_whole = True
    except ValueError:
        is_whole = False
        try:
            data = pydantic_core.from_json(content, allow_partial=True)
        except ValueError:
            return None
    if not isinstance(data, dict):
        return None
    lists: dict[str, Any] = {**data}
    last: Any = lists[list(lists)[-1]] if lists and not is_whole else None
    if isinstance(last, list):
        del last[-1:]
    elif isinstance(last, dict) and last:
        last.popitem()
    kept: dict[str, Any] = {
        name: _valid_items(lists.get(name), field.annotation)
        for name, field in reply_type.model_fields.items()
    }
    return reply_type.model_construct(**kept) if any(kept.values()) else None


def _valid_items(items: Any, annotation: Any) -> list[BaseModel] | dict[str, Any]:
    if len(annotation.__args__) > 1:
        return _valid_entries(items, TypeAdapter(annotation.__args__[1]))
    (item_type,) = annotation.__args__
    valid: list[BaseModel] = []
    if not isinstance(items, list):
        return valid
    candidates: list[Any] = [*items]
    for item in candidates:
        try:
            valid.append(item_type.model_validate(item))
        except ValidationError:
            continue
    return valid


def _valid_entries(entries: Any, value: TypeAdapter[Any]) -> dict[str, Any]:
    valid: dict[str, Any] = {}
    if not isinstance(entries, dict):
        return valid
    candidates: dict[str, Any] = {**entries}
    for name, entry in candidates.items():
        try:
            valid[name] = value.validate_python(entry)
        except ValidationError:
            continue
    return valid


def _parse(content: str, reply_type: type[T], check: Callable[[T], str | None]) -> T:
    try:
        value = reply_type.model_validate_json(answer_of(content))
    except ValidationError as error:
        raise _invalid(error, content) from None
    if complaint := check(value):
        raise ReplyInvalid(complaint, content)
    return value


def _invalid(error: ValidationError, content: str) -> ReplyNotJSON | ReplyInvalid:
    complaints = error.errors(include_url=False, include_input=False, include_context=False)
    if complaints[0]["type"] == "json_invalid":
        return ReplyNotJSON(complaints[0]["msg"], content)
    reasons = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in complaints[:_MOST_COMPLAINTS]]
    return ReplyInvalid("; ".join(reasons), content)
