import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.grounding.folding import fold

MESSY = st.text(st.sampled_from("aé e\u0301'’«»\"“ \u00a0\u202f\u00ad\u200b…–-\n\t👏🏿ﬁ한"), max_size=60)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("l’accord", "l'accord"),
        ("« oui »", '"oui"'),
        ("“ oui ”", '"oui"'),
        ("«\u00a0oui\u202f»", '"oui"'),
        ("a\u00a0b\u2009c\n\td", "a b c d"),
        ("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth"),
        ("2012–2013 — fin", "2012-2013 - fin"),
        ("puis…", "puis..."),
    ],
)
def test_what_does_not_change_the_words_is_folded(text: str, folded: str) -> None:
    assert fold(text).text == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [("14", "40"), ("n'a pas dit", "a dit"), ("Le", "le"), ("côte", "cote"), ("1,5", "1.5"), ("a", "à")],
)
def test_what_changes_the_words_is_kept(one: str, other: str) -> None:
    assert fold(one).text != fold(other).text


@given(MESSY | st.text(max_size=60))
def test_normal_forms_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)).text == fold(unicodedata.normalize("NFD", text)).text


@given(MESSY | st.text(max_size=60))
def test_every_folded_character_has_its_place_in_the_text(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert list(folded.starts) == sorted(folded.starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))


@given(MESSY)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once
