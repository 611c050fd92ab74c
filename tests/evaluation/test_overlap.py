"""Overlap of characters, and how many of two lists belong together."""

from hypothesis import given
from hypothesis import strategies as st

from extractor.evaluation.overlap import Characters, count_alike, inside, overlap, pairs

CHARACTERS = st.frozensets(st.integers(0, 30))


def of(start: int, end: int) -> Characters:
    return frozenset(range(start, end))


def test_overlap_is_what_both_have_over_what_either_has() -> None:
    assert overlap(of(0, 4), of(2, 6)) == 2 / 6
    assert overlap(of(0, 4), of(0, 4)) == 1
    assert overlap(of(0, 4), of(4, 8)) == 0
    assert overlap(of(0, 0), of(0, 0)) == 0


def test_inside_is_the_share_that_the_other_has_too() -> None:
    assert inside(of(0, 4), of(3, 9)) == 1 / 4
    assert inside(of(0, 0), of(3, 9)) == 0


@given(CHARACTERS, CHARACTERS)
def test_overlap_is_the_same_both_ways_and_at_most_what_is_inside(one: Characters, other: Characters) -> None:
    assert overlap(one, other) == overlap(other, one) <= inside(one, other) <= 1


def test_the_greatest_sum_decides_and_not_the_first_best_pair() -> None:
    likeness = {(0, 0): 0.9, (0, 1): 0.8, (1, 0): 0.8, (1, 1): 0.1}
    assert pairs([0, 1], [0, 1], lambda one, other: likeness[one, other]) == [(0, 1), (1, 0)]


def test_what_is_not_alike_is_no_pair() -> None:
    assert pairs([0, 1], [0], lambda one, _: float(one)) == [(1, 0)]


def test_each_span_counts_once_at_a_threshold() -> None:
    assert count_alike([of(0, 4), of(0, 4)], [of(0, 4)], 1.0) == 1
    assert count_alike([of(0, 4), of(10, 15)], [of(0, 5), of(10, 20)], 0.8) == 1
    assert count_alike([of(0, 4), of(10, 15)], [of(0, 5), of(10, 20)], 0.3) == 2
    assert count_alike([], [of(0, 5)], 0.3) == 0
