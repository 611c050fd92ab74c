"""``extractor golden``: record replies of golden cases and accept their results."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.options import with_settings
from extractor.cli.outcome import with_exit_codes

if TYPE_CHECKING:
    from extractor.settings import Options

app = typer.Typer(
    help="Golden cases: articles whose replies are recorded.", no_args_is_help=True, rich_markup_mode=None
)

CaseFolder = Annotated[Path, typer.Argument(help="A golden case, or a folder of them.")]


@app.command()
@with_settings
@with_exit_codes
def record(case: CaseFolder, *, chosen: "Options") -> None:
    """Ask a live model, keep its replies with the case, and accept the result."""
    from extractor.golden.cases import find_cases  # noqa: PLC0415 - keeps --help fast
    from extractor.golden.recording import record_case  # noqa: PLC0415

    for each in find_cases(case):
        result = record_case(each, chosen)
        typer.echo(
            f"{each.folder.name}: {result.status}, {len(result.claims)} claims, {result.usage.calls} calls"
        )


@app.command()
@with_exit_codes
def accept(case: CaseFolder) -> None:
    """Make what the recorded replies give today the expected result."""
    from extractor.golden.cases import find_cases  # noqa: PLC0415

    for each in find_cases(case):
        changed = each.accept(each.replay())
        typer.echo(f"{each.folder.name}: {'accepted' if changed else 'unchanged'}")
