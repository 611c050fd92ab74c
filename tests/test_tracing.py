"""Spans: one an article, a record and a call, with what they took and never what was said."""

import asyncio
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from doubles.faults import Fault, serve_faults
from doubles.notices import answer, notice
from opentelemetry import trace

from extractor import Extractor, tracing
from extractor.errors import ModelUnavailable
from extractor.version import __version__

PRICE = (2, 0.5, 8)


@dataclass
class Made:
    """A span as it was made."""

    name: str
    parent: str | None
    kind: trace.SpanKind
    attributes: dict[str, Any] = field(default_factory=dict[str, Any])
    status: trace.StatusCode | None = None

    def set_attribute(self, name: str, value: object) -> None:
        self.attributes[name] = value

    def set_attributes(self, attributes: dict[str, object]) -> None:
        self.attributes.update(attributes)

    def set_status(self, status: trace.StatusCode) -> None:
        self.status = status


class Tracer:
    """Remembers spans, each below the one that is open in its task."""

    def __init__(self) -> None:
        self.made: list[Made] = []
        self._open: list[Made] = []

    @contextmanager
    def start_as_current_span(self, name: str, *, kind: trace.SpanKind, **how: bool) -> Generator[Made]:
        assert how == {"record_exception": False, "set_status_on_exception": False}
        made = Made(name, self._open[-1].name if self._open else None, kind)
        self.made.append(made)
        self._open.append(made)
        try:
            yield made
        finally:
            self._open.pop()


@pytest.fixture
def tracer(monkeypatch: pytest.MonkeyPatch) -> Tracer:
    tracer = Tracer()

    def get_tracer(name: str, version: str) -> Tracer:
        assert (name, version) == ("extractor", __version__)
        return tracer

    monkeypatch.setattr(trace, "get_tracer", get_tracer)
    return tracer


def extracted(cache: Path, fault: Fault | None = None, **options: Any) -> int:
    """Extract an article twice; the port of the endpoint."""
    with (
        serve_faults(answer, plan=lambda _: fault) as server,
        Extractor(base_url=server.url, model="m", price=PRICE, cache=cache, **options) as extractor,
    ):
        for _ in range(2):
            extractor.extract(notice(1))
    return int(server.url.rpartition(":")[2].removesuffix("/v1"))


def test_each_article_record_and_live_call_has_a_span(tracer: Tracer, tmp_path: Path) -> None:
    port = extracted(tmp_path, temperature=0.0, max_tokens=500)
    first, second = tracer.made[:7], tracer.made[7:]
    assert [(each.name, each.parent) for each in first] == [
        ("extract article", None),
        ("ask segments", "extract article"), ("chat m", "ask segments"),
        ("ask claims", "extract article"), ("chat m", "ask claims"),
        ("ask attribution", "extract article"), ("chat m", "ask attribution"),
    ]  # fmt: skip
    # what the cache answers is no call
    assert [each.name for each in second] == [
        "extract article",
        "ask segments",
        "ask claims",
        "ask attribution",
    ]
    assert second[1].attributes["extractor.cached_calls"] == 1
    call = first[2]
    assert call.kind is trace.SpanKind.CLIENT
    assert call.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.output.type": "json",
        "gen_ai.request.model": "m",
        "gen_ai.request.max_tokens": 500,
        "gen_ai.request.temperature": 0.0,
        "gen_ai.response.model": "served",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
        "extractor.prompt": "segments@v1",
        "extractor.cost": pytest.approx(3.6e-4),
        "server.address": "127.0.0.1",
        "server.port": port,
    }
    assert first[0].attributes["extractor.status"] == "complete"
    assert first[0].attributes["extractor.cost"] == pytest.approx(3 * 3.6e-4)
    assert "Selon" not in str(tracer.made)


def test_a_failure_is_named_and_not_quoted(tracer: Tracer, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable):
        extracted(tmp_path, Fault.SERVER_ERROR, attempts=2, backoff=0.0)
    calls = [each for each in tracer.made if each.name == "chat m"]
    assert len(calls) == 1  # with all its attempts
    assert (calls[0].status, calls[0].attributes["error.type"]) == (
        trace.StatusCode.ERROR,
        "ModelUnavailable",
    )
    assert "had an error" not in str(tracer.made)


def test_without_opentelemetry_there_is_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", None)
    tracing.opentelemetry.cache_clear()
    try:
        extracted(tmp_path)
        with tracing.span("any", {"a": 1}) as told:
            told.tell({"b": 2})
    finally:
        tracing.opentelemetry.cache_clear()


def test_spans_of_tasks_do_not_mix_with_the_real_package() -> None:
    async def nested() -> None:
        with tracing.span("outer", {}), tracing.span("inner", {"none": None}):
            await asyncio.sleep(0)

    async def several() -> None:
        await asyncio.gather(nested(), nested())

    asyncio.run(several())
