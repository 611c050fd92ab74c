import json
from dataclasses import replace
from pathlib import Path

import pytest

from extractor.article import Article
from extractor.evaluation.baseline import baseline
from extractor.evaluation.gum import (
    GumAttribution,
    GumCounts,
    GumDocument,
    gum_rates,
    gum_table,
    load_gum,
    score_gum,
)
from extractor.schemas.extraction.v1 import (
    ArticleInfo,
    Assertion,
    Claim,
    Evidence,
    Extraction,
    Hop,
    Segment,
    Source,
    Span,
)

DATA = Path(__file__).parents[2] / "benchmarks" / "data" / "gum-attributions.jsonl"
TEXT = "Ann Kohn said AFP reported that the bridge fell and two people died."


def at(words: str) -> tuple[int, int]:
    start = TEXT.index(words)
    return start, start + len(words)


def gold(source: str, cue: str | None, content: str, *, nested_in: int | None = None) -> GumAttribution:
    return GumAttribution(
        source=at(source),
        name=source,
        entity=len(source),
        cue=at(cue) if cue else None,
        content=(at(content),),
        nested_in=nested_in,
        polarity="positive",
    )


OUTER = gold("Ann Kohn", "said", "AFP reported that the bridge fell and two people died")
INNER = gold("AFP", "reported", "the bridge fell and two people died", nested_in=0)
DOCUMENT = GumDocument("bridge", TEXT, (OUTER, INNER))


def span(words: str) -> Span:
    start, end = at(words)
    return Span(start=start, end=end, text=words)


def said(evidence: str, *chain: tuple[str, str | None, str | None]) -> Claim:
    """A claim of one assertion; each hop is the source's id, its words and its cue."""
    start, end = at(evidence)
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


def result(*claims: Claim, names: tuple[str, ...] = ("kohn", "afp", "other")) -> Extraction:
    info = ArticleInfo(
        id="x", title=None, url=None, published=None, language=None, sha256=None, characters=len(TEXT)
    )
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
    segment = Segment(label="body", start=0, end=len(TEXT))
    return Extraction(article=info, status="complete", segments=(segment,), sources=sources, claims=claims)


KOHN = ("kohn", "Ann Kohn", "said")
AFP = ("afp", "AFP", "reported")


def alone(extraction: Extraction, attribution: GumAttribution = INNER) -> GumCounts:
    """The counts of one attribution that is not nested."""
    return score_gum(replace(DOCUMENT, attributions=(replace(attribution, nested_in=None),)), extraction)


def test_an_attribution_is_found_by_content_and_source_words() -> None:
    counts = alone(result(said("the bridge fell and two people died", AFP)))
    assert (counts.gold, counts.attributed, counts.found, counts.cues, counts.cues_found) == (1, 1, 1, 1, 1)


def test_half_of_the_shorter_passage_is_enough() -> None:
    assert alone(result(said("two people died", AFP))).found == 1
    assert alone(result(said("said AFP reported that the bridge", AFP))).found == 0


def test_a_source_without_words_is_found_by_its_name() -> None:
    claim = said("the bridge fell", ("afp", None, None))
    assert alone(result(claim, names=("kohn", "afp", "other"))).found == 1
    assert alone(result(claim, names=("kohn", "Reuters", "other"))).found == 0


def test_a_source_is_found_by_words_for_the_same_entity_elsewhere() -> None:
    same = replace(INNER, entity=OUTER.entity, name=None, nested_in=None)
    document = replace(DOCUMENT, attributions=(OUTER, same))
    assert score_gum(document, result(said("the bridge fell", KOHN))).found == 2


def test_another_source_is_attributed_but_not_found() -> None:
    counts = alone(result(said("the bridge fell", ("other", "bridge", "said"))))
    assert (counts.attributed, counts.found, counts.cues_found) == (1, 0, 0)


def test_the_outlets_own_voice_finds_nothing() -> None:
    assert alone(result(said("the bridge fell"))) == GumCounts(gold=1, cues=1)


def test_a_cue_must_be_that_of_the_hop_of_the_source() -> None:
    assert alone(result(said("the bridge fell", ("afp", "AFP", "said")))).cues_found == 0
    no_cue = alone(result(said("the bridge fell", AFP)), replace(INNER, cue=None))
    assert (no_cue.cues, no_cue.cues_found) == (0, 0)


