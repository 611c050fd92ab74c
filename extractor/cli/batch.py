"""``extractor batch``: requests out to a batch file, answers back in, in rounds."""

from pathlib import Path
from typing import Annotated

import typer

from extractor.cli.outcome import INCOMPLETE, with_exit_codes

app = typer.Typer(
    help="Replies by OpenAI Batch files, for a model that cannot be called from here.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

CaseFolder = Annotated[Path, typer.Argument(help="A golden case, or a folder of them.")]


@app.command("export")
@with_exit_codes
def export(
    case: CaseFolder,
    *,
    to: Annotated[Path, typer.Option("--to", help="The batch input file to write.")],
    samples: Annotated[int, typer.Option("--samples", min=1, help="Replies wanted for each request.")] = 1,
) -> None:
    """Write the requests that cases wait for: segments, then claims, then attribution, and repairs."""
    from extractor.golden.batch import pending_line, pending_request  # noqa: PLC0415 - keeps --help fast
    from extractor.golden.cases import find_cases  # noqa: PLC0415

    lines: list[str] = []
    wanted = (each.at(number) for each in find_cases(case) for number in range(1, samples + 1))
    for each in wanted:
        request = pending_request(each)
        typer.echo(f"{each.name}: {request.record + ' pending' if request else 'nothing pending'}")
        lines += [pending_line(each, request)] if request else []
    to.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    typer.echo(f"{len(lines)} {'request' if len(lines) == 1 else 'requests'} written to {to}")


@app.command("import")
@with_exit_codes
def import_(
    answers: Annotated[Path, typer.Argument(help="The batch output file.")],
    *,
    into: Annotated[Path, typer.Option("--into", help="The golden case, or the folder of them.")],
) -> None:
    """Record answers with the cases that wait for them.

    Exit code: 0 all recorded, 1 some are no answers or were not asked for, 2 no batch output file.
    """
    from extractor.golden.batch import import_answers  # noqa: PLC0415
    from extractor.golden.cases import find_cases  # noqa: PLC0415

    done = import_answers(answers, find_cases(into))
    for path in done.recorded:
        typer.echo(f"recorded {path}")
    for custom_id, reason in done.failed:
        typer.echo(f"failed {custom_id}: {reason}", err=True)
    for custom_id in done.not_asked:
        typer.echo(f"not asked for: {custom_id}", err=True)
    raise typer.Exit(INCOMPLETE if done.failed or done.not_asked else 0)
