"""``extractor eval FOLDER``: how good results are, held against reference annotations."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.outcome import INCOMPLETE, visible, with_exit_codes
from extractor.evaluation.halves import Half
from extractor.evaluation.scored import Scored

if TYPE_CHECKING:
    from extractor.evaluation.collection import Predict
    from extractor.evaluation.comparison import Comparison
    from extractor.evaluation.report import Form, Report
    from extractor.golden.cases import Case


@with_exit_codes
def evaluate(
    folder: Annotated[Path, typer.Argument(help="A golden case, or a folder of them.")],
    *,
    of: Annotated[
        Scored,
        typer.Option(
            help="What is scored: recorded replies, what rules alone find, reference-b.json (a second "
            "annotation), or with --gum reference.json."
        ),
    ] = Scored.REPLIES,
    out: Annotated[Path | None, typer.Option(help="Score the results of this run instead.")] = None,
    prompt: Annotated[
        list[str] | None,
        typer.Option(help="Score recorded replies to this version, such as claims@v1; may be repeated."),
    ] = None,
    other: Annotated[
        Path | None, typer.Option(help="Compare with another run's folder, or with a saved --json report.")
    ] = None,
    gum: Annotated[
        bool, typer.Option("--gum", help="Score against gum.json instead: gold attributions of others.")
    ] = False,
    half: Annotated[Half | None, typer.Option(help="Only this half of the cases.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON, to keep or compare.")] = False,
) -> None:
    """Score results against the reference.json of cases: segments, claims, attribution.

    With --gum against their gum.json: attribution as the GUM corpus has it, for cases made from its texts.
    Exit code: 0 scored, 1 some case could not be, 2 wrong usage or configuration.
    """
    from extractor.evaluation.collection import (  # noqa: PLC0415 - keeps --help fast
        SCORED,
        find_referenced,
        replayed_with,
        results_of,
    )
    from extractor.evaluation.gum import GUM  # noqa: PLC0415
    from extractor.evaluation.reference import REFERENCE  # noqa: PLC0415

    _check_usage(of, out=out, prompt=prompt, gum=gum)
    predict, files = SCORED[of]
    cases = find_referenced(folder, half, files=(GUM if gum else REFERENCE, *files))
    if out:
        predict = results_of(out)
    elif prompt:
        predict = replayed_with(prompt)
    report = _scored(cases, predict, gum=gum)
    if other:
        before = _other(other, cases, report.form)
        _show_comparison(_compared(report, before, other), report, as_json=as_json)
        skipped = {**before.skipped, **report.skipped}
    else:
        _show_report(report, as_json=as_json)
        skipped = dict(report.skipped)
    for name, reason in skipped.items():
        typer.echo(visible(f"{name}: not scored: {reason}"), err=True)
    raise typer.Exit(INCOMPLETE if skipped else 0)


def _check_usage(of: Scored, *, out: Path | None, prompt: list[str] | None, gum: bool) -> None:
    if of is Scored.REFERENCE and not gum:
        raise typer.BadParameter("a reference is scored against another one: with --gum", param_hint="--of")
    if of is not Scored.REPLIES and (out or prompt):
        raise typer.BadParameter(f"goes without --of {of}", param_hint="--out" if out else "--prompt")
    if out and prompt:
        raise typer.BadParameter("goes without --out: a run has its versions", param_hint="--prompt")


def _scored(cases: "list[Case]", predict: "Predict", *, gum: bool) -> "Report":
    from extractor.evaluation.collection import score_cases, score_cases_on_gum  # noqa: PLC0415

    return score_cases_on_gum(cases, predict) if gum else score_cases(cases, predict)


def _other(path: Path, cases: "list[Case]", form: "Form") -> "Report":
    """A saved report of the same form, or the results of another run."""
    from extractor.evaluation.collection import results_of  # noqa: PLC0415
    from extractor.evaluation.report import load_report  # noqa: PLC0415

    if path.is_file():
        return load_report(path, form)
    return _scored(cases, results_of(path), gum=form == "gum/v1")


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
    if report.confusion:
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
