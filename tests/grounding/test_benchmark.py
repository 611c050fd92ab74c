"""The goals of the grounding benchmark hold on a sample of its cases, and its cases are what they say."""

from functools import cache

from grounding import SEED, Result
from peers import ours, prepare
from quotes import Case, cases

from extractor.grounding.folding import fold

RIGHT_SPANS = 0.995
ACCEPTED_SILENTLY = 0.005


@cache
def sample() -> tuple[Case, ...]:
    return tuple(cases(SEED, 8_000, every=12))


@cache
def results() -> tuple[Result, ...]:
    found: list[Result] = []
    for case in sample():
        prepare(case.page)
        found.append(Result(case, ours(case.page, case.quote, case.unit), 0.0, is_strict=True))
    return tuple(found)


def test_the_sample_has_every_kind_of_change() -> None:
    assert len({case.change for case in sample()}) >= 30
    assert sum(case.is_harmful for case in sample()) > 200
    assert sum(not case.is_harmful for case in sample()) > 400


def test_the_expected_places_hold_the_words_of_the_quote() -> None:
    for case in sample():
        if case.change in ("verbatim", "no-break spaces", "soft hyphens", "broken words in the article"):
            ((start, end),) = case.expected
            assert fold(case.page[start:end]).text == fold(case.quote).text
        assert case.unit[0] <= (case.expected or (case.unit,))[0][0] < case.unit[1]


def test_harmless_changes_are_seen_through() -> None:
    harmless = [each for each in results() if not each.case.is_harmful]
    assert sum(each.is_right for each in harmless) >= RIGHT_SPANS * len(harmless)


def test_harmful_changes_are_not_accepted_silently() -> None:
    harmful = [each for each in results() if each.case.is_harmful]
    silent = [each.case for each in harmful if each.answer.spans and not each.answer.warned]
    assert len(silent) <= ACCEPTED_SILENTLY * len(harmful), silent
