from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from extractor.excerpts import Excerpt, labelled, whole_units, windows
from extractor.schemas.extraction.v1 import Segment
from extractor.units import split_units

TEXT = "Titre\nUn corps. Publicité glissée ici. La suite.\n\nBravo"
SEGMENTS = [
    Segment(label="headline", start=0, end=6),
    Segment(label="body", start=6, end=16),
    Segment(label="advert", start=16, end=34),
    Segment(label="body", start=34, end=50),
    Segment(label="comment", start=50, end=55),
]


def words(excerpts: list[Excerpt]) -> list[tuple[int, str | None, str]]:
    return [(each.number, each.label, each.text) for each in excerpts]


def test_a_unit_is_cut_where_a_segment_begins_inside_it() -> None:
    excerpts = labelled(TEXT, split_units(TEXT), SEGMENTS, ("headline", "body"))
    assert words(excerpts) == [
        (1, "headline", "Titre"),
        (2, "body", "Un corps."),
        (3, "body", "ici."),
        (4, "body", "La suite."),
    ]
    assert [each.opens_segment for each in excerpts] == [True, True, True, False]
    assert [each.opens_line for each in excerpts] == [True, True, False, False]


def test_a_label_that_was_not_asked_for_is_not_shown() -> None:
    assert words(labelled(TEXT, split_units(TEXT), SEGMENTS, ("comment",))) == [(5, "comment", "Bravo")]
    assert labelled(TEXT, split_units(TEXT), SEGMENTS, ("caption",)) == []


@given(st.lists(st.text("ab.\n ", min_size=1, max_size=40), min_size=1, max_size=8), st.data())
def test_the_excerpts_of_all_labels_hold_every_word_once(parts: list[str], data: st.DataObject) -> None:
    text = "".join(parts)
    borders = sorted(data.draw(st.sets(st.integers(1, len(text) - 1))) if len(text) > 1 else ())
    edges = [0, *borders, len(text)]
    segments = [Segment(label="body", start=a, end=b) for a, b in pairwise(edges)]
    excerpts = labelled(text, split_units(text), segments, ("body",))
    assert "".join("".join(each.text.split()) for each in excerpts) == "".join(text.split())
    assert all(text[each.start : each.end].strip() == each.text for each in excerpts)


@given(
    st.lists(st.sampled_from(["Un mot. ", "Ligne\n", "Une phrase plus longue que les autres. "]), min_size=1),
    st.integers(1, 60),
)
def test_windows_hold_every_excerpt_once_and_keep_to_the_limit(parts: list[str], limit: int) -> None:
    text = "".join(parts)
    excerpts = whole_units(text, split_units(text))
    cut = list(windows(excerpts, limit))
    assert [each for window in cut for each in window] == excerpts
    assert all(sum(len(each.text) for each in window) <= limit or len(window) == 1 for window in cut)


def test_a_window_ends_before_a_line_rather_than_inside_it() -> None:
    text = "Un un un. Deux deux.\nTrois trois. Quatre quatre."
    cut = windows(whole_units(text, split_units(text)), 35)
    assert [[each.number for each in window] for window in cut] == [[1, 2], [3, 4]]
