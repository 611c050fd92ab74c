import unicodedata
from collections.abc import Callable, Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from extractor.characters import joins
from extractor.grounding.borders import torn
from extractor.grounding.folding import fold
from extractor.grounding.location import Place, locate
from extractor.grounding.scope import Range, Scope
from extractor.grounding.searchable import Searchable

TEXT = "« L’accord n’est pas signé » , dit-il. Il a dit qu'il reviendrait. Les 40 témoins : il ment."


def find(
    quote: str,
    text: str = TEXT,
    *,
    within: Sequence[Range] | None = None,
    hint: Range | None = None,
    near: int | None = None,
    whole_words: bool = False,
) -> Place | None:
    allowed = tuple(within) if within is not None else ((0, len(text)),)
    scope = Scope(allowed, (hint,) if hint else ())
    return locate(quote, Searchable(text), scope, near=near, whole_words=whole_words)


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
        ("les 40 témoins", "Les 40 témoins"),
        ("« Il a dit qu'il reviendrait. »", "Il a dit qu'il reviendrait"),
        ("Les 40 témoins.", "Les 40 témoins"),
        ("l&#39;accord", "L’accord"),
    ],
)
def test_harmless_differences_are_seen_through(quote: str, expected: str) -> None:
    assert words(find(quote)) == expected


@pytest.mark.parametrize(
    "quote",
    [
        "L’accord est signé",
        "Les 14 témoins",
        "Il a dit qu'elle reviendrait",
        "L’accord n’est pas signé, dit-elle",
        "Les 40 témoins ?",
        "temoins",
        "témoin[...]",
        "",
        "  ",
        "\u200b",
    ],
)
def test_other_words_are_not_found(quote: str) -> None:
    assert find(quote) is None


@pytest.mark.parametrize(
    ("quote", "text", "expected"),
    [
        ("وقال الوزير", "وَقَالَ الوَزِيرُ أمس", "وَقَالَ الوَزِيرُ"),
        ("12 قتيلا", "سقط ١٢ قتيلا", "١٢ قتيلا"),
        ("他说“不”", "昨天，他说「不」。他说“不”！", "他说“不”"),
        ("हिन्दी में", "वह हिन्दी में बोला", "हिन्दी में"),
        (
            "한국은",
            unicodedata.normalize("NFD", "오늘 한국은 이겼다"),
            unicodedata.normalize("NFD", "한국은"),
        ),
        ("Bravo 👩‍🚀👏🏿", "x Bravo 👩‍🚀👏🏿🔥", "Bravo 👩‍🚀👏🏿"),
    ],
)
def test_any_script_is_found(quote: str, text: str, expected: str) -> None:
    assert words(find(quote, text), text) == expected


def test_a_letter_is_not_found_without_its_accent_nor_an_emoji_without_its_modifier() -> None:
    assert find("ete", "été") is None
    assert find("cafe", "le café") is None
    assert find("cafe", "le cafe\u0301") is None
    assert find("Bravo 👏", "Bravo 👏🏿") is None
    assert find("e\u0301t", "été") == Place(0, 2, "normalized", "word")


def test_a_word_broken_at_a_line_end_is_found_with_and_without_its_hyphen() -> None:
    text = "le gou-\nvernement et le porte-\nparole"
    assert words(find("gouvernement", text), text) == "gou-\nvernement"
    assert words(find("porte-parole", text), text) == "porte-\nparole"
    assert words(find("gou-\nvernement", "le gouvernement"), "le gouvernement") == "gouvernement"


