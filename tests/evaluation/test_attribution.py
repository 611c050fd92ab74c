"""Attribution: spans, sources, chains, and how a thing is said."""

from collections.abc import Sequence
from typing import Any

import pytest
from evaluation.made import COST, ECHO, MAYOR, OPENING, WHOLE, annotation, claim, hop, said

from extractor.evaluation.attribution import count_attribution
from extractor.evaluation.counts import Counts
from extractor.evaluation.matching import Matching
from extractor.evaluation.reference import Reference
from extractor.evaluation.scoring import METRICS
from extractor.schemas.extraction.v1 import Hop

IN_ECHO, BY_MAYOR = OPENING.assertions[0].chain
SPANS = ("source span", "cue span", "content", "content of all claims")


def of(predicted: Reference, reference: Reference = WHOLE) -> Counts:
    return count_attribution(predicted, reference, Matching.of(predicted, reference))


def figure(name: str, counts: Counts) -> float | None:
    (metric,) = (each for each in METRICS if each.name == name)
    return metric.value(counts)


def opening(*chain: Hop, **facts: Any) -> Reference:
    """The opening claim with another chain, or said in another way."""
    other = said("le port rouvre lundi", chain=chain, **facts)
    return annotation(claim(OPENING.text, other), sources=(ECHO, MAYOR))


def chained(*chain: Hop) -> Counts:
    """The counts of another chain against the Écho's that carries the mayor's words."""
    return of(opening(*chain), opening(IN_ECHO, BY_MAYOR))


def test_the_same_attribution_is_all_right() -> None:
    counts = of(WHOLE)
    for name in SPANS:
        assert [figure(f"{name} f1 {at}", counts) for at in ("exact", "0.8", "0.3")] == [1, 1, 1]
    shares = ("attributed", "source identity", "chain exact", "hop f1", "hop style")
    fields = ("stance", "certainty", "hearsay")
    assert [figure(name, counts) for name in (*shares, *fields)] == [1] * 8
    assert figure("chain depth error", counts) == 0
    assert figure("said_when", counts) is None


def spans(source: str | None, cue: str | None) -> Counts:
    return chained(IN_ECHO, hop("mayor", source, cue))


@pytest.mark.parametrize(
    ("source", "exact", "close", "near"),
    [
        ("le maire", 1, 1, 1),
        ("le maire.", 1 / 2, 1, 1),  # 8 of 9 characters
        ("le ma", 1 / 2, 1 / 2, 1),  # 5 of 8
        ("Les travaux ont", 1 / 2, 1 / 2, 1 / 2),
        (None, 2 / 3, 2 / 3, 2 / 3),  # one predicted, two in the reference
    ],
)
def test_a_source_span_is_right_from_a_threshold_on(
    source: str | None, exact: float, close: float, near: float
) -> None:
    counts = spans(source, "a dit")
    found = [figure(f"source span f1 {at}", counts) for at in ("exact", "0.8", "0.3")]
    assert found == pytest.approx([exact, close, near])
    assert figure("cue span f1 exact", counts) == 1


def test_a_cue_span_is_scored_likewise() -> None:
    counts = spans("le maire", "a dit le maire")  # 5 of 14 characters
    assert [figure(f"cue span f1 {at}", counts) for at in ("exact", "0.8", "0.3")] == [1 / 2, 1 / 2, 1]
    assert figure("source span f1 exact", counts) == 1


def test_content_is_the_evidence_of_what_is_attributed() -> None:
    longer = said(", le port rouvre lundi", chain=(IN_ECHO,))  # 20 of 22 characters
    counts = of(annotation(claim(OPENING.text, longer), sources=(ECHO,)), opening(IN_ECHO))
    for name in ("content", "content of all claims"):
        assert [figure(f"{name} f1 {at}", counts) for at in ("exact", "0.8", "0.3")] == [0, 1, 1]


