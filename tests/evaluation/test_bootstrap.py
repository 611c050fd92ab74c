"""Confidence intervals: articles drawn anew, the same every time."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from extractor.evaluation.bootstrap import intervals
from extractor.evaluation.counts import Counts


def share(sides: Sequence[Counts]) -> float | None:
    whole = sides[0].get("whole", 0)
    return sides[0].get("part", 0) / whole if whole else None


def difference(sides: Sequence[Counts]) -> float | None:
    return float(sides[0].get("part", 0) - sides[1].get("part", 0))


ARTICLES = [({"part": part, "whole": 10},) for part in (0, 2, 5, 7, 9, 10, 10, 3)]


def test_the_interval_is_the_same_every_time() -> None:
    assert intervals(ARTICLES, [share]) == intervals(ARTICLES, [share])


def test_the_interval_lies_about_the_figure() -> None:
    (found,) = intervals(ARTICLES, [share])
    assert found is not None
    assert 0.3 < found.low < 46 / 80 < found.high < 0.85


def test_articles_that_are_all_alike_leave_no_doubt() -> None:
    (found,) = intervals([({"part": 3, "whole": 4},)] * 5, [share])
    assert found is not None
    assert (found.low, found.high) == (0.75, 0.75)


def test_a_difference_draws_the_same_articles_on_both_sides() -> None:
    articles: list[tuple[Counts, Counts]] = [({"part": part + 1}, {"part": part}) for part in (0, 50, 900)]
    (found,) = intervals(articles, [difference])
    assert found is not None
    assert (found.low, found.high) == (3, 3)


def test_resamples_with_nothing_to_measure_do_not_count() -> None:
    (found,) = intervals([({},), ({"part": 1, "whole": 2},)], [share])
    assert found is not None
    assert (found.low, found.high) == (0.5, 0.5)


def test_what_can_never_be_measured_has_no_interval() -> None:
    assert intervals([({},), ({},)], [share]) == [None]
    assert intervals([], [share]) == [None]


def test_one_article_has_no_interval() -> None:
    assert intervals([({"part": 3, "whole": 4},)], [share]) == [None]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(9, 20)), min_size=2, max_size=5))
def test_the_interval_lies_between_the_least_and_the_greatest_article(parts: list[tuple[int, int]]) -> None:
    (found,) = intervals([({"part": part, "whole": whole},) for part, whole in parts], [share])
    assert found is not None
    shares = [part / whole for part, whole in parts]
    assert min(shares) - 1e-9 <= found.low <= found.high <= max(shares) + 1e-9
