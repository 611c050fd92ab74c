"""A result on the terminal. Article text is foreign: control characters are shown, never sent."""

from rich.console import Console
from rich.text import Text

from extractor.cli.outcome import visible
from extractor.report.marks import Run, parts
from extractor.schemas.extraction.v1 import Assertion, Extraction, Hop

_STYLES = {
    "headline": "bold",
    "byline": "dim",
    "body": "",
    "caption": "italic",
    "related": "yellow",
    "advert": "red",
    "promo": "magenta",
    "comment": "cyan",
    "boilerplate": "dim",
    "other": "dim",
}
_MARGIN = 11


def print_result(result: Extraction, text: str, *, plain: bool = False) -> None:
    """Print segments, claims with their chains, and what was rejected or is missing.

    In the text evidence is underlined, the words that name a source are bold, those that attribute italic;
    ``plain`` leaves out colour and every other style.
    """
    console = Console(
        highlight=False, soft_wrap=True, no_color=plain or None, force_terminal=False if plain else None
    )
    _print_segments(console, result, text)
    for claim in result.claims:
        console.print()
        console.print(Text.assemble((f"{claim.id}  ", "bold green"), (visible(claim.text), "bold")))
        for assertion in claim.assertions:
            _print_assertion(console, result, assertion)
    _print_account(console, result)


def _print_segments(console: Console, result: Extraction, text: str) -> None:
    for part in parts(result, text) if result.segments else ():
        shown = Text()
        for run in part.runs:
            shown.append(visible(run.text), style=_style(part.label, run))
        lines = [line for line in shown.split("\n", allow_blank=True) if line.plain.strip()]
        for number, line in enumerate(lines):
            label = part.label if number == 0 else ""
            console.print(Text.assemble((f"{label:{_MARGIN}} ", "dim"), line))


def _style(label: str, run: Run) -> str:
    marks = {"underline": run.evidence, "bold": run.sources, "italic": run.cues}
    return " ".join((_STYLES[label], *(style for style, names in marks.items() if names))).strip()


def _print_assertion(console: Console, result: Extraction, assertion: Assertion) -> None:
    chain = " -> ".join(["outlet", *(_hop(result, hop) for hop in assertion.chain)])
    marks: list[str] = [assertion.stance, assertion.certainty]
    marks += ["hearsay"] if assertion.hearsay else []
    marks += [f"in {assertion.segment}"] if assertion.segment != "body" else []
    marks += [visible(assertion.said_when)] if assertion.said_when else []
    console.print(Text.assemble((f"    {chain}", "blue"), (f"   {', '.join(marks)}", "dim")))
    for passage in assertion.evidence:
        console.print(Text.assemble((f"      {passage.start}-{passage.end} ", "dim"), visible(passage.text)))
    if assertion.checks:
        console.print(Text(f"      check {', '.join(assertion.checks)}", style="yellow"))


def _hop(result: Extraction, hop: Hop) -> str:
    name = visible(result.source(hop).name)
    cue = f"“{visible(hop.cue_span.text)}”" if hop.cue_span else hop.relation
    return f"{name} ({cue})"


def _print_account(console: Console, result: Extraction) -> None:
    console.print()
    for rejected in result.rejected:
        console.print(Text(f"rejected  {rejected.record}: {visible(rejected.reason)} ", style="red"))
        console.print(Text(f"          {visible(str(rejected.value))}", style="dim"))
    for problem in result.problems:
        console.print(Text(f"missing   {visible(problem.message)}", style="red"))
    usage = result.usage
    console.print(
        Text(
            f"{result.status}: {len(result.claims)} claims, {len(result.sources)} sources, "
            f"{len(result.rejected)} rejected; {usage.calls} calls, {usage.cached} of them already stored",
            style="dim",
        )
    )
