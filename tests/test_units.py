from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.units import LONGEST, split_units

NEWS = st.text(
    st.sampled_from("aÉ1 .!?«»\"'’\n\r\t\u00a0\u2028。」😀\u200d🏿\u0301…-"), min_size=1, max_size=300
)


def pieces(text: str) -> list[str]:
    return [text[unit.start : unit.end] for unit in split_units(text)]


@given(st.text(min_size=1) | NEWS)
def test_units_tile_the_text(text: str) -> None:
    units = split_units(text)
    assert [unit.number for unit in units] == list(range(1, len(units) + 1))
    assert [unit.start for unit in units] == [0, *(unit.end for unit in units)][:-1]
    assert units[-1].end == len(text)
    assert all(unit.start < unit.end for unit in units)


@given(st.text(min_size=1) | NEWS)
def test_words_of_a_unit_hold_no_line_break(text: str) -> None:
    words = [piece.strip() for piece in pieces(text)]
    assert all(len(each.splitlines()) <= 1 for each in words[1:])


@given(NEWS)
def test_only_a_text_without_words_has_a_unit_without_words(text: str) -> None:
    assert all(piece.strip() for piece in pieces(text)) or not text.strip()


@given(st.integers(0, 3), st.sampled_from(["x", "é ", "字", "👏🏿", "e\u0301", "\U0001f468\u200d"]))
def test_a_unit_is_never_longer_than_the_limit(lines: int, piece: str) -> None:
    text = (piece * 1_700 + "\n") * (lines + 1)
    assert all(len(each.strip()) <= LONGEST for each in pieces(text))


@pytest.mark.parametrize("piece", ["👏🏿", "e\u0301", "a\u200db", "☀\ufe0f"])
def test_a_forced_cut_spares_joined_characters(piece: str) -> None:
    for shift in range(3):
        for unit in pieces("x" * shift + piece * 800):
            assert unit[0] not in "🏿\u0301\u200d\ufe0f"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Un. Deux ! Trois ? « Quatre. » Cinq.", ["Un. ", "Deux ! ", "Trois ? ", "« Quatre. » ", "Cinq."]),
        ("Fin de phrase. « Début", ["Fin de phrase. ", "« Début"]),
        ("Il nie : « Non. »\n", ["Il nie : « Non. »\n"]),
        ("Des « défaillances« . Le responsable", ["Des « défaillances« . ", "Le responsable"]),
        ("M. Dupont et le Dr. No. 12 cas.", ["M. Dupont et le Dr. No. 12 cas."]),
        ("J. K. Rowling wrote. Then left.", ["J. K. Rowling wrote. ", "Then left."]),
        ("Il a dit... puis rien. 12 morts.", ["Il a dit... puis rien. ", "12 morts."]),
        ("他说。我们走了！好", ["他说。", "我们走了！", "好"]),
        ("قال. ذهب؟ نعم", ["قال. ", "ذهب؟ ", "نعم"]),
        ("26 juin 2012. - Le pays", ["26 juin 2012. ", "- Le pays"]),
        ("\n \nA\r\n\r\nB\rC\u2028D", ["\n \nA\r\n\r\n", "B\r", "C\u2028", "D"]),
    ],
)
def test_units_are_lines_then_sentences(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@pytest.mark.parametrize("mark", [".", "。", ". ", "» ", "é", "\n"])
def test_a_page_of_one_mark_is_cut_in_linear_time(mark: str) -> None:
    """At a quadratic cost this would take an hour."""
    assert split_units(mark * 200_000)[-1].end == len(mark) * 200_000


def test_a_unit_knows_whether_it_opens_its_line() -> None:
    assert [unit.opens_line for unit in split_units("\nUn. Deux.\n\nTrois")] == [True, False, True]


def test_the_emoji_line_of_the_seed_article_is_the_last_unit(golden: Path) -> None:
    text = (golden / "seed" / "article.txt").read_bytes().decode()
    last = split_units(text)[-1]
    assert (last.start, last.end, text[last.start : last.end]) == (2466, 2475, "Bravo 👏🏿🔥")
