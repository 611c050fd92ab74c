"""Replay cases and compare what comes with what is expected."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractor.errors import ExtractorError, ReplyMissing
from extractor.golden.cases import Case, canonical
from extractor.golden.comparison import Difference, compare
from extractor.golden.staleness import Stale, staleness
from extractor.schemas.extraction.v1 import Extraction

ORDER = Difference("order", "only the order or the ids changed")


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


def check_case(case: Case) -> Outcome:
    """Replay a case and compare: offline, at no cost."""
    name = case.folder.name
    if not case.expected.is_file():
        return Outcome(
            name, passed=False, error="there is no expected.json: look at the result and accept it"
        )
    try:
        result = case.replay()
        if case.expected.read_bytes() == canonical(result):
            return Outcome(name, passed=True)
        expected = Extraction.model_validate_json(case.expected.read_bytes())
    except ReplyMissing as error:
        stale = staleness(case)
        recorded = stale is not None and stale.changed
        why = "the request is not the recorded one" if recorded else "it was never recorded"
        return Outcome(name, passed=False, error=f"{error}: {why}", stale=stale)
    except ExtractorError as error:
        return Outcome(name, passed=False, error=str(error))
    except ValueError as error:
        return Outcome(name, passed=False, error=f"expected.json is damaged: {str(error).splitlines()[0]}")
    found = tuple(compare(expected, result, case.article.text)) or (ORDER,)
    return Outcome(name, passed=_is_tolerable(case, expected, found), differences=found)


def _is_tolerable(case: Case, expected: Extraction, found: Sequence[Difference]) -> bool:
    """By meaning: not more differences than the tolerance's share of what there is to differ."""
    if case.compare != "semantic":
        return False
    meant = [each for each in found if each != ORDER]
    items = (
        len(expected.segments) + len(expected.sources) + sum(1 + len(c.assertions) for c in expected.claims)
    )
    return len(meant) <= case.tolerance * items
