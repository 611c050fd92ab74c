"""Claims: what is found and right, merged, split, repeated, out of context or badly worded."""

from evaluation.made import (
    COST,
    LENGTH,
    OPENING,
    REOPENS,
    TEXT,
    WHOLE,
    WORKERS,
    annotation,
    claim,
    said,
)

from extractor.evaluation.claims import count_claims
from extractor.evaluation.counts import Counts
from extractor.evaluation.matching import Matching
from extractor.evaluation.reference import Reference
from extractor.evaluation.scoring import METRICS
from extractor.evaluation.wording import Wording

SENTENCE = "Ils ont duré deux ans et ont employé 300 ouvriers"


def of(predicted: Reference, reference: Reference = WHOLE) -> Counts:
    return count_claims(Matching.of(predicted, reference), Wording(TEXT, reference))


def figure(name: str, counts: Counts) -> float | None:
    (metric,) = (each for each in METRICS if each.name == name)
    return metric.value(counts)


def test_the_same_claims_are_all_right_and_without_fault() -> None:
    counts = of(WHOLE)
    for name in ("precision", "recall", "f1"):
        assert figure(f"claims by evidence {name}", counts) == 1
        assert figure(f"claims by evidence and text {name}", counts) == 1
    assert figure("claims atomic", counts) == 1
    for fault in ("merging", "splitting", "repeated", "unresolved", "number faults", "name faults"):
        assert figure(f"claims {fault}", counts) == 0


def test_what_is_missing_costs_recall_and_what_is_invented_precision() -> None:
    invented = claim("Les ouvriers sont contents.", said("Bravo", segment="comment"))
    counts = of(annotation(OPENING, COST, invented))
    assert figure("claims by evidence precision", counts) == 2 / 3
    assert figure("claims by evidence recall", counts) == 2 / 4
    assert figure("claims by evidence f1", counts) == 4 / 7


def test_a_claim_that_says_what_two_of_the_reference_say_merges_them() -> None:
    both = claim("Les travaux du port ont duré deux ans et ont employé 300 ouvriers.", said(SENTENCE))
    counts = of(annotation(both), annotation(LENGTH, WORKERS))
    assert (counts["claims merging"], counts["claims splitting"], counts["claims atomic"]) == (1, 0, 0)


def test_claims_that_share_one_of_the_reference_split_it() -> None:
    both = claim("Les travaux du port ont duré deux ans et ont employé 300 ouvriers.", said(SENTENCE))
    counts = of(annotation(LENGTH, WORKERS), annotation(both))
    assert (counts["claims merging"], counts["claims splitting"], counts["claims atomic"]) == (0, 2, 0)


def test_another_claim_of_the_same_passage_neither_merges_nor_splits() -> None:
    lasted, employed = (claim(each.text, said(SENTENCE)) for each in (LENGTH, WORKERS))
    counts = of(annotation(lasted), annotation(lasted, employed))
    assert (counts["claims merging"], counts["claims atomic"]) == (0, 1)
    counts = of(annotation(lasted, employed), annotation(lasted))
    assert (counts["claims splitting"], counts["claims atomic"]) == (0, 1)


def test_a_claim_that_is_said_again_is_a_repetition_and_no_piece() -> None:
    counts = of(annotation(OPENING, OPENING), annotation(OPENING))
    assert (counts["claims repeated"], counts["claims splitting"], counts["claims atomic"]) == (1, 0, 1)


def test_two_claims_without_a_match_that_say_the_same_are_one_repetition() -> None:
    gate = claim("La gare ferme.", said("la gare ferme", segment="related"))
    assert of(annotation(gate, gate))["claims repeated"] == 1


def test_claims_that_the_reference_tells_apart_are_no_repetition() -> None:
    more = claim("Les travaux du port ont coûté 41 millions.", said("Ils ont duré deux ans"))
    counts = of(annotation(COST, more), annotation(COST, more))
    assert counts["claims repeated"] == 0


def test_a_pronoun_that_the_reference_resolves_is_unresolved() -> None:
    counts = of(annotation(claim("Ils ont duré deux ans.", said("Ils ont duré deux ans"))))
    assert (figure("claims unresolved", counts), counts["claims matched"]) == (1, 1)


def test_a_pronoun_that_the_reference_keeps_is_none() -> None:
    kept = annotation(claim("Ils ont duré deux ans.", said("Ils ont duré deux ans")))
    assert figure("claims unresolved", of(kept, kept)) == 0


def test_a_figure_that_neither_the_reference_nor_the_evidence_has_is_a_fault() -> None:
    wrong = claim("Les travaux du port ont coûté 14 millions.", COST.assertions[0])
    counts = of(annotation(wrong))
    assert (counts["claims number"], counts["claims negation"], counts["claims name"]) == (1, 0, 0)


def test_a_negation_that_neither_has_is_a_fault() -> None:
    wrong = claim("Les travaux du port n’ont pas coûté 40 millions.", COST.assertions[0])
    counts = of(annotation(wrong))
    assert (counts["claims number"], counts["claims negation"], counts["claims name"]) == (0, 1, 0)


def test_a_name_that_neither_has_is_a_fault() -> None:
    wrong = claim("Les travaux du port de Dakar ont coûté 40 millions.", COST.assertions[0])
    counts = of(annotation(wrong))
    assert (counts["claims number"], counts["claims negation"], counts["claims name"]) == (0, 0, 1)


def test_what_the_evidence_bears_out_is_no_fault_though_the_reference_has_it_not() -> None:
    shorter = claim("Les travaux du port ont coûté des millions.", COST.assertions[0])
    counts = of(annotation(COST), annotation(shorter))
    assert counts["claims number"] == 0


def test_what_one_assertion_of_several_bears_out_is_no_fault() -> None:
    two = claim(WORKERS.text, said("ont employé 300 ouvriers"), said("ont coûté 40 millions"))
    one = claim("Les travaux ont employé des ouvriers.", *two.assertions)
    assert of(annotation(two), annotation(one))["claims number"] == 0


def test_a_claim_of_several_places_is_found_as_such_if_its_match_has_several() -> None:
    twice = claim(OPENING.text, said("Le port rouvre", segment="headline"), REOPENS)
    reference = annotation(twice, COST)
    assert figure("claims several assertions", of(reference, reference)) == 1
    assert figure("claims several assertions", of(annotation(OPENING, COST), reference)) == 0
    assert figure("claims several assertions", of(annotation(COST), reference)) == 0
    assert figure("claims several assertions", of(reference, annotation(COST))) is None
