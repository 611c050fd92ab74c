"""The end of a run: sums, failures by cause with what to do, and how to go on."""

from pathlib import Path
from typing import TYPE_CHECKING

from extractor.cli.outcome import visible

if TYPE_CHECKING:
    from rich.console import Console

    from extractor.runs.summary import Cause, Summary

_SHOWN = 5


def print_summary(summary: "Summary", out: Path) -> None:
    """Print what a run amounted to."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from extractor.runs.ledger import LEDGER  # noqa: PLC0415

    title = "1 article" if summary.articles == 1 else f"{summary.articles:,} articles"
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in _rows(summary).items():
        table.add_row(name, value)
    console = Console()
    console.print(table)
    for cause in sorted(summary.causes.values(), key=lambda each: -each.articles):
        _print_cause(console, cause)
    if summary.stopped:
        _say(console, f"{summary.stopped}: the same command goes on from here, nothing is paid for twice")
    _say(console, f"results: {out / LEDGER}")


def _rows(summary: "Summary") -> dict[str, str]:
    usage, paid = summary.usage, summary.paid
    counts = {
        **{str(status): count for status, count in summary.statuses.items()},
        "claims": summary.claims,
        "rejected": summary.rejected,
        "calls": usage.calls,
        "of these served from recordings or cache": usage.cached,
        "input tokens": usage.input_tokens,
        "output tokens": usage.output_tokens,
        "calls without token counts": usage.unmetered,
    }
    extra = {
        "done before": summary.skipped,
        "of a text that another has": summary.duplicates,
        "named twice": summary.repeated,
        "input tokens from the provider's prompt cache": usage.cached_input_tokens,
        "calls paid for now": paid.calls,
    }
    rows = {name: f"{count:,}" for name, count in {**counts, **_some(extra)}.items()}
    if paid.cost is not None:
        rows["paid now"] = f"${paid.cost:,.4f}"
    if usage.cost is not None:
        rows["cost of these results"] = f"${usage.cost:,.4f}"
    return rows


def _some(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def _print_cause(console: "Console", cause: "Cause") -> None:
    articles = "1 article" if cause.articles == 1 else f"{cause.articles:,} articles"
    _say(console, f"\n{cause.error}, {articles}: {cause.advice}")
    for id_, message in cause.examples[:_SHOWN]:
        _say(console, f"  {visible(id_)}: {visible(message)}")
    if cause.articles > _SHOWN:
        _say(console, f"  ... and {cause.articles - min(_SHOWN, len(cause.examples)):,} more")


def _say(console: "Console", text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
