"""The attributions of GUM documents at their places in the golden cases made from them."""

from itertools import pairwise
from pathlib import Path

import pytest
from evaluation.made import gum_attribution
from gum_cases import CASES, DATA, ROOT, Alignment, NewsDocument, as_file, gum_case, load_documents
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from extractor.article import read_article
from extractor.evaluation.gum import GUM, GumAttribution, load_gum
from extractor.grounding.folding import fold

DOCUMENTS = load_documents(DATA)
MADE = sorted(path.parent.name for path in ROOT.glob(f"golden/*/{GUM}"))

LINES = (
    'The mayor of the northern harbour said "the old bridge fell on Monday."',
    "A spokesman for the railway added that two people died in the water.",
    "Engineers believe that rust had weakened the eastern pillar for years.",
)
TEXT = "\n".join(LINES)
TYPOGRAPHY = str.maketrans({'"': "”", "'": "’", " ": "\u00a0"})
NOISE = "Read also: the ferry that nobody wants. Ad: boots for all."


def bare(text: str) -> str:
    """A text without white space and typography."""
    return "".join(fold(character).text for character in text if not character.isspace())


def whole(pieces: tuple[tuple[int, int], ...], article: str) -> str:
    return " ".join(article[start:end] for start, end in pieces)


def test_the_data_are_the_news_documents_with_whole_words_at_their_places() -> None:
    assert (len(DOCUMENTS), sum(len(each.attributions) for each in DOCUMENTS.values())) == (24, 214)
    nested = [each.nested_in for document in DOCUMENTS.values() for each in document.attributions]
    assert sum(each is not None for each in nested) == 21
    for document in DOCUMENTS.values():
        assert list(document.faults(document.text)) == []


def test_a_line_that_is_no_document_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.jsonl"
    path.write_text('{"id": "x", "text": "y"}', encoding="utf-8")
    with pytest.raises(ValidationError):
        load_documents(path)


def test_the_cases_are_those_of_which_an_attribution_is_left() -> None:
    assert sorted(set(CASES) - {"spacex-dragon-bolden"}) == MADE
    described = (ROOT / "golden" / "README.md").read_text(encoding="utf-8").splitlines()
    for case, id_ in CASES.items():
        (line,) = (line for line in described if line.startswith(f"| `{case}` |"))
        assert id_ in line


@pytest.mark.parametrize("case", MADE)
def test_a_shipped_file_fits_its_article_and_has_the_words_of_the_document(case: str) -> None:
    text = read_article(ROOT / "golden" / case / "article.txt").text
    document = load_gum(ROOT / "golden" / case / GUM, text)
    source = DOCUMENTS[CASES[case]]
    told = {_words(each, source.text): each for each in source.attributions}
    assert document.id == source.id
    for each in document.attributions:
        original = told[_words(each, text)]
        assert (each.name, each.entity, each.polarity) == (original.name, original.entity, original.polarity)
        if outer := document.outer(each):
            assert _words(outer, text) == _words(source.outer(original) or original, source.text)


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_shipped_file_is_what_the_script_makes(case: str) -> None:
    folder = ROOT / "golden" / case
    document, left_out = gum_case(DOCUMENTS[CASES[case]], read_article(folder / "article.txt").text)
    assert len(document.attributions) + len(left_out) == len(DOCUMENTS[CASES[case]].attributions)
    if document.attributions:
        assert (folder / GUM).read_bytes() == as_file(document)


def _words(each: GumAttribution, text: str) -> tuple[str, str | None, str]:
    """Source, cue and content of an attribution, whatever the typography."""
    return (
        bare(text[slice(*each.source)]),
        bare(text[slice(*each.cue)]) if each.cue else None,
        bare(whole(each.content, text)),
    )


def test_a_text_is_aligned_with_itself() -> None:
    assert Alignment(TEXT, TEXT).pieces(4, 9) == ((4, 9),)


@given(
    noise=st.lists(
        st.sampled_from([" ", "\n", "\nAd: boots for all.\n", f" {NOISE} "]), min_size=2, max_size=2
    ),
    is_set=st.booleans(),
    data=st.data(),
)
def test_pieces_have_the_words_of_their_range(
    noise: list[str],
    is_set: bool,  # noqa: FBT001 - drawn by name
    data: st.DataObject,
) -> None:
    """Whatever stands between the lines, and with other quotation marks and spaces."""
    lines = [line.translate(TYPOGRAPHY) if is_set else line for line in LINES]
    article = f"{NOISE}\n{lines[0]}{noise[0]}{lines[1]}{noise[1]}{lines[2]}\n{NOISE}"
    start = data.draw(st.integers(0, len(TEXT) - 1))
    end = data.draw(st.integers(start + 1, len(TEXT)))
    pieces = Alignment(TEXT, article).pieces(start, end)
    assert bare(whole(pieces, article)) == bare(TEXT[start:end])
    assert all(one[1] <= other[0] for one, other in pairwise(pieces))
    assert len(pieces) <= len(LINES)


@given(st.integers(0, len(LINES) - 1), st.data())
def test_a_range_of_which_a_line_was_cut_has_no_pieces(cut: int, data: st.DataObject) -> None:
    kept = [NOISE if index == cut else line for index, line in enumerate(LINES)]
    first = TEXT.index(LINES[cut])
    start = data.draw(st.integers(0, first + 10))
    end = data.draw(st.integers(first + len(LINES[cut]) - 10, len(TEXT)))
    assert Alignment(TEXT, "\n".join(kept)).pieces(start, end) == ()


@pytest.mark.parametrize("noise", ["Ad: shoes.", "Story continues", "Two new shoes. A"])
def test_an_insertion_leaves_two_pieces_and_is_taken_out_at_words(noise: str) -> None:
    text = "The bridge over the northern river fell.\nSome people were hurt on the eastern bank."
    at = text.index("\n")
    article = f"{text[:at]} {noise}{text[at:]}"
    assert Alignment(text, article).pieces(0, len(text)) == (
        (0, at),
        (len(article) - len(text) + at + 1, len(article)),
    )


def test_what_was_nested_in_what_is_left_out_is_nested_in_what_is_around_it() -> None:
    text = (
        "Ann said that this is what many Bob told us all. In it AFP reported that the bridge fell down there."
    )
    outer = gum_attribution("Ann", "said", "AFP reported that the bridge fell down there", text=text)
    lost = gum_attribution(
        "Bob", "told", "AFP reported that the bridge fell down there", nested_in=0, text=text
    )
    inner = gum_attribution("AFP", "reported", "the bridge fell down there", nested_in=1, text=text)
    document = NewsDocument(id="d", title="t", url="u", text=text, attributions=(outer, lost, inner))
    article = text.replace("Bob told us all", "cut")
    moved, left_out = gum_case(document, article)
    assert [each.nested_in for each in moved.attributions] == [None, 0]
    assert left_out == [lost]
    moved, left_out = gum_case(document, article.replace("Ann said that", "cut"))
    assert [each.nested_in for each in moved.attributions] == [None]
    assert left_out == [outer, lost]
