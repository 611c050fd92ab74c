"""Chains and the registry of sources, through the whole pipeline with a scripted model."""

import json
from typing import Any

import pytest
from doubles.port import (
    ATTRIBUTION,
    CLAIMS,
    ONE_CLAIM,
    SAYINGS,
    SEGMENTS,
    SOURCES,
    attributed,
    run,
    run_model,
)
from doubles.scripted import Scripted, body_reply, claim, hop, reply, saying, source

from extractor.errors import (
    ContextWindowExceeded,
    ModelRefused,
    ModelUnavailable,
    ReplyInvalid,
)


def test_sources_are_one_registry_with_their_mentions() -> None:
    result = run()
    assert [(each.id, each.name, each.role) for each in result.sources] == [
        ("s1", "l’Écho", None),
        ("s2", "Anne Roux", "la ministre"),
        ("s3", "maire", None),
    ]
    assert [span.text for span in result.sources[1].mentions] == ["Anne Roux", "la ministre"]


def test_a_source_that_is_in_no_chain_is_not_registered() -> None:
    more = {"sources": [*SOURCES, source("d", "Bravo")], "sayings": SAYINGS}
    assert [each.name for each in run(attribution=more).sources] == ["l’Écho", "Anne Roux", "maire"]


def test_words_of_a_hop_that_are_not_found_are_null_and_said() -> None:
    result = run(
        claims=ONE_CLAIM,
        attribution=attributed(hop("c", 4, "Monsieur le maire", "conteste"), said_when="hier"),
        repair={"repairs": []},
    )
    (only,) = result.claims[0].assertions
    assert (only.chain[0].source_span, only.chain[0].cue_span, only.said_when) == (None, None, None)
    assert [each.reason for each in result.rejected] == [
        "words that attribute not found",
        "words that name a source not found",
        "said_when not found",
    ]


def test_a_source_named_twice_in_one_place_has_one_mention() -> None:
    both = [
        saying("c1.1", hop("a", 4, "Le maire", "nie")),
        saying("c2.1", hop("a", 4, "Le maire", "nie")),
    ]
    result = run(
        claims={"claims": [claim("x", (4, "C’est faux.")), claim("y", (4, "faux"))]},
        attribution={"sources": [source("a", "maire")], "sayings": both},
    )
    assert [span.text for span in result.sources[0].mentions] == ["Le maire"]


def test_a_pronoun_is_found_as_a_word_near_its_cue() -> None:
    text = "Il pleut. Elle utilise le port. « Non », dit-il. Il ajoute : oui."
    result = run(
        text,
        segments=body_reply(4),
        claims={"claims": [claim("x", (3, "Non"))]},
        attribution={
            "sources": [source("a", "il", named=False)],
            "sayings": [saying("c1.1", hop("a", 3, "il", "dit"))],
        },
    )
    span = result.claims[0].assertions[0].chain[0].source_span
    assert span is not None
    assert span.start == text.index("dit-il") + 4


def test_words_far_from_the_assertion_are_somebody_elses() -> None:
    text = "Jean parle.\n" + "Rien ici.\n" * 8 + "« Non », dit-il."
    result = run(
        text,
        segments=body_reply(10),
        claims={"claims": [claim("x", (10, "Non"))]},
        attribution={
            "sources": [source("a", "Jean")],
            "sayings": [saying("c1.1", hop("a", 10, "Jean", "dit"))],
        },
        repair={"repairs": []},
    )
    assert result.claims[0].assertions[0].chain[0].source_span is None
    assert result.sources[0].name == "Jean"


def test_an_invented_name_gives_way_to_the_words_of_the_text() -> None:
    result = run(
        claims=ONE_CLAIM,
        attribution=attributed(hop("c", 4, "Le maire", "nie"), sources=[source("c", "Paul Martin")]),
        repair={"repairs": []},
    )
    assert result.sources[0].name == "Le maire"
    assert [(each.reason, each.value) for each in result.rejected] == [
        ("name of a source not found", {"name": "Paul Martin", "used": "Le maire"})
    ]


def test_an_assertion_whose_source_is_nowhere_in_the_article_is_rejected() -> None:
    result = run(
        claims=ONE_CLAIM,
        attribution=attributed(hop("c", None, None, None), sources=[source("c", "Paul Martin")]),
        repair={"repairs": []},
    )
    assert (result.claims, result.sources) == ((), ())
    assert result.rejected[-1].reason == "not attributed: the article does not name 'Paul Martin'"
    assert result.rejected[-1].value["text"] == "x"