def test_what_no_claim_matches_counts_in_the_content_of_all_claims_only() -> None:
    extra = claim("Bravo.", said("Bravo", segment="comment", chain=(IN_ECHO,)))
    counts = of(annotation(OPENING, extra, sources=(ECHO, MAYOR)), opening(IN_ECHO, BY_MAYOR))
    assert figure("content f1 exact", counts) == 1
    assert figure("content of all claims f1 exact", counts) == 2 / 3


def test_the_innermost_source_is_who_says_it() -> None:
    assert figure("source identity", chained(BY_MAYOR)) == 1
    assert figure("source identity", chained(BY_MAYOR, IN_ECHO)) == 0
    assert figure("source identity", chained()) == 0


def test_the_outlets_own_voice_has_no_source_to_be_right_about() -> None:
    own = annotation(COST)
    counts = of(own, own)
    assert (figure("attributed", counts), figure("source identity", counts)) == (1, None)
    assert figure("attributed", chained()) == 0


@pytest.mark.parametrize(
    ("chain", "exact", "right", "depth"),
    [
        ((IN_ECHO, BY_MAYOR), 1, 2, 0),
        ((BY_MAYOR, IN_ECHO), 0, 2, 0),
        ((IN_ECHO.model_copy(update={"relation": "carries"}), BY_MAYOR), 0, 1, 0),
        ((BY_MAYOR,), 0, 1, 1),
        ((), 0, 0, 2),
    ],
)
def test_a_chain_is_exact_with_the_same_sources_in_order_and_the_same_relations(
    chain: Sequence[Hop], exact: float, right: int, depth: float
) -> None:
    counts = chained(*chain)
    assert figure("chain exact", counts) == exact
    assert figure("hop recall", counts) == right / 2
    assert figure("hop precision", counts) == (right / len(chain) if chain else None)
    assert figure("hop f1", counts) == 2 * right / (len(chain) + 2)
    assert figure("chain depth error", counts) == depth


def test_the_style_of_hops_that_are_right_is_compared() -> None:
    assert figure("hop style", chained(IN_ECHO, BY_MAYOR.model_copy(update={"style": "direct"}))) == 1 / 2


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ({"stance": "denies"}, "stance"),
        ({"certainty": "possible"}, "certainty"),
        ({"hearsay": True}, "hearsay"),
        ({"said_when": "lundi"}, "said_when"),
    ],
)
def test_how_a_thing_is_said_is_compared_field_by_field(facts: dict[str, Any], wrong: str) -> None:
    counts = of(opening(IN_ECHO, **facts), opening(IN_ECHO))
    names = ("stance", "certainty", "hearsay", "said_when")
    assert [name for name in names if figure(name, counts) == 0] == [wrong]


@pytest.mark.parametrize(
    ("facts", "other", "name", "value"),
    [
        ({"stance": "denies"}, {"stance": "denies"}, "denials", 1),
        ({"stance": "affirms"}, {"stance": "denies"}, "denials", 0),
        ({"certainty": "possible"}, {"certainty": "possible"}, "doubts", 1),
        ({"certainty": "possible"}, {"certainty": "probable"}, "doubts", 0),
        ({"hearsay": True}, {"hearsay": True}, "hearsays", 1),
        ({"hearsay": True}, {"hearsay": False}, "hearsays", 0),
        ({}, {}, "denials", None),
        ({}, {}, "doubts", None),
        ({}, {}, "hearsays", None),
    ],
)
def test_what_is_rare_is_scored_without_what_is_common(
    facts: dict[str, Any], other: dict[str, Any], name: str, value: float | None
) -> None:
    assert figure(f"{name} f1", of(opening(IN_ECHO, **facts), opening(IN_ECHO, **other))) == value


def test_when_it_was_said_is_compared_without_case_and_white_space() -> None:
    counts = of(opening(IN_ECHO, said_when="Lundi  soir"), opening(IN_ECHO, said_when="lundi soir"))
    assert figure("said_when", counts) == 1
