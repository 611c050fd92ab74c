"""Which source is which: by name, by what names it, one to one."""

import pytest
from evaluation.made import annotation, source

from extractor.evaluation.identity import bare_name, same_sources
from extractor.schemas.extraction.v1 import Source


def same(ones: list[Source], others: list[Source]) -> set[tuple[str, str]]:
    return set(same_sources(annotation(sources=ones), annotation(sources=others)))


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Le Monde", "monde"),
        ("l’Écho", "écho"),
        ("L'Écho", "écho"),
        ("the  Pentagon", "pentagon"),
        ("Lemonde", "lemonde"),
        ("Anders", "anders"),
        ("un responsable", "responsable"),
    ],
)
def test_a_name_is_compared_without_case_and_article(name: str, bare: str) -> None:
    assert bare_name(name) == bare


def test_the_same_name_is_the_same_source_whatever_its_id() -> None:
    assert same([source("s1", "l’Écho"), source("s2", "Le maire")], [source("s1", "maire")]) == {("s2", "s1")}


def test_words_that_name_both_make_one_source_of_two_names() -> None:
    assert same([source("s1", "l’élu", "le maire")], [source("m", "Roux", "le maire")]) == {("s1", "m")}


def test_a_pronoun_names_nobody() -> None:
    assert same([source("s1", "Blanc", "Ils")], [source("m", "Roux", "Ils")]) == set()


def test_words_that_overlap_by_half_or_less_name_two() -> None:
    assert same([source("s1", "a", "lundi, a dit le maire")], [source("m", "b", "le maire")]) == set()


def test_of_two_sources_taken_for_one_only_one_is_right() -> None:
    one = [source("s1", "x", "l’Écho", "le maire")]
    two = [source("a", "y", "l’Écho"), source("b", "z", "le maire")]
    assert len(same(one, two)) == 1