def test_facts_of_a_source_are_words_of_the_article() -> None:
    known = source("c", "maire", role="le maire de Brest", anonymity="nie", speaks_for="la ministre")
    result = run(claims=ONE_CLAIM, attribution=attributed(hop("c", 4, "Le maire", "nie"), sources=[known]))
    assert (result.sources[0].role, result.sources[0].anonymity, result.sources[0].speaks_for) == (
        None,
        "nie",
        "la ministre",
    )
    assert result.rejected[0].reason == "role of a source not found"


def test_a_text_in_its_own_voice_has_an_empty_chain() -> None:
    result = run(claims=ONE_CLAIM, attribution=attributed(hearsay=True, certainty="possible"))
    (only,) = result.claims[0].assertions
    assert (only.chain, only.hearsay, only.certainty) == ((), True, "possible")


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        ({"sources": SOURCES, "sayings": SAYINGS[:2]}, "assertions without attribution: c2.1"),
        ({"sources": SOURCES, "sayings": [*SAYINGS, saying("c9.9")]}, "not in the list: c9.9"),
        ({"sources": SOURCES, "sayings": [*SAYINGS, SAYINGS[0]]}, "attributed twice: c1.1"),
        ({"sources": SOURCES[1:], "sayings": SAYINGS}, "not registered: a"),
        ({"sources": [*SOURCES, SOURCES[0]], "sayings": SAYINGS}, "registered twice: a"),
    ],
)
def test_an_attribution_that_contradicts_itself_is_asked_again(bad: dict[str, Any], complaint: str) -> None:
    model = Scripted(segments=SEGMENTS, claims=CLAIMS, attribution=[bad, ATTRIBUTION])
    assert run_model(model).status == "complete"
    assert complaint in model.asked("attribution")[1]


def test_what_stays_unattributed_is_rejected_and_the_result_is_partial() -> None:
    result = run(attribution={"sources": SOURCES, "sayings": SAYINGS[:2]})
    assert (result.status, [each.error for each in result.problems]) == ("partial", ["ReplyInvalid"])
    assert [each.text for each in result.claims] == ["Le port rouvre lundi."]
    (lost,) = result.rejected
    assert lost.reason == "not attributed: no attribution came"
    assert lost.value["text"] == "Il y a 40 navires."
    assert json.dumps(lost.value["evidence"], ensure_ascii=False).count("« Nous avons 40 navires«") == 1


@pytest.mark.parametrize(
    "error",
    [ModelRefused("no"), ModelUnavailable("busy"), ContextWindowExceeded("long"), ReplyInvalid("x", "{}")],
)
def test_a_failed_attribution_leaves_the_claims_in_sight(error: Exception) -> None:
    result = run(attribution=error)
    assert (result.status, [each.error for each in result.problems]) == ("partial", [type(error).__name__])
    assert result.claims == ()
    assert [each.value["text"] for each in result.rejected] == [
        "Le port rouvre lundi.",
        "Le port rouvre lundi.",
        "Il y a 40 navires.",
    ]
    assert len(result.segments) == 4


def test_an_attribution_that_is_cut_off_is_kept_as_far_as_it_came() -> None:
    whole = json.dumps(ATTRIBUTION)
    latest = {"prompts": ("attribution@v2",)}
    result = run(options=latest, attribution=reply(whole[: whole.index('"c2.1"')], finish_reason="length"))
    assert (result.status, [each.text for each in result.claims]) == ("partial", ["Le port rouvre lundi."])
    assert result.rejected[0].value["text"] == "Il y a 40 navires."


def test_a_slip_in_the_words_of_a_hop_is_named() -> None:
    result = run(
        claims={"claims": [claim("C’est faux.", (4, "C’est faux."))]},
        attribution=attributed(hop("b", 1, "Anne Roux", "raporte")),
    )
    (only,) = result.claims[0].assertions
    assert only.chain[0].cue_span is not None
    assert only.chain[0].cue_span.text == "rapporte"
    assert "cue-spelling" in only.checks


def test_another_name_for_a_source_is_not_taken_for_a_slip() -> None:
    result = run(
        claims=ONE_CLAIM,
        attribution=attributed(hop("b", 1, "Jeanne Roux", None)),
        repair={"repairs": []},
    )
    assert result.claims[0].assertions[0].chain[0].source_span is None
