"""``extractor golden accept``: changes become the expected result one by one, by case, or all."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from extractor.cli.outcome import INCOMPLETE, show_report, visible, with_exit_codes

if TYPE_CHECKING:
    from extractor.golden.accepting import Answer
    from extractor.golden.checking import Outcome
    from extractor.golden.taking import Change

_WHOLE = {"y": "yes", "n": "no", "q": "quit"}
_CASE = {"y": "yes", "n": "no", "e": "each", "q": "quit"}
_CHANGE = {"y": "yes", "n": "no", "a": "each", "q": "quit"}


@with_exit_codes
def accept(
    case: Annotated[Path, typer.Argument(help="A golden case, or a folder of them.")],
    *,
    take_all: Annotated[bool, typer.Option("--all", help="Accept every change without asking.")] = False,
) -> None:
    """Make what the recorded replies give today the expected result.

    Shows the changes of each case and asks: all of them, none, or one by one. Exit code 1 if a case cannot be
    replayed, 2 where there is nobody to ask.
    """
    from extractor.errors import NotAsked, NotInCI  # noqa: PLC0415 - keeps --help fast
    from extractor.golden.accepting import accept_case  # noqa: PLC0415
    from extractor.golden.cases import find_cases  # noqa: PLC0415

    if os.environ.get("CI", "").lower() not in ("", "0", "false"):
        raise NotInCI

    def ask(outcome: "Outcome", found: Sequence["Change"]) -> "Answer":
        if take_all:
            return "yes"
        show_report(list(outcome.lines()), "yellow")
        if not sys.stdin.isatty():
            raise NotAsked
        if len(found) < 2:  # noqa: PLR2004 - one change needs no second question
            return _asked(f"accept {outcome.case}? yes, no, quit", _WHOLE)
        return _asked(f"accept {outcome.case}? yes, no, each change, quit", _CASE)

    stuck = False
    for each in find_cases(case):
        done = accept_case(each, ask, _ask_each)
        typer.echo(visible(done.told))
        stuck = stuck or done.outcome.stale is not None
        if done.quit:
            break
    raise typer.Exit(INCOMPLETE if stuck else 0)


def _ask_each(change: "Change") -> "Answer":
    for line in change.lines:
        typer.echo(f"  {visible(line)}")
    return _asked("  take it? yes, no, all that follow, quit", _CHANGE)


def _asked(question: str, answers: dict[str, str]) -> "Answer":
    """The answer by its first letter, asked again until it is one."""
    while True:
        letter = typer.prompt(f"{question} [{'/'.join(answers)}]", prompt_suffix=": ").strip().lower()[:1]
        if letter in answers:
            return cast("Answer", answers[letter])
