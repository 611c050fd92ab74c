"""Claims are matched by their evidence; text decides among several, or is asked for too."""

from evaluation.made import COST, LENGTH, OPENING, REOPENS, WHOLE, WORKERS, annotation, claim, said

from extractor.evaluation.matching import Matching, text_likeness

SENTENCE = "Ils ont duré deux ans et ont employé 300 ouvriers"


def test_a_result_matches_itself() -> None:
    matching = Matching.of(WHOLE, WHOLE)
    each = [(number, number) for number in range(4)]
    assert matching.by_evidence == matching.by_text_too == each
    assert [one == other for one, other in matching.assertions()] == [True] * 4


def test_order_means_nothing() -> None:
    matching = Matching.of(annotation(WORKERS, OPENING), annotation(OPENING, WORKERS))
    assert matching.by_evidence == [(0, 1), (1, 0)]


def test_evidence_that_overlaps_by_half_is_the_same_and_less_is_not() -> None:
    half, less = claim(COST.text, said("Les travaux ont")), claim(COST.text, said("40 millions"))
    assert len("Les travaux ont") * 2 < len("Les travaux ont coûté 40 millions")
    assert Matching.of(annotation(half), annotation(COST)).by_evidence == []
    assert Matching.of(annotation(less), annotation(COST)).by_evidence == []
    more = claim(COST.text, said("Les travaux ont c"))
    assert len("Les travaux ont c") * 2 > len("Les travaux ont coûté 40 millions")
    assert Matching.of(annotation(more), annotation(COST)).by_evidence == [(0, 0)]


def test_text_decides_between_claims_of_one_passage() -> None:
    lasted, employed = (claim(each.text, said(SENTENCE)) for each in (LENGTH, WORKERS))
    matching = Matching.of(annotation(lasted, employed), annotation(employed, lasted))
    assert matching.by_evidence == [(0, 1), (1, 0)]


def test_another_text_matches_by_evidence_alone() -> None:
    other = claim("La reprise du trafic maritime est proche.", REOPENS)
    matching = Matching.of(annotation(other), annotation(OPENING))
    assert (matching.by_evidence, matching.by_text_too) == ([(0, 0)], [])


def test_text_is_alike_in_another_order_of_its_words() -> None:
    assert text_likeness("Le port rouvre lundi", "lundi le port rouvre") == 1
    assert text_likeness("Le port rouvre", "la gare ferme") < 0.6


def test_evidence_is_that_of_all_assertions_and_assertions_are_matched_one_by_one() -> None:
    headline = said("Le port rouvre", segment="headline")
    twice, once = claim(OPENING.text, headline, REOPENS), OPENING
    matching = Matching.of(annotation(twice), annotation(once))
    assert matching.by_evidence == [(0, 0)]
    assert list(matching.assertions()) == [(REOPENS, REOPENS)]
