"""``extractor run FOLDER --out OUT``: a folder of articles into one file of results."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.options import with_settings
from extractor.cli.outcome import INCOMPLETE, visible, with_exit_codes

if TYPE_CHECKING:
    from extractor.runs.folder import Progress
    from extractor.runs.summary import Summary
    from extractor.settings import Options


@with_settings
@with_exit_codes
def run(
    folder: Annotated[
        Path, typer.Argument(help="Folder of .txt and .md articles, read with its subfolders.")
    ],
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder that gets extractions.jsonl.")],
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", help="Articles in flight.", show_default=False)
    ] = None,
    chosen: "Options",
) -> None:
    """Extract every article of a folder, one line of extraction/v1 each.

    Exit code: 0 all complete, 1 some partial or failed, 2 wrong usage or configuration.
    """
    from extractor import Extractor  # noqa: PLC0415 - keeps --help fast

    if concurrency is not None:
        chosen = {**chosen, "concurrency": concurrency}
    with Extractor(**chosen) as extractor, _progress() as progress:
        summary = extractor.extract_folder(folder, out=out, progress=progress)
    _print_summary(summary, out)
    raise typer.Exit(0 if summary.is_complete else INCOMPLETE)


@contextmanager
def _progress() -> "Generator[Progress]":
    """A bar on a terminal, a plain line an article elsewhere, on standard error."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda result, _: typer.echo(
            f"{result.status:8} {visible(result.article.id)} ({len(result.claims)} claims)", err=True
        )
        return
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda result, total: bar.update(
            task, total=total, advance=1, description=visible(result.article.id)
        )


def _print_summary(summary: "Summary", out: Path) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from extractor.runs.folder import LEDGER  # noqa: PLC0415

    usage = summary.usage
    table = Table(title=f"{summary.articles} articles", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    rows: dict[str, int] = {
        **{str(status): count for status, count in summary.statuses.items()},
        "claims": summary.claims,
        "rejected": summary.rejected,
        "calls": usage.calls,
        "of these served from recordings or cache": usage.cached,
        "input tokens": usage.input_tokens,
        "output tokens": usage.output_tokens,
        "calls without token counts": usage.unmetered,
    }
    for name, count in rows.items():
        table.add_row(name, f"{count:,}")
    console = Console()
    console.print(table)
    for id_, message in summary.failures:
        console.print(f"{visible(id_)}: {visible(message)}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"results: {out / LEDGER}", markup=False, highlight=False, soft_wrap=True)
