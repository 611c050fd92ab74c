from extractor.excerpts import Excerpt
from extractor.grounding.scope import Scope, scope_of, segment_ranges


def excerpt(number: int, start: int, end: int, *, opens_segment: bool = False) -> Excerpt:
    return Excerpt(number, "body", start, end, "x", opens_line=False, opens_segment=opens_segment)


SHOWN = [
    excerpt(1, 0, 10, opens_segment=True),
    excerpt(2, 10, 20),
    excerpt(2, 30, 40, opens_segment=True),
    excerpt(3, 40, 50),
    excerpt(4, 50, 60),
]


def test_ranges_end_where_something_else_stands_between_or_a_segment_begins() -> None:
    assert list(segment_ranges(SHOWN)) == [(0, 20), (30, 60)]


def test_a_unit_cut_in_two_is_hinted_with_both_its_parts_and_its_neighbours_are_nearby() -> None:
    scope = scope_of(SHOWN, 2, [(0, 20), (30, 60)])
    assert scope == Scope(((0, 20), (30, 60)), ((10, 20), (30, 40)), ((0, 10), (10, 20), (30, 40), (40, 50)))


def test_a_unit_that_was_not_shown_hints_at_nothing() -> None:
    assert scope_of(SHOWN, 9, [(0, 20)]) == Scope(((0, 20),))
