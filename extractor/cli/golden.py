"""``extractor golden``: record replies of golden cases, check and prune them, see how stable they are."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.accept import accept
from extractor.cli.options import with_settings
from extractor.cli.outcome import INCOMPLETE, show_report, visible, with_exit_codes

if TYPE_CHECKING:
    from extractor.golden.cases import Case
    from extractor.golden.staleness import Cost
    from extractor.settings import Options

app = typer.Typer(
    help="Golden cases: articles whose replies are recorded.", no_args_is_help=True, rich_markup_mode=None
)
app.command()(accept)

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
    samples: Annotated[
        int,
        typer.Option("--samples", min=1, help="Replies to keep for each request; asks for what is missing."),
    ] = 1,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether to spend it.")] = False,
    chosen: "Options",
) -> None:
    """Ask a live model, keep its replies with the case, and accept the result.

    Says what it will cost before it asks; on a terminal it waits for a yes.
    """
    from extractor.golden.cases import find_cases  # noqa: PLC0415 - keeps --help fast
    from extractor.golden.recording import record_case, record_samples  # noqa: PLC0415

    cases = find_cases(case)
    some = missing or stale or samples > 1
    wanted = {each.name: _cost(each, chosen, missing, stale, samples) for each in cases}
    _confirm(list(wanted.values()), yes=yes)
    for each in cases:
        if not wanted[each.name].calls:
            typer.echo(f"{each.name}: nothing to record")
        elif samples > 1:
            for sample, result in record_samples(each, chosen, samples):
                typer.echo(f"{sample.name}: {result.status}, {len(result.claims)} claims")
        else:
            result = record_case(each, chosen, only_missing=some)
            calls = result.usage.calls - (result.usage.cached if some else 0)
            typer.echo(f"{each.name}: {result.status}, {len(result.claims)} claims, {calls} calls")


def _cost(case: "Case", chosen: "Options", missing: bool, stale: bool, samples: int) -> "Cost":  # noqa: FBT001 - the command's own flags
    from extractor.golden.staleness import Cost, cost_of_all, cost_of_rest  # noqa: PLC0415
    from extractor.models.stack import model_name  # noqa: PLC0415

    model = model_name(case.live_settings(chosen))
    if samples > 1:
        costs = (cost_of_rest(case.at(number), model) for number in range(1, samples + 1))
        return sum(costs, Cost())
    if missing or stale:
        return cost_of_rest(case, model, missing=missing, stale=stale)
    return cost_of_all(case, model)


def _confirm(costs: Sequence["Cost"], *, yes: bool) -> None:
    from extractor.golden.staleness import Cost  # noqa: PLC0415

    wanted = [each for each in costs if each.calls]
    if not wanted:
        return
    typer.echo(f"{_cases(len(wanted))} to record: {sum(wanted, Cost())}")
    if sys.stdin.isatty() and not yes:
        typer.confirm("go on?", abort=True)


@app.command()
@with_exit_codes
def check(
    case: CaseFolder,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a case, for programs.")] = False,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", min=1, help="Processes; by default one a core.", show_default=False),
    ] = None,
) -> None:
    """Replay cases offline and say by meaning what changed; exit code 1 if anything did."""
    import json  # noqa: PLC0415
    from dataclasses import asdict  # noqa: PLC0415

    from extractor.golden.cases import case_folders  # noqa: PLC0415
    from extractor.golden.checking import check_folders  # noqa: PLC0415

    count = failed = 0
    stale: list[Cost] = []
    folders = case_folders(case)
    for outcome in check_folders(folders, jobs or os.cpu_count() or 1):
        count += 1
        failed += not outcome.passed
        stale += [outcome.stale.cost] if outcome.stale else []
        if as_json:
            typer.echo(json.dumps(asdict(outcome), ensure_ascii=False))
        else:
            show_report(list(outcome.lines()), "green" if outcome.passed else "red")
    if not as_json:
        _sum_up(count, failed, stale)
    raise typer.Exit(INCOMPLETE if failed else 0)


def _sum_up(count: int, failed: int, stale: Sequence["Cost"]) -> None:
    from extractor.golden.staleness import Cost  # noqa: PLC0415

    typer.echo(f"{_cases(count)}, {failed} not as expected")
    if stale:
        again = f"{_cases(len(stale))} again: {sum(stale, Cost())}"
        typer.echo(f"to record {again}; nothing was spent")


def _cases(count: int) -> str:
    return f"{count} {'case' if count == 1 else 'cases'}"


@app.command()
@with_exit_codes
def prune(case: CaseFolder) -> None:
    """Remove the recorded replies that no request of a case uses any more, of every sample."""
    from extractor.golden.cases import find_cases  # noqa: PLC0415

    for each in find_cases(case):
        for sample in each.samples():
            removed = sample.prune()
            names = "".join(f" {path.name}" for path in removed)
            typer.echo(f"{sample.name}: {len(removed)} removed{names}")


@app.command()
@with_exit_codes
def stability(
    case: CaseFolder,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a case, for programs.")] = False,
) -> None:
    """For each claim and hop, the share of the recorded samples that hold it."""
    import json  # noqa: PLC0415
    from dataclasses import asdict  # noqa: PLC0415

    from extractor.golden.cases import find_cases  # noqa: PLC0415
    from extractor.golden.stability import stability as measured  # noqa: PLC0415

    for each in find_cases(case):
        found = measured(each)
        if as_json:
            typer.echo(json.dumps(asdict(found), ensure_ascii=False))
        elif found.samples == 1:
            typer.echo(f"{found.case}: one sample; extractor golden record --samples 3 asks for more")
        else:
            for line in found.lines():
                typer.echo(visible(line))
