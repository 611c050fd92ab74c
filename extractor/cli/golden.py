"""``extractor golden``: record replies of golden cases, check, accept and prune."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.options import with_settings
from extractor.cli.outcome import visible, with_exit_codes

if TYPE_CHECKING:
    from extractor.settings import Options

app = typer.Typer(
    help="Golden cases: articles whose replies are recorded.", no_args_is_help=True, rich_markup_mode=None
)

CaseFolder = Annotated[Path, typer.Argument(help="A golden case, or a folder of them.")]


@app.command()
@with_settings
@with_exit_codes
def record(
    case: CaseFolder,
    *,
    missing: Annotated[bool, typer.Option("--missing", help="Only what was never recorded.")] = False,
    stale: Annotated[
        bool, typer.Option("--stale", help="Only what is asked otherwise than recorded.")
    ] = False,
    chosen: "Options",
) -> None:
    """Ask a live model, keep its replies with the case, and accept the result."""
    from extractor.golden.cases import find_cases  # noqa: PLC0415 - keeps --help fast
    from extractor.golden.recording import record_case  # noqa: PLC0415
    from extractor.golden.staleness import wants  # noqa: PLC0415

    for each in find_cases(case):
        some = missing or stale
        if some and not wants(each, missing=missing, stale=stale):
            typer.echo(f"{each.folder.name}: nothing to record")
            continue
        result = record_case(each, chosen, only_missing=some)
        calls = result.usage.calls - (result.usage.cached if some else 0)
        typer.echo(f"{each.folder.name}: {result.status}, {len(result.claims)} claims, {calls} calls")


@app.command()
@with_exit_codes
def check(
    case: CaseFolder,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a case, for programs.")] = False,
) -> None:
    """Replay cases offline and say by meaning what changed; exit code 1 if anything did."""
    import json  # noqa: PLC0415
    from dataclasses import asdict  # noqa: PLC0415

    from extractor.golden.cases import find_cases  # noqa: PLC0415
    from extractor.golden.checking import check_case  # noqa: PLC0415

    outcomes = [check_case(each) for each in find_cases(case)]
    for outcome in outcomes:
        if as_json:
            typer.echo(json.dumps(asdict(outcome), ensure_ascii=False))
        else:
            _show(list(outcome.lines()), "green" if outcome.passed else "red")
    failed = sum(not outcome.passed for outcome in outcomes)
    if not as_json:
        stale = [outcome.stale for outcome in outcomes if outcome.stale]
        typer.echo(f"{len(outcomes)} cases, {failed} not as expected")
        if stale:
            calls, tokens = sum(each.calls for each in stale), sum(each.tokens for each in stale)
            typer.echo(
                f"to record {len(stale)} again: about {calls} calls, {tokens} tokens; nothing was spent"
            )
    raise typer.Exit(1 if failed else 0)


@app.command()
@with_exit_codes
def accept(
    case: CaseFolder,
    *,
    take_all: Annotated[bool, typer.Option("--all", help="Accept every change without asking.")] = False,
) -> None:
    """Make what the recorded replies give today the expected result; shows each change and asks."""
    from extractor.errors import NotAsked  # noqa: PLC0415
    from extractor.golden.cases import find_cases  # noqa: PLC0415
    from extractor.golden.checking import check_case  # noqa: PLC0415

    for each in find_cases(case):
        outcome = check_case(each)
        if outcome.passed and not outcome.differences:
            typer.echo(f"{each.folder.name}: unchanged")
            continue
        result = each.replay()
        if not take_all:
            _show(list(outcome.lines()), "yellow")
            if not sys.stdin.isatty():
                raise NotAsked
            if not typer.confirm(f"accept {each.folder.name}?"):
                typer.echo(f"{each.folder.name}: left")
                continue
        each.accept(result)
        typer.echo(f"{each.folder.name}: accepted")


@app.command()
@with_exit_codes
def prune(case: CaseFolder) -> None:
    """Remove the recorded replies that no request of a case uses any more."""
    from extractor.golden.cases import find_cases  # noqa: PLC0415

    for each in find_cases(case):
        removed = each.prune()
        typer.echo(
            f"{each.folder.name}: {len(removed)} removed{''.join(f' {path.name}' for path in removed)}"
        )


def _show(lines: list[str], colour: str) -> None:
    """The first line in colour; article text in the others cannot send escapes to the terminal."""
    first, *rest = (visible(line) for line in lines)
    typer.secho(first, fg=colour)
    for line in rest:
        typer.echo(line)
