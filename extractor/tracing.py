"""Spans of OpenTelemetry around articles, records and calls; nothing at all where it is not installed.

Article text, prompts and replies are never attributes.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any

from extractor.version import __version__

Value = str | int | float | bool | list[str]


class Span:
    """A span under way, or none.

    Args:
        inner: OpenTelemetry's.
    """

    def __init__(self, inner: Any = None) -> None:
        self._inner = inner

    def tell(self, attributes: Mapping[str, Value | None]) -> None:
        """Add attributes; what is None is not known and left out."""
        if self._inner is not None:
            self._inner.set_attributes(
                {name: value for name, value in attributes.items() if value is not None}
            )


@contextmanager
def span(name: str, attributes: Mapping[str, Value | None], *, is_call: bool = False) -> Generator[Span]:
    """A span until the block ends; an error that leaves it is its status, by its name only.

    Args:
        name: of the span.
        attributes: as of ``Span.tell``.
        is_call: whether it is a call to somebody else.
    """
    trace = opentelemetry()
    if trace is None:
        yield Span()
        return
    kind = trace.SpanKind.CLIENT if is_call else trace.SpanKind.INTERNAL
    tracer = trace.get_tracer("extractor", __version__)
    # an error's message can repeat what was asked
    with tracer.start_as_current_span(
        name, kind=kind, record_exception=False, set_status_on_exception=False
    ) as inner:
        told = Span(inner)
        told.tell(attributes)
        try:
            yield told
        except Exception as error:  # it is only named, and goes on
            inner.set_attribute("error.type", type(error).__name__)
            inner.set_status(trace.StatusCode.ERROR)
            raise


@cache
def opentelemetry() -> Any:
    """OpenTelemetry's module of traces, None where it is not installed; looked for once."""
    try:
        return import_module("opentelemetry.trace")
    except ImportError:
        return None
