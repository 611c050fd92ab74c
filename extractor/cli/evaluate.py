"""``extractor eval FOLDER``: how good results are, held against reference annotations."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.outcome import INCOMPLETE, visible, with_exit_codes
from extractor.evaluation.halves import Half

if TYPE_CHECKING:
    from extractor.evaluation.comparison import Comparison
    from extractor.evaluation.report import Report
    from extractor.golden.cases import Case


@with_exit_codes
def evaluate(
    folder: Annotated[Path, typer.Argument(help="A golden case, or a folder of them.")],
    *,
    out: Annotated[
        Path | None, typer.Option(help="Score the results of this run; by default recorded replies.")
    ] = None,
    other: Annotated[
        Path | None, typer.Option(help="Compare with another run's folder, or with a saved --json report.")
    ] = None,
    agreement: Annotated[
        bool, typer.Option("--agreement", help="Score reference-b.json against reference.json instead.")
    ] = False,
    half: Annotated[Half | None, typer.Option(help="Only this half of the cases.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON, to keep or compare.")] = False,
) -> None:
    """Score results against the reference.json of cases: segments, claims, attribution.

    Exit code: 0 scored, 1 some case could not be, 2 wrong usage or configuration.
    """
    from extractor.evaluation.collection import (  # noqa: PLC0415 - keeps --help fast
        find_referenced,
        replayed,
        results_of,
        score_cases,
        second_annotator,
    )

    if agreement and out:
        raise typer.BadParameter("goes without --agreement, which scores no results", param_hint="--out")
    cases = find_referenced(folder, half, twice=agreement)
    predict = second_annotator if agreement else results_of(out) if out else replayed
    report = score_cases(cases, predict)
    if other:
        before = _other(other, cases)
        _show_comparison(_compared(report, before, other), report, as_json=as_json)
        skipped = {**before.skipped, **report.skipped}
    else:
        _show_report(report, as_json=as_json)
        skipped = dict(report.skipped)
    for name, reason in skipped.items():
        typer.echo(visible(f"{name}: not scored: {reason}"), err=True)
    raise typer.Exit(INCOMPLETE if skipped else 0)


def _other(path: Path, cases: "list[Case]") -> "Report":
    """A saved report, or the results of another run."""
    from extractor.evaluation.collection import results_of, score_cases  # noqa: PLC0415
    from extractor.evaluation.report import load_report  # noqa: PLC0415

    return load_report(path) if path.is_file() else score_cases(cases, results_of(path))


def _compared(report: "Report", before: "Report", path: Path) -> "Comparison":
    from extractor.errors import InvalidInput  # noqa: PLC0415
    from extractor.evaluation.comparison import compare_reports  # noqa: PLC0415

    comparison = compare_reports(report, before)
    if not comparison.articles:
        raise InvalidInput(str(path), "none of its articles was scored here")
    return comparison


def _show_report(report: "Report", *, as_json: bool) -> None:
    from rich.console import Console  # noqa: PLC0415

    from extractor.evaluation.tables import confusion_table, figures_table  # noqa: PLC0415

    if as_json:
        _show_json(report.as_json())
        return
    console = Console(highlight=False)
    console.print(figures_table(report))
    console.print()
    console.print(confusion_table(report))


def _show_comparison(comparison: "Comparison", report: "Report", *, as_json: bool) -> None:
    from dataclasses import asdict  # noqa: PLC0415

    from rich.console import Console  # noqa: PLC0415

    from extractor.evaluation.tables import changes_table  # noqa: PLC0415

    if as_json:
        _show_json({**report.as_json(), "comparison": asdict(comparison)})
    else:
        Console(highlight=False).print(changes_table(comparison))


def _show_json(data: dict[str, object]) -> None:
    import json  # noqa: PLC0415

    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))
