import itertools

from hypothesis import given
from hypothesis import strategies as st

from extractor.golden.assignment import assign

LIKENESS = st.integers(0, 5).flatmap(
    lambda columns: st.lists(
        st.lists(st.floats(0, 1, allow_nan=False), min_size=columns, max_size=columns), max_size=5
    )
)


@given(LIKENESS, st.sampled_from([0.0, 0.4]))
def test_no_other_assignment_is_better(likeness: list[list[float]], least: float) -> None:
    pairs = assign(likeness, least)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert all(likeness[row][column] >= least for row, column in pairs)
    rows, columns = range(len(likeness)), range(len(likeness[0]) if likeness else 0)
    most = min(len(rows), len(columns))
    best = max(
        sum(
            likeness[row][column]
            for row, column in zip(some, places, strict=True)
            if likeness[row][column] >= least
        )
        for some in itertools.combinations(rows, most)
        for places in itertools.permutations(columns, most)
    )
    assert abs(sum(likeness[row][column] for row, column in pairs) - best) < 1e-9


def test_what_is_too_unlike_is_not_paired() -> None:
    assert assign([[0.9, 0.2], [0.8, 0.1]], 0.3) == [(0, 0)]
    assert assign([], 0.3) == []
    assert assign([[], []], 0.3) == []
