"""What is counted of GUM's attributions, and what the figures make of it."""

import pytest
from evaluation.made import GUM_DOCUMENT, GUM_TEXT, place
from gum_cases import DATA, load_documents

from extractor.article import Article
from extractor.evaluation.baseline import baseline
from extractor.evaluation.counts import Counts
from extractor.evaluation.gum import GumAttribution, GumDocument
from extractor.evaluation.gum_scoring import score_gum
from extractor.evaluation.reference import Reference
from extractor.evaluation.report import Report
from extractor.schemas.extraction.v1 import Assertion, Claim, Evidence, Hop, Segment, Source, Span

OUTER, INNER = GUM_DOCUMENT.attributions


def span(words: str) -> Span:
    start, end = place(words)
    return Span(start=start, end=end, text=words)


def said(evidence: str, *chain: tuple[str, str | None, str | None]) -> Claim:
    """A claim of one assertion; each hop is the source's id, its words and its cue."""
    start, end = place(evidence)
    hops = tuple(
        Hop(
            source=source,
            relation="says",
            style="indirect",
            source_span=span(words) if words else None,
            cue_span=span(cue) if cue else None,
        )
        for source, words, cue in chain
    )
    assertion = Assertion(
        evidence=(Evidence(start=start, end=end, text=evidence, match="exact"),),
        segment="body",
        stance="affirms",
        certainty="certain",
        hearsay=False,
        said_when=None,
        chain=hops,
        checks=(),
    )
    return Claim(id=evidence, text=evidence, kind="fact", assertions=(assertion,))


def result(*claims: Claim, names: tuple[str, ...] = ("kohn", "afp", "other")) -> Reference:
    sources = tuple(
        Source(
            id=id_,
            name=name,
            kind="unknown",
            named=True,
            role=None,
            anonymity=None,
            speaks_for=None,
            mentions=(),
        )
        for id_, name in zip(("kohn", "afp", "other"), names, strict=True)
    )
    segment = Segment(label="body", start=0, end=len(GUM_TEXT))
    return Reference(segments=(segment,), sources=sources, claims=claims)


KOHN = ("kohn", "Ann Kohn", "said")
AFP = ("afp", "AFP", "reported")


def document(*attributions: GumAttribution) -> GumDocument:
    return GUM_DOCUMENT.model_copy(update={"attributions": attributions})


def alone(predicted: Reference, attribution: GumAttribution = INNER) -> Counts:
    """The counts of one attribution that is not nested."""
    return score_gum(predicted, document(attribution.model_copy(update={"nested_in": None})))


def figures(*counts: Counts) -> dict[str, float]:
    """The figures of some articles together."""
    report = Report({str(number): each for number, each in enumerate(counts)}, form="gum/v1")
    return {row.name: row.value for row in report.rows}


def test_an_attribution_is_found_by_content_and_source_words() -> None:
    counts = alone(result(said("the bridge fell and two people died", AFP)))
    for name in ("gold", "attributed", "found", "cues", "cues found"):
        assert counts[name] == 1


def test_half_of_the_shorter_passage_is_enough() -> None:
    assert alone(result(said("two people died", AFP)))["found"] == 1
    assert "found" not in alone(result(said("said AFP reported that the bridge", AFP)))


@pytest.mark.parametrize(("name", "found"), [("afp", True), ("the AFP", True), ("Reuters", False)])
def test_a_source_without_words_is_found_by_its_name(name: str, found: bool) -> None:  # noqa: FBT001 - a case
    claim = said("the bridge fell", ("afp", None, None))
    assert ("found" in alone(result(claim, names=("kohn", name, "other")))) is found


def test_a_source_is_found_by_words_for_the_same_entity_elsewhere() -> None:
    same = INNER.model_copy(update={"entity": OUTER.entity, "name": None, "nested_in": None})
    assert score_gum(result(said("the bridge fell", KOHN)), document(OUTER, same))["found"] == 2


