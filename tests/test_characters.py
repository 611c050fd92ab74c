import pytest

from extractor.characters import joins


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("e\u0301", 1),
        ("👏🏿", 1),
        ("👩‍🚀", 1),
        ("👩‍🚀", 2),
        ("❤️", 1),
        ("🇫🇷", 1),
        ("🇫🇷🇩🇪", 3),
        ("\u1112\u1161\u11ab", 1),
        ("हि", 1),
    ],
)
def test_a_cut_inside_a_character_is_known(text: str, position: int) -> None:
    assert joins(text, position)


@pytest.mark.parametrize(
    ("text", "position"),
    [("ab", 1), ("été", 1), ("🇫🇷🇩🇪", 2), ("👏👏", 1), ("a", 0), ("a", 1), ("", 0), ("中文", 1)],
)
def test_a_cut_between_characters_is_none(text: str, position: int) -> None:
    assert not joins(text, position)
