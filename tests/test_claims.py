"""Claims and their evidence, through the whole pipeline with a scripted model."""

import json
from typing import Any

import pytest
from doubles.port import SEGMENTS, TEXT, attributed, run, run_model
from doubles.scripted import Scripted, body_reply, claim, reply, saying

from extractor.errors import (
    ModelRefused,
    ModelUnavailable,
)


def test_evidence_in_a_related_line_is_never_taken_for_the_body() -> None:
    result = run(
        claims={"claims": [claim("x", (3, "le port rouvre lundi"))]},
        attribution={"sources": [], "sayings": [saying("c1.1")]},
    )
    assert result.claims[0].assertions[0].evidence[0].start == TEXT.index("le port")


def test_a_claim_that_stands_only_in_a_comment_is_rejected() -> None:
    result = run(claims={"claims": [claim("x", (5, "Bravo"))]}, repair={"repairs": []})
    assert result.claims == ()
    assert result.rejected[0].reason == "quote not found in the article"
    assert result.rejected[0].value["quotes"] == ["Bravo"]


def test_comments_are_asked_for_on_purpose_and_marked() -> None:
    model = Scripted(
        segments=SEGMENTS,
        claims={"claims": [claim("Bravo.", (5, "Bravo"), kind="opinion")]},
        attribution={"sources": [], "sayings": [saying("c1.1")]},
    )
    result = run_model(model, options={"claims_from": ("comment",), "kinds": ("opinion",)})
    assert (result.claims[0].assertions[0].segment, result.claims[0].kind) == ("comment", "opinion")
    assert "(comment)\n[5] Bravo 👏🏿🔥" in model.asked("claims")[0]
    assert "le port" not in model.asked("claims")[0]
    assert "Wanted kinds: opinion." in model.asked("claims")[0]


def test_an_interrupted_passage_has_several_spans_in_text_order() -> None:
    result = run(
        claims={"claims": [claim("x", (1, ["lundi", "le port"]))]},
        attribution={"sources": [], "sayings": [saying("c1.1")]},
    )
    assert [each.text for each in result.claims[0].assertions[0].evidence] == ["le port", "lundi"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (claim("x", (1, "le port"), kind="opinion"), "kind opinion was not asked for"),
        (claim(" ", (1, "le port")), "the claim has no text"),
        (claim("x", (1, "  ")), "quote without words"),
        (claim("x", (1, ["le port", "absent"])), "quote not found in the article"),
    ],
)
def test_what_cannot_be_a_claim_is_rejected_in_sight(bad: dict[str, Any], reason: str) -> None:
    result = run(claims={"claims": [bad]}, repair={"repairs": []})
    assert result.claims == ()
    assert [each.reason for each in result.rejected] == [reason]


def test_the_same_passage_twice_is_one_assertion() -> None:
    result = run(
        claims={"claims": [claim("x", (1, "le port"), (1, "le port"))]},
        attribution={"sources": [], "sayings": [saying("c1.1")]},
    )
    assert len(result.claims[0].assertions) == 1
    assert result.rejected[0].reason == "the same passage twice"


def test_the_same_quote_twice_is_one_span() -> None:
    result = run(
        claims={"claims": [claim("x", (1, ["le port", "le port"]))]},
        attribution={"sources": [], "sayings": [saying("c1.1")]},
    )
    assert len(result.claims[0].assertions[0].evidence) == 1


@pytest.mark.parametrize("error", [ModelRefused("no"), ModelUnavailable("busy"), reply("not JSON")])
def test_failed_claims_leave_the_segments(error: Any) -> None:
    result = run(claims=error)
    assert (result.status, len(result.segments), result.claims) == ("partial", 4, ())
    assert result.problems[0].record == "claims"


def test_claims_that_are_cut_off_are_kept_as_far_as_they_came() -> None:
    whole = json.dumps({"claims": [claim("x", (4, "C’est faux.")), claim("y", (1, "le port rouvre lundi"))]})
    result = run(claims=reply(whole[:-30], finish_reason="length"), attribution=attributed())
    assert (result.status, [each.text for each in result.claims]) == ("partial", ["x"])
    assert result.problems[0].error == "ReplyTruncated"


def test_an_altered_quote_is_rejected_with_what_was_altered() -> None:
    result = run(claims={"claims": [claim("x", (2, "Nous avons 14 navires"))]}, repair={"repairs": []})
    assert result.claims == ()
    assert result.rejected[0].reason == "quote altered: number (40 -> 14)"


