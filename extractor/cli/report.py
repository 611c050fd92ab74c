"""``extractor report OUT``: the results of a run as a site to look at."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.articles import Columns, Lists, Moved, inputs_of_results
from extractor.cli.outcome import visible, with_exit_codes

if TYPE_CHECKING:
    from extractor.runs.inputs import Inputs


@with_exit_codes
def report(
    out: Annotated[Path, typer.Argument(help="The output folder of a run.")],
    articles: Moved = None,
    *,
    to: Annotated[
        Path | None, typer.Option(help="The folder to write to; by default OUT/report.", show_default=False)
    ] = None,
    lists: Lists = None,
    columns: Columns = None,
) -> None:
    """Write the results of a run as a site: an index, a page an article, a page of sources.

    It needs no network and no server: open its index.html.
    """
    write_site(inputs_of_results(out, articles or [], lists or [], columns or []), out, to)


def write_site(inputs: "Inputs", out: Path, to: Path | None = None) -> None:
    """Write the report of an output folder, by default into it, and say what to open."""
    from extractor.report.site import FOLDER, write_report  # noqa: PLC0415 - keeps --help fast
    from extractor.runs.texts import results_with_texts  # noqa: PLC0415

    index = write_report(results_with_texts(out, inputs), to or out / FOLDER)
    typer.echo(f"open {visible(str(index))}")