def test_a_nested_attribution_needs_both_hops_in_order() -> None:
    found = [
        score_gum(DOCUMENT, result(said("the bridge fell", *chain))).nested_found
        for chain in ((KOHN, AFP), (AFP, KOHN), (AFP,), (KOHN,))
    ]
    assert found == [1, 0, 0, 0]


def test_nested_in_itself_is_not_of_two_sources() -> None:
    counts = score_gum(replace(DOCUMENT, attributions=(OUTER, replace(INNER, entity=OUTER.entity))), result())
    assert (counts.nested, counts.two_sources) == (1, 0)
    assert score_gum(DOCUMENT, result()).two_sources == 1


def test_what_is_said_not_to_be_said_is_not_asked_for() -> None:
    negative = replace(DOCUMENT, attributions=(replace(OUTER, polarity="negative"),))
    assert score_gum(negative, result()) == GumCounts()


def test_predictions_outside_all_contents_are_not_known() -> None:
    counts = alone(result(said("the bridge fell", AFP), said("Ann Kohn said", KOHN), said("two people died")))
    assert (counts.predicted, counts.predicted_known) == (2, 1)


def test_claims_of_the_same_words_are_one_content() -> None:
    counts = alone(result(said("the bridge fell and", AFP), said("two people died", AFP)))
    assert (counts.contents, counts.loose, counts.strict) == (1, 1, 1)


def test_a_content_is_paired_once_with_the_closest() -> None:
    whole, part = said("the bridge fell and two people died", AFP), said("two people died", KOHN)
    counts = alone(result(part, whole))
    assert (counts.contents, counts.loose, counts.strict) == (2, 1, 1)


def test_a_third_of_a_content_is_loose_and_not_strict() -> None:
    counts = alone(result(said("two people died", AFP)))
    assert (counts.loose, counts.strict) == (1, 0)


def test_an_extraction_of_another_text_is_refused() -> None:
    with pytest.raises(ValueError, match="not an extraction of 'bridge'"):
        score_gum(replace(DOCUMENT, text="Other."), result())


def test_rates_are_of_the_sums_and_null_without_cases() -> None:
    table = gum_table(GumCounts(gold=3, found=1) + GumCounts(gold=1, found=1))
    row = next(row for row in table if row.name == "recall of attributions")
    assert (row.value, row.n) == (0.5, 4)
    assert gum_rates([GumCounts(gold=3, found=1), GumCounts(gold=1, found=1)])[row.name] == 0.5
    assert set(gum_rates([]).values()) == {None}


def test_a_chain_has_every_rate_at_one_but_where_gold_content_holds_the_inner_frame() -> None:
    chained = said("the bridge fell and two people died", KOHN, AFP)
    counts = score_gum(DOCUMENT, result(chained))
    *others, strict = gum_table(counts)
    assert {row.value for row in others} == {1.0}
    assert (strict.name, strict.value) == ("F1 of contents, IoU 0.8", 0.5)


def test_the_data_are_the_news_documents_with_words_at_their_places() -> None:
    documents = load_gum(DATA)
    assert (len(documents), sum(len(each.attributions) for each in documents)) == (24, 214)
    nested = [each.nested_in for document in documents for each in document.attributions]
    assert sum(each is not None for each in nested) == 21
    for document in documents:
        for each in document.attributions:
            for start, end in (each.source, *each.content, *((each.cue,) if each.cue else ())):
                words = document.text[start:end]
                assert words
                assert words == words.strip()


def test_a_line_that_is_no_document_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.jsonl"
    path.write_text(json.dumps({"id": "x", "text": "y"}), encoding="utf-8")
    with pytest.raises(KeyError):
        load_gum(path)


def test_the_yardstick_finds_some_and_only_the_nested_are_beyond_one_hop() -> None:
    counts = [score_gum(each, baseline(Article(each.text))) for each in load_gum(DATA)]
    rates = gum_rates(counts)
    assert rates["recall of nested"] == 0
    assert (rates["recall of attributions"] or 0) > 0
