"""Accept what a case gives today: all of it, or some of the changes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from extractor.golden.cases import Case
from extractor.golden.checking import Outcome, check_case
from extractor.golden.taking import Change, changes, take
from extractor.schemas.extraction.v1 import Extraction

Answer = Literal["yes", "no", "each", "quit"]


@dataclass(frozen=True)
class Accepted:
    """What became of a case.

    Args:
        case: its name.
        outcome: what there was to accept.
        taken: how many changes were taken, and ``left`` how many were not.
        quit: whether the person who was asked wants to be asked no more.
    """

    case: str
    outcome: Outcome
    taken: int = 0
    left: int = 0
    quit: bool = False

    @property
    def told(self) -> str:
        """One line for a person."""
        if self.outcome.passed and not self.outcome.differences:
            return f"{self.case}: unchanged"
        if self.outcome.stale:
            return f"{self.case}: nothing to accept before its replies are recorded"
        if not self.taken:
            return f"{self.case}: left"
        return f"{self.case}: accepted" + (f" {self.taken} changes, left {self.left}" if self.left else "")


def accept_case(
    case: Case, ask: Callable[[Outcome, Sequence[Change]], Answer], ask_each: Callable[[Change], Answer]
) -> Accepted:
    """Replay a case and make what is taken of the changes the expected result.

    Args:
        case: the case.
        ask: asked about the whole case; "each" where its changes are to be decided one by one.
        ask_each: asked about one change; "each" there means this one and all that follow.

    Raises:
        NotSeparable: what was taken makes no result without what was left; nothing is written.
        ReplayError: it cannot be replayed, and not for want of a reply.
    """
    outcome = check_case(case)
    if (outcome.passed and not outcome.differences) or outcome.stale:
        return Accepted(case.name, outcome)
    result = case.replay()
    found = changes(outcome.differences)  # none where there is nothing to compare with: all or nothing
    answer = ask(outcome, found)
    if answer == "yes":
        case.accept(result)
        return Accepted(case.name, outcome, taken=max(1, len(found)))
    if answer != "each" or not found:
        return Accepted(case.name, outcome, left=len(found), quit=answer == "quit")
    taken, quit_ = _decided(found, ask_each)
    if len(taken) == len(found):
        case.accept(result)
    elif taken:
        expected = Extraction.model_validate_json(case.expected.read_bytes())
        case.accept(take(expected, result, taken))
    return Accepted(case.name, outcome, len(taken), len(found) - len(taken), quit_)


def _decided(found: Sequence[Change], ask_each: Callable[[Change], Answer]) -> tuple[list[Change], bool]:
    taken: list[Change] = []
    for index, change in enumerate(found):
        answer = ask_each(change)
        if answer == "quit":
            return taken, True
        if answer == "each":
            return [*taken, *found[index:]], False
        if answer == "yes":
            taken.append(change)
    return taken, False
