"""Progress of a run: one live line on a terminal, a plain line an article elsewhere, or JSON for machines."""

import json
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from extractor.cli.outcome import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from extractor.runs.progress import Progress, Watch
    from extractor.schemas.extraction.v1 import Extraction

_A_MINUTE, _AN_HOUR = 60, 3600


@contextmanager
def display(*, quiet: bool, as_json: bool) -> "Generator[Watch | None]":
    """Something to tell progress to, on standard error."""
    if as_json:
        yield _tell_json
    elif quiet:
        yield None
    elif sys.stderr.isatty():
        with _live() as watch:
            yield watch
    else:
        yield _tell_line


def _tell_line(progress: "Progress", result: "Extraction | None") -> None:
    if result is None:
        return
    reason = f": {result.problems[0].message}" if result.problems else ""
    total = "" if progress.total is None else f"/{progress.total}"
    done = progress.done + progress.skipped
    line = f"[{done}{total}] {result.status:8} {result.article.id} ({len(result.claims)} claims){reason}"
    typer.echo(visible(line), err=True)


def _tell_json(progress: "Progress", result: "Extraction | None") -> None:
    """No article text and no claim: a log may go where articles may not."""
    event: dict[str, object] = {"time": time.time(), "event": "run" if result is None else "article"}
    if result is not None:
        event |= {
            "id": result.article.id,
            "status": result.status,
            "claims": len(result.claims),
            "errors": [problem.error for problem in result.problems],
            "calls": result.usage.calls,
            "cached": result.usage.cached,
            "cost": result.usage.cost,
        }
    event |= {
        "total": progress.total,
        "done": progress.done,
        "skipped": progress.skipped,
        "failed": progress.failed,
        "in_flight": progress.in_flight,
        "paid_calls": progress.paid.calls,
        "paid": progress.paid.cost,
    }
    typer.echo(json.dumps(event, ensure_ascii=False), err=True)


@contextmanager
def _live() -> "Generator[Watch]":
    from rich.console import Console  # noqa: PLC0415
    from rich.live import Live  # noqa: PLC0415

    shown: list[Progress] = []

    def render() -> "RenderableType":
        return _rendered(shown[0]) if shown else ""

    def watch(progress: "Progress", result: "Extraction | None") -> None:
        if not shown:
            shown.append(progress)
        if result is not None and result.problems:
            live.console.print(
                f"{result.status} {visible(result.article.id)}: {visible(result.problems[0].message)}",
                markup=False,
                highlight=False,
                style="yellow" if result.status == "partial" else "red",
            )

    console = Console(stderr=True)
    with Live(get_renderable=render, console=console, refresh_per_second=4, transient=True) as live:
        yield watch


def _rendered(progress: "Progress") -> "RenderableType":
    from rich.console import Group  # noqa: PLC0415
    from rich.progress_bar import ProgressBar  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    done = progress.done + progress.skipped
    bar = ProgressBar(total=progress.total, completed=done, pulse=progress.total is None, width=60)
    return Group(bar, Text(_line(progress), no_wrap=True, overflow="ellipsis"))


def _line(progress: "Progress") -> str:
    done = progress.done + progress.skipped
    paid = progress.paid
    parts = [
        f"{done:,}" + ("" if progress.total is None else f" of {progress.total:,}"),
        f"{progress.partial} partial" if progress.partial else "",
        f"{progress.failed} failed" if progress.failed else "",
        f"{progress.rate:.1f}/s",
        f"{progress.calls_in_flight} calls in flight",
        f"{paid.calls:,} paid" + ("" if paid.cost is None else f" (${paid.cost:,.2f})"),
        f"paused {progress.paused:.0f} s" if progress.paused >= 1 else "",
        "" if progress.seconds_left is None else f"{_duration(progress.seconds_left)} left",
    ]
    return "  ".join(part for part in parts if part)


def _duration(seconds: float) -> str:
    if seconds < _A_MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _AN_HOUR:
        return f"{seconds / _A_MINUTE:.0f} min"
    return f"{seconds / _AN_HOUR:.1f} h"
