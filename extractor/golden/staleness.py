"""A request of a case that no recorded reply answers: what changed in it, what asking again would cost."""

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from extractor.catalog import RECORDS
from extractor.golden.cases import Case
from extractor.golden.waiting import waiting_request
from extractor.models.call import Request
from extractor.models.recordings import Recording, find_recordings, read_recording
from extractor.models.stack import model_name

CHARACTERS_A_TOKEN = 4
"""A rough measure where there are no token counts: English has about four, French a little less."""

_STEPS = 3
"""Calls of an article: segments, claims, attribution."""

MOST_LINES = 40
"""Lines of a difference that are shown."""


@dataclass(frozen=True)
class Cost:
    """What recording would cost: calls and tokens, estimated where no recorded reply gives counts."""

    calls: int = 0
    tokens: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.calls + other.calls, self.tokens + other.tokens)

    def __str__(self) -> str:
        return f"about {self.calls} calls, {self.tokens:,} tokens"


@dataclass(frozen=True)
class Stale:
    """A request without a reply.

    Args:
        prompt: what it asks, such as ``claims@v1``.
        changed: how it differs from the nearest recorded one, line by line; empty if none was recorded.
        cost: of the recorded calls of the case that it and the steps after it would replace, one at least.
    """

    prompt: str
    changed: tuple[str, ...]
    cost: Cost


def staleness(case: Case, model: str | None = None) -> Stale | None:
    """What a case waits for, None if every request has its reply.

    Args:
        case: the case.
        model: the model to ask, by default the one that was asked.

    Raises:
        NoModel, NoSuchFolder, InvalidSetting, NoSuchPrompt: the case does not say what to ask.
        RecordingUnreadable: a reply is damaged.
    """
    request = waiting_request(case, model or model_name(case.settings()))
    if request is None:
        return None
    recordings = [read_recording(path) for path in find_recordings(case.replies).values()]
    nearest = max(
        (each for each in recordings if each.record == request.record),
        key=lambda each: _likeness(each, request),
        default=None,
    )
    changed = tuple(_difference(nearest, request)) if nearest else ()
    later = [each for each in recordings if _step(each.record) >= _step(request.record)]
    tokens = sum(map(_tokens, later)) or _estimated(request.body)
    return Stale(f"{request.record}@v{request.version}", changed, Cost(max(1, len(later)), tokens))


def cost_of_all(case: Case, model: str) -> Cost:
    """What asking for every reply of a case would cost, by the replies of before if there are any.

    Args:
        case: the case; without replies its first request stands for each of the three.
        model: the model to ask.
    """
    recordings = [read_recording(path) for path in find_recordings(case.replies).values()]
    if recordings:
        return Cost(len(recordings), sum(map(_tokens, recordings)))
    request = waiting_request(case, model)
    return Cost(_STEPS, _STEPS * _estimated(request.body)) if request else Cost()


def cost_of_rest(case: Case, model: str, *, missing: bool = True, stale: bool = True) -> Cost:
    """What asking for what has no reply would cost.

    Args:
        case: the case.
        model: the model to ask.
        missing: count what was never recorded.
        stale: count what is asked otherwise now than it was recorded.
    """
    if not any(find_recordings(case.replies)):
        return cost_of_all(case if case.sample == 1 else case.at(1), model) if missing else Cost()
    found = staleness(case, model)
    if found is None or not (stale if found.changed else missing):
        return Cost()
    return found.cost


def _step(record: str) -> int:
    return RECORDS.index(record) if record in RECORDS else len(RECORDS)


def _likeness(recording: Recording, request: Request) -> float:
    one, other = (list(_messages(body)) for body in (recording.body, request.body))
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def _difference(recording: Recording, request: Request) -> Iterator[str]:
    """Settings that changed, then the lines of the messages."""
    if recording.mode != request.mode:
        yield f"mode: {recording.mode} -> {request.mode}"
    if recording.version != request.version:
        yield f"prompt: {recording.record}@v{recording.version} -> {request.record}@v{request.version}"
    for name in sorted({*recording.body, *request.body} - {"messages"}):
        old, new = recording.body.get(name), request.body.get(name)
        if old != new:
            yield from _setting(name, old, new)
    old_lines, new_lines = (list(_messages(body)) for body in (recording.body, request.body))
    yield from _unified(old_lines, new_lines, "messages")


def _setting(name: str, old: object, new: object) -> Iterator[str]:
    before, after = (json.dumps(each, indent=1, ensure_ascii=False) for each in (old, new))
    if "\n" in before and "\n" in after:
        yield from _unified(before.splitlines(), after.splitlines(), name)
    else:
        yield f"setting {name}: {json.dumps(old)} -> {json.dumps(new)}"


def _unified(old: list[str], new: list[str], name: str) -> Iterator[str]:
    lines = list(difflib.unified_diff(old, new, f"recorded {name}", f"{name} today", lineterm="", n=1))
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"... and {len(lines) - MOST_LINES} lines more"


def _messages(body: Mapping[str, Any]) -> Iterator[str]:
    for message in body["messages"]:
        yield f"=== {message['role']} ==="
        yield from str(message["content"]).splitlines()


def _tokens(recording: Recording) -> int:
    usage = recording.reply.usage or {}
    counted = [usage.get(key) for key in ("prompt_tokens", "completion_tokens")]
    metered = [each for each in counted if isinstance(each, int)]
    if len(metered) == len(counted):
        return sum(metered)
    return _estimated(recording.body) + len(recording.reply.content) // CHARACTERS_A_TOKEN


def _estimated(body: Mapping[str, Any]) -> int:
    return sum(len(str(message["content"])) for message in body["messages"]) // CHARACTERS_A_TOKEN
