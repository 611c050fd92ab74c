import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from extractor.grounding.folding import Folded, fold

MESSY = st.lists(
    st.sampled_from(
        [
            *"aé eEœﬁ한ب\uff11٤\u0301\u0323\u064e'’«»\"“ \u00a0\u202f\u00ad\u200b\u200d…–-.\n\t,:!?()[]&;#",
            *("&amp;", "&nbsp;", "&#39;", "-\n", "👏🏿", "🇫🇷", "\u1112\u1161\u11ab"),
        ]
    ),
    max_size=40,
).map("".join)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("l’accord l‘accord lʼaccord l`accord", "l'accord l'accord l'accord l'accord"),
        ("« oui »", "'oui'"),
        ("“ oui ”", "'oui'"),
        ("„oui‟ ‹oui›", "'oui' 'oui'"),
        ("''oui''", "'oui'"),
        ("«\u00a0oui\u202f»", "'oui'"),
        ("a\u00a0b\u2009c\n\td", "a b c d"),
        ("soft\u00adhyphen zero\u200bwidth \ufeffmark", "softhyphen zerowidth mark"),
        ("2012–2013 — fin", "2012-2013-fin"),
        ("six - member", "six-member"),
        ("puis…", "puis..."),
        ("gou-\nvernement, gou\u00ad\n  vernement", "gouvernement, gouvernement"),
        ("AT&amp;T &laquo;&nbsp;oui&nbsp;&raquo; l&#39;eau &eacute;t&#xe9;", "AT&T'oui'l'eau été"),
        ("&amp;amp; &amp;quot;non&amp;quot;", "&'non'"),
        ("ﬁn ﬀ cœur Æsop", "fin ff coeur AEsop"),
        ("\uff34\uff4f\uff4b\uff59\uff4f \uff11\uff12", "Tokyo 12"),
        ("٤٠ ۴۰ ४०", "40 40 40"),
        ("كَتَبَ כָּתַב ﻛﺘﺐ", "كتب כתב كتب"),
        ("dit-il ? oui !", "dit-il? oui!"),
        ("100\u00a0% ( ou 99 )", "100% (ou 99)"),
        ("Straße, ẞ, всё", "Strasse, SS, все"),
        ("ｸﾞｰｸﾞﾙ 「はい」 צה״ל", "グーグル'はい'צה'ל"),
        ("nº 1, n° 2, № 3, 5 ℃", "n° 1, n° 2, n° 3, 5 °C"),
    ],
)
def test_what_does_not_change_the_words_is_folded(text: str, folded: str) -> None:
    assert fold(text).text == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("14", "40"),
        ("n'a pas dit", "a dit"),
        ("Le", "le"),
        ("côte", "cote"),
        ("1,5", "1.5"),
        ("a", "à"),
        ("10²", "102"),
        ("½", "1/2"),
        ("&unknown;", "unknown"),
        ("mot -", "mot"),
        ("👏🏿", "👏"),
        ("👩‍🚀", "👩🚀"),
    ],
)
def test_what_changes_the_words_is_kept(one: str, other: str) -> None:
    assert fold(one).text != fold(other).text


def test_case_is_folded_character_for_character_and_only_where_asked_for() -> None:
    folded = fold("İstanbul ΟΔΟΣ Straße")
    assert folded.text == "İstanbul ΟΔΟΣ Strasse"
    assert folded.caseless == "İstanbul οδοσ strasse"
    assert len(folded.caseless) == len(folded.text)


def test_a_hyphen_at_a_line_end_is_kept_where_asked_for() -> None:
    assert Folded("porte-\nparole", keep_line_hyphens=True).text == "porte-parole"
    assert fold("porte-\nparole").has_line_hyphens
    assert not fold("porte-parole").has_line_hyphens


def test_a_list_dash_is_no_line_hyphen() -> None:
    assert fold("mot\n- autre").text == "mot-autre"
    assert fold("12-\nautre").text == "12-autre"


def test_the_span_of_folded_characters_is_that_of_the_characters_they_come_from() -> None:
    text = "« L’été » : AT&amp;T…"
    folded = fold(text)
    assert folded.text == "'L'été': AT&T..."
    assert folded.span(0, 7) == (0, 9)
    assert folded.span(3, 6) == (4, 7)
    assert folded.span(9, 13) == (12, 20)
    assert folded.span(13, 15) is None
    assert folded.outer_span(13, 15) == (20, 21)


def test_part_of_a_character_has_no_span() -> None:
    assert fold("cœur").span(0, 2) is None
    assert fold("Bravo 👏🏿").span(0, 7) is None
    assert fold("🇫🇷🇩🇪").span(1, 3) is None
    assert fold("🇫🇷🇩🇪").span(2, 4) == (2, 4)


@given(MESSY | st.text(max_size=60))
def test_normal_forms_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)).text == fold(unicodedata.normalize("NFD", text)).text


@given(MESSY | st.text(max_size=60))
def test_every_folded_character_has_its_place_in_the_text(text: str) -> None:
    folded = fold(text)
    spans = [folded.outer_span(at, at + 1) for at in range(len(folded.text))]
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    for at, (start, end) in enumerate(spans):
        assert folded.position(start) <= at < folded.position(end)


@given(MESSY)
def test_folding_twice_changes_nothing(text: str) -> None:
    assume(not re.search("[\u00ad\u200b&;-][\u0301\u0323\u064e\n]", text))  # marks without a letter
    once = fold(text).text
    assert fold(once).text == once


def test_piled_up_marks_are_folded_in_linear_time() -> None:
    assert len(fold("a" + "\u0301\u0323" * 50_000).text) > 90_000
