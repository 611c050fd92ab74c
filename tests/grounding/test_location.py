import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from extractor.grounding.folding import Foldable, fold
from extractor.grounding.location import Place, locate

TEXT = "« L’accord n’est pas signé » , dit-il. Il a dit qu'il reviendrait. Les 40 témoins : il ment."


def find(quote: str, text: str = TEXT, **given: object) -> Place | None:
    return locate(quote, Foldable(text), **{"within": [(0, len(text))], **given})  # type: ignore[arg-type]


def words(place: Place | None, text: str = TEXT) -> str | None:
    return text[place.start : place.end] if place else None


def test_verbatim_words_are_an_exact_match() -> None:
    assert find("dit-il") == Place(31, 37, "exact")


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("L'accord n'est pas signé", "L’accord n’est pas signé"),
        ("«L’accord n’est pas signé»", "« L’accord n’est pas signé »"),
        ("\"L'accord n'est pas signé\"", "« L’accord n’est pas signé »"),
        (unicodedata.normalize("NFD", "n’est pas signé"), "n’est pas signé"),
        ("Les\u00a040  témoins", "Les 40 témoins"),
        ("Il a dit qu’il\nreviendrait.", "Il a dit qu'il reviendrait."),
        ("té\u00admoins", "témoins"),
        ("  dit-il. ", "dit-il."),
    ],
)
def test_harmless_differences_are_seen_through(quote: str, expected: str) -> None:
    assert words(find(quote)) == expected


@pytest.mark.parametrize(
    "quote",
    [
        "L’accord est signé",
        "Les 14 témoins",
        "les 40 témoins",
        "Il a dit qu'elle reviendrait",
        "L’accord n’est pas signé, dit-elle",
        "temoins",
        "témoin[...]",
        "",
        "  ",
        "\u200b",
    ],
)
def test_other_words_are_not_found(quote: str) -> None:
    assert find(quote) is None


def test_a_letter_is_not_found_without_its_accent() -> None:
    assert find("ete", "été") is None
    assert find("cafe", "le café") is None
    assert find("e\u0301t", "été") == Place(0, 2, "normalized")


def test_repeated_words_are_decided_by_the_hint() -> None:
    text = "Reprise. Le port rouvre.\nLIRE AUSSI : Le port rouvre\nLe port rouvre, dit Anne."
    assert find("Le port rouvre", text) == Place(9, 23, "exact")
    assert find("Le port rouvre", text, hint=(53, 79)) == Place(53, 67, "exact")
    assert find("Le port rouvre", text, within=[(25, 53)]) == Place(38, 52, "exact")
    assert find("Le port rouvre", text, near=70) == Place(53, 67, "exact")


def test_of_overlapping_occurrences_the_one_that_begins_at_the_hint_is_meant() -> None:
    assert find("non non", "non non non", hint=(4, 5)) == Place(4, 11, "exact")
    assert find("non non", "non non non", hint=(0, 1)) == Place(0, 7, "exact")


def test_an_exact_occurrence_elsewhere_does_not_hide_a_folded_one_in_the_hinted_unit() -> None:
    text = "On comptait 112 morts en mars.\nBilan de jeudi : 12\u00a0morts.\n"
    assert find("12 morts", text, hint=(31, 58)) == Place(48, 56, "normalized")
    assert find("l'usine", "l'usine. L’usine ? l’usine.", hint=(19, 27)) == Place(19, 26, "normalized")


def test_words_outside_the_allowed_ranges_are_not_found() -> None:
    assert find("dit-il", within=[(0, 31), (38, 60)]) is None
    assert find("signé » , dit-il", within=[(0, 31), (31, 60)]) is None


def test_an_exact_match_outside_does_not_hide_a_folded_one_inside() -> None:
    text = "l'accord. l’accord."
    assert find("l'accord", text, within=[(10, 19)]) == Place(10, 18, "normalized")


def test_a_whole_word_is_preferred_and_where_asked_required() -> None:
    text = "utile ou il"
    assert find("il", text) == Place(9, 11, "exact")
    assert find("ti", text) == Place(1, 3, "exact")
    assert find("ti", text, whole_words=True) is None
    assert find("说", "他说了", whole_words=True) == Place(1, 2, "exact")
    assert find("قال", "وقال", whole_words=True) == Place(1, 4, "exact")


@given(st.text(min_size=1, max_size=80), st.data())
def test_any_piece_of_a_text_is_found_where_it_stands(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    quote = text[start:end]
    assume(quote.strip())
    place = find(quote, text, hint=(start, end))
    assert place is not None
    assert text[place.start : place.end] == quote.strip()
    assert place.start < end
    assert start < place.end


CHANGES: list[Callable[[str], str]] = [
    lambda text: unicodedata.normalize("NFC", text),
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: text.replace("'", "’"),
    lambda text: text.replace('"', "“"),
    lambda text: text.replace(" ", "\u00a0"),
    lambda text: text.replace("-", "–"),
    lambda text: text.replace("o", "o\u00ad"),
]


@given(
    st.lists(
        st.sampled_from(["l'accord", "été", '"non"', "40", "dit-il", "Noël", "mot"]), min_size=1, max_size=12
    ),
    st.data(),
)
def test_after_harmless_changes_the_same_place_is_found(parts: list[str], data: st.DataObject) -> None:
    text = " ".join(parts)
    first = data.draw(st.integers(0, len(parts) - 1))
    last = data.draw(st.integers(first, len(parts) - 1))
    start = len(" ".join(parts[:first])) + (first > 0)
    quote = " ".join(parts[first : last + 1])
    for change in data.draw(st.lists(st.sampled_from(CHANGES))):
        quote = change(quote)
    place = find(quote, text, hint=(start, start + 1), near=start)
    assert place is not None
    assert fold(text[place.start : place.end]).text == fold(quote).text
    assert (place.start, text[place.start : place.end]) == (start, " ".join(parts[first : last + 1]))
