"""Replay cases and compare what comes with what is expected."""

import multiprocessing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from extractor.errors import ExtractorError, ReplyMissing
from extractor.golden.cases import Case, canonical, load_case
from extractor.golden.comparison import compare
from extractor.golden.difference import Difference
from extractor.golden.staleness import Stale, staleness
from extractor.schemas.extraction.v1 import Extraction

ORDER = Difference("order", "order only: the order or the ids changed, nothing else", (), ())

FORM = Difference("form", "form only: expected.json is written otherwise, the result is the same", (), ())

FEW = 40
"""Cases a process that are checked sooner than a further process starts."""


@dataclass(frozen=True)
class Outcome:
    """What became of a case.

    Args:
        case: its name, the folder's.
        passed: whether it is as expected, by bytes, or by meaning where the case says so.
        differences: what changed, also within a tolerance.
        error: why it could not be replayed or has nothing to compare with.
        stale: if a recorded reply is missing, what changed in the request and what asking again would cost.
    """

    case: str
    passed: bool
    differences: tuple[Difference, ...] = ()
    error: str | None = None
    stale: Stale | None = None

    def lines(self) -> Iterator[str]:
        """The report: what happened to the case, then one line a difference."""
        if self.error:
            yield f"{self.case}: {self.error}"
            yield from (f"  {line}" for line in (self.stale.changed if self.stale else ()))
            return
        count = len(self.differences)
        state = "same" if not count else f"{count} {'difference' if count == 1 else 'differences'}"
        yield f"{self.case}: {state}{' within its tolerance' if count and self.passed else ''}"
        yield from (f"  {each.told}" for each in self.differences)


def check_folders(folders: Sequence[Path], jobs: int) -> Iterator[Outcome]:
    """Check the cases in some folders, in their order.

    Args:
        folders: one case each.
        jobs: how many processes share the work at the most.
    """
    jobs = min(jobs, len(folders) // FEW)
    if jobs < 2:  # noqa: PLR2004 - one is no sharing
        yield from map(check_folder, folders)
        return
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap(check_folder, folders, chunksize=8)


def check_folder(folder: Path) -> Outcome:
    """Check the case in a folder; one that cannot be read is named and stops no other."""
    try:
        case = load_case(folder)
    except ExtractorError as error:
        return Outcome(folder.name, passed=False, error=str(error))
    return check_case(case)


def check_case(case: Case) -> Outcome:
    """Replay a case and compare: offline, at no cost. A case's name is its folder's and changes nothing."""
    name = case.name
    if not case.expected.is_file():
        return Outcome(
            name, passed=False, error="there is no expected.json: look at the result and accept it"
        )
    try:
        return _compared(case, case.replay(), case.expected.read_bytes())
    except ReplyMissing as error:
        stale = staleness(case)
        recorded = stale is not None and stale.changed
        why = "the request is not the recorded one" if recorded else "it was never recorded"
        return Outcome(name, passed=False, error=f"{error}: {why}", stale=stale)
    except ExtractorError as error:
        return Outcome(name, passed=False, error=str(error))
    except ValueError as error:
        return Outcome(name, passed=False, error=f"expected.json is damaged: {str(error).splitlines()[0]}")


def _compared(case: Case, result: Extraction, accepted: bytes) -> Outcome:
    if accepted == canonical(result):
        return Outcome(case.name, passed=True)
    expected = Extraction.model_validate_json(accepted)
    if accepted == canonical(result, id_=expected.article.id):
        return Outcome(case.name, passed=True)
    found = tuple(compare(expected, result, case.article.text))
    if not found:
        found = (ORDER if accepted == canonical(expected) else FORM,)
    return Outcome(case.name, passed=_is_tolerable(case, expected, found), differences=found)


def _is_tolerable(case: Case, expected: Extraction, found: Sequence[Difference]) -> bool:
    """By meaning: not more differences than the tolerance's share of what there is to differ."""
    if case.compare != "semantic":
        return False
    meant = [each for each in found if each not in (ORDER, FORM)]
    items = (
        len(expected.segments) + len(expected.sources) + sum(1 + len(c.assertions) for c in expected.claims)
    )
    return len(meant) <= case.tolerance * items