def test_repeated_words_are_decided_by_the_hint() -> None:
    text = "Reprise. Le port rouvre.\nLIRE AUSSI : Le port rouvre\nLe port rouvre, dit Anne."
    assert find("Le port rouvre", text) == Place(9, 23, "exact")
    assert find("Le port rouvre", text, hint=(53, 79)) == Place(53, 67, "exact")
    assert find("Le port rouvre", text, within=[(25, 53)]) == Place(38, 52, "exact")
    assert find("Le port rouvre", text, near=70) == Place(53, 67, "exact")
    assert find("Le port rouvre", text, within=[(0, 24), (53, 79)], near=50) == Place(53, 67, "exact")


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
    assert find("ti", text) == Place(1, 3, "exact", "word")
    assert find("ti", text, whole_words=True) is None
    assert find("说", "他说了", whole_words=True) == Place(1, 2, "exact")
    assert find("قال", "وقال", whole_words=True) == Place(1, 4, "exact")


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("200 morts", "1 200 morts"),
        ("200 morts", "1\u202f200 morts"),
        ("200 morts", "1,200 morts"),
        ("5 morts", "1,5 morts"),
        ("valait 3", "valait 3 millions"),
        ("valait trois", "valait trois millions"),
        ("deux morts", "vingt-deux morts"),
        ("gagne 40", "gagne 40 %"),
        ("cent morts", "deux cent morts"),
    ],
)
def test_part_of_a_figure_is_said_to_be_one(quote: str, text: str) -> None:
    place = find(quote, text)
    assert place is not None
    assert place.torn == "figure"
    assert find(quote, text, whole_words=True) is None


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("300 morts", "en 2012 300 morts"),
        ("200 morts", "1 200 morts, puis 200 morts"),
        ("en 2012", "en 2012, 40 morts"),
        ("deux", "un ou deux, trois"),
    ],
)
def test_a_figure_beside_another_is_whole(quote: str, text: str) -> None:
    place = find(quote, text)
    assert place is not None
    assert place.torn is None


@given(st.text(min_size=1, max_size=80), st.data())
def test_any_piece_of_a_text_is_found_where_it_stands(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    quote = text[start:end].strip()
    assume(quote)
    start += len(text[start:end]) - len(text[start:end].lstrip())
    end = start + len(quote)
    assume(not joins(text, start) and not joins(text, end))
    assume(torn(text, start, end) != "figure")
    place = find(quote, text, hint=(start, end))
    assert place is not None
    assert place.start < end
    assert start < place.end
    if place.match == "exact":
        assert text[place.start : place.end] == quote
    else:
        assert fold(text[place.start : place.end]).caseless.strip() == fold(quote).caseless.strip()


CHANGES: list[Callable[[str], str]] = [
    str.upper,
    lambda text: unicodedata.normalize("NFC", text),
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: text.replace("'", "’"),
    lambda text: text.replace('"', "“"),
    lambda text: text.replace(" ", "\u00a0"),
    lambda text: text.replace(" ", "\u2009 "),
    lambda text: text.replace("-", "–"),
    lambda text: text.replace("o", "o\u00ad"),
    lambda text: text.replace("t", "\u200bt"),
    lambda text: text.replace("fi", "ﬁ"),
    lambda text: text.replace("oe", "œ"),
    lambda text: text.replace("é", "&eacute;"),
    lambda text: text.replace("'", "&#39;"),
]
WORDS = ["l'accord", "été", '"non"', "40", "dit-il", "Noël", "mot", "fin", "coeur", "вода", "مرحبا", "和平"]


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), st.data())
def test_after_harmless_changes_the_same_place_is_found(parts: list[str], data: st.DataObject) -> None:
    text = " ".join(parts)
    first = data.draw(st.integers(0, len(parts) - 1))
    last = data.draw(st.integers(first, len(parts) - 1))
    start = len(" ".join(parts[:first])) + (first > 0)
    quote = " ".join(parts[first : last + 1])
    drawn = data.draw(st.sets(st.integers(0, len(CHANGES) - 1)))
    for number in sorted(drawn):  # entities last: nothing may be changed inside them
        quote = CHANGES[number](quote)
    place = find(quote, text, hint=(start, start + 1), near=start)
    assert place is not None
    assert fold(text[place.start : place.end]).caseless == fold(quote).caseless
    assert (place.start, text[place.start : place.end]) == (start, " ".join(parts[first : last + 1]))
