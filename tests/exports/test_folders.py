"""File names of articles: one of each, harmless on every system."""

from hypothesis import given
from hypothesis import strategies as st

from extractor.exports.folders import FileNames, file_name

IDS = st.text(st.characters(codec=None), max_size=300)


@given(st.lists(IDS, max_size=20))
def test_names_stay_in_their_folder_and_no_two_are_alike(ids: list[str]) -> None:
    names = FileNames()
    given_ = [names.of(id_) for id_ in ids]
    assert len({name.casefold() for name in given_}) == len(ids)
    for name in given_:
        assert 0 < len(name.encode()) <= 180
        assert not name.startswith(".")
        assert not set(name) & set('/\\:*?"<>|\0\n')


def test_names_that_differ_by_case_or_by_the_ending_alone_are_kept_apart() -> None:
    names = FileNames()
    found = [names.of(id_, without=".txt") for id_ in ("a.txt", "A.txt", "a", "b.txt", "b.txt")]
    assert (found[0], found[1], found[3], found[4]) == ("a", "A.txt", "b", "b.txt")
    assert found[2].startswith("a~")


def test_a_name_says_its_id() -> None:
    assert [file_name(id_) for id_ in ("élu/1.txt", ".x", "")] == ["%C3%A9lu%2F1.txt", "%2Ex", "%"]
