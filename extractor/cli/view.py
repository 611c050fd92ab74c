"""A result on the terminal. Article text is foreign: control characters are shown, never sent."""

from rich.console import Console
from rich.text import Text

from extractor.cli.outcome import visible
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


def print_result(result: Extraction, text: str) -> None:
    """Print segments, claims with their chains, and what was rejected or is missing."""
    console = Console(highlight=False, soft_wrap=True)
    _print_segments(console, result, text)
    for claim in result.claims:
        console.print()
        console.print(Text(f"{claim.id}  ", style="bold green").append(visible(claim.text), style="bold"))
        for assertion in claim.assertions:
            _print_assertion(console, result, assertion)
    _print_account(console, result)


def _print_segments(console: Console, result: Extraction, text: str) -> None:
    for segment in result.segments:
        lines = visible(text[segment.start : segment.end]).strip().splitlines()
        for number, line in enumerate(lines):
            label = segment.label if number == 0 else ""
            console.print(Text(f"{label:{_MARGIN}} ", style="dim").append(line, style=_STYLES[segment.label]))


def _print_assertion(console: Console, result: Extraction, assertion: Assertion) -> None:
    chain = " -> ".join(["outlet", *(_hop(result, hop) for hop in assertion.chain)])
    marks: list[str] = [assertion.stance, assertion.certainty]
    marks += ["hearsay"] if assertion.hearsay else []
    marks += [f"in {assertion.segment}"] if assertion.segment != "body" else []
    marks += [visible(assertion.said_when)] if assertion.said_when else []
    console.print(Text(f"    {chain}", style="blue").append(f"   {', '.join(marks)}", style="dim"))
    for passage in assertion.evidence:
        place = Text(f"      {passage.start}-{passage.end} ", style="dim")
        console.print(place.append(visible(passage.text)))
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