def test_another_source_is_attributed_but_not_found() -> None:
    counts = alone(result(said("the bridge fell", ("other", "bridge", "said"))))
    assert counts["attributed"] == 1
    assert not counts.keys() & {"found", "cues found"}


def test_the_outlets_own_voice_finds_nothing() -> None:
    assert alone(result(said("the bridge fell"))) == {"gold": 1, "cues": 1}


def test_a_failed_result_finds_nothing() -> None:
    assert alone(Reference(segments=(), sources=(), claims=())) == {"gold": 1, "cues": 1}


def test_a_cue_must_be_that_of_the_hop_of_the_source() -> None:
    assert "cues found" not in alone(result(said("the bridge fell", ("afp", "AFP", "said"))))
    no_cue = alone(result(said("the bridge fell", AFP)), INNER.model_copy(update={"cue": None}))
    assert no_cue["found"] == 1
    assert not no_cue.keys() & {"cues", "cues found"}


def test_a_nested_attribution_needs_both_hops_in_order() -> None:
    found = [
        score_gum(result(said("the bridge fell", *chain)), GUM_DOCUMENT).get("nested found", 0)
        for chain in ((KOHN, AFP), (AFP, KOHN), (AFP,), (KOHN,))
    ]
    assert found == [1, 0, 0, 0]


def test_nested_in_itself_is_not_of_two_sources() -> None:
    same = document(OUTER, INNER.model_copy(update={"entity": OUTER.entity}))
    assert [score_gum(result(), each).get("two sources", 0) for each in (same, GUM_DOCUMENT)] == [0, 1]
    assert score_gum(result(), same)["nested"] == 1


def test_what_is_said_not_to_be_said_is_not_asked_for() -> None:
    assert score_gum(result(), document(OUTER.model_copy(update={"polarity": "negative"}))) == {}


def test_predictions_outside_all_contents_are_not_known() -> None:
    counts = alone(result(said("the bridge fell", AFP), said("Ann Kohn said", KOHN), said("two people died")))
    assert (counts["predicted"], counts["predicted known"]) == (2, 1)


def test_claims_of_the_same_words_are_one_content() -> None:
    counts = alone(result(said("the bridge fell and", AFP), said("two people died", AFP)))
    assert (counts["contents"], counts["content 0.3"], counts["content 0.8"]) == (1, 1, 1)


def test_hops_without_words_have_contents_of_their_own() -> None:
    wordless = ("afp", None, None)
    counts = alone(result(said("the bridge fell and", wordless), said("two people died", wordless)))
    assert counts["contents"] == 2


def test_a_content_is_paired_once() -> None:
    whole, part = said("the bridge fell and two people died", AFP), said("two people died", KOHN)
    counts = alone(result(part, whole))
    assert (counts["contents"], counts["content 0.3"], counts["content 0.8"]) == (2, 1, 1)


def test_a_third_of_a_content_is_loose_and_not_strict() -> None:
    counts = alone(result(said("two people died", AFP)))
    assert counts["content 0.3"] == 1
    assert "content 0.8" not in counts


def test_figures_are_of_the_sums_and_none_without_cases() -> None:
    rows = Report({"a": {"gold": 3, "found": 1}, "b": {"gold": 1, "found": 1}}, form="gum/v1").rows
    row = next(row for row in rows if row.name == "gum attribution recall")
    assert (row.value, row.n) == (0.5, 4)
    assert figures({}) == {}


def test_a_chain_has_every_figure_at_1_but_where_gold_content_holds_the_inner_frame() -> None:
    chained = said("the bridge fell and two people died", KOHN, AFP)
    found = figures(score_gum(result(chained), GUM_DOCUMENT))
    assert found.pop("gum content f1 0.8") == 0.5
    assert set(found.values()) == {1.0}


def test_the_yardstick_finds_some_and_only_the_nested_are_beyond_one_hop() -> None:
    found = figures(
        *(
            score_gum(Reference.of(baseline(Article(each.text))), each)
            for each in load_documents(DATA).values()
        )
    )
    assert found["gum nested recall"] == 0
    assert found["gum attribution recall"] > 0