def test_a_slip_in_a_quote_is_named_and_the_article_s_words_are_the_evidence() -> None:
    result = run(
        claims={"claims": [claim("Le port rouvre lundi.", (1, "le port rouuvre lundi"))]},
        attribution={"sources": [], "sayings": [saying("c1.1")]},
    )
    (only,) = result.claims[0].assertions
    assert [(each.text, each.match) for each in only.evidence] == [("le port rouvre lundi", "fuzzy")]
    assert only.checks == ("quote-spelling",)


def test_an_ellipsis_in_a_quote_gives_several_spans() -> None:
    result = run(
        claims={"claims": [claim("Le port rouvre.", (1, "le port [...] rapporte"))]},
        attribution={"sources": [], "sayings": [saying("c1.1")]},
    )
    evidence = result.claims[0].assertions[0].evidence
    assert [(each.text, each.match) for each in evidence] == [("le port", "exact"), ("rapporte", "exact")]


def test_a_claim_that_its_evidence_does_not_bear_out_is_kept_and_named() -> None:
    result = run(
        claims={"claims": [claim("Le port rouvre le 14.", (1, "le port rouvre lundi"))]},
        attribution={"sources": [], "sayings": [saying("c1.1")]},
    )
    assert result.claims[0].assertions[0].checks == ("claim-number",)


def test_a_denial_may_differ_from_its_claim_in_polarity() -> None:
    text = "Le port ne rouvre pas lundi."
    for stance, checks in (("denies", ()), ("affirms", ("claim-negation",))):
        result = run(
            text,
            segments=body_reply(1),
            claims={"claims": [claim("Le port rouvre lundi.", (1, "Le port ne rouvre pas lundi"))]},
            attribution={"sources": [], "sayings": [saying("c1.1", stance=stance)]},
        )
        assert result.claims[0].assertions[0].checks == checks


def test_a_unit_cut_by_an_advert_is_hinted_at_with_both_its_parts() -> None:
    text = "Le port rouvre. Le maire dit PUBLICITÉ Achetez que le port rouvre."
    parts = [
        {"first_unit": 1, "starts_with": None, "last_unit": 2, "label": "body"},
        {"first_unit": 2, "starts_with": "PUBLICITÉ", "last_unit": 2, "label": "advert"},
        {"first_unit": 2, "starts_with": "que le port", "last_unit": 2, "label": "body"},
    ]
    result = run(
        text,
        segments={"language": "fr", "segments": parts},
        claims={"claims": [claim("Le port rouvre.", (2, "le port rouvre"))]},
        attribution={"sources": [], "sayings": [saying("c1.1")]},
    )
    assert result.claims[0].assertions[0].evidence[0].start == text.rindex("le port")


CUT = "Le port rouvre\nPublicité\nlundi à midi. Le maire nie."
CUT_SEGMENTS = {
    "language": "fr",
    "segments": [
        {"first_unit": 1, "starts_with": None, "last_unit": 1, "label": "body"},
        {"first_unit": 2, "starts_with": None, "last_unit": 2, "label": "advert"},
        {"first_unit": 3, "starts_with": None, "last_unit": 4, "label": "body"},
    ],
}


def test_a_passage_that_an_advert_cuts_in_two_is_two_pieces_and_nothing_is_asked_again() -> None:
    model = Scripted(
        segments=CUT_SEGMENTS,
        claims={"claims": [claim("Le port rouvre lundi à midi.", (1, "Le port rouvre lundi à midi"))]},
        attribution={"sources": [], "sayings": [saying("c1.1")]},
    )
    result = run_model(model, CUT)
    (only,) = result.claims[0].assertions
    assert [each.text for each in only.evidence] == ["Le port rouvre", "lundi à midi"]
    assert (only.checks, model.asked("repair"), result.rejected) == ((), [], ())


def test_what_an_advert_does_not_cut_is_not_put_together() -> None:
    result = run(
        CUT,
        segments=CUT_SEGMENTS,
        claims={
            "claims": [claim("x", (1, "Le port rouvre lundi à minuit")), claim("y", (1, "rouvre Le maire"))]
        },
        repair={"repairs": []},
    )
    assert result.claims == ()
    assert [each.reason.partition(":")[0] for each in result.rejected] == [
        "quote altered",
        "quote not found in the article",
    ]
