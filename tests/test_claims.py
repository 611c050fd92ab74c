"""Claims and their evidence, through the whole pipeline with a scripted model."""

import json
from typing import Any

import pytest
from doubles.port import SEGMENTS, TEXT, attributed, run, run_model
from doubles.scripted import Scripted, attribution, claim, reply

from extractor.errors import (
    ModelRefused,
    ModelUnavailable,
)


def test_evidence_in_a_related_line_is_never_taken_for_the_body() -> None:
    result = run(
        claims={"claims": [claim("x", (3, "le port rouvre lundi"))]},
        attribution={"sources": [], "attributions": [attribution("c1.1")]},
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
        attribution={"sources": [], "attributions": [attribution("c1.1")]},
    )
    result = run_model(model, options={"claims_from": ("comment",), "kinds": ("opinion",)})
    assert (result.claims[0].assertions[0].segment, result.claims[0].kind) == ("comment", "opinion")
    assert "(comment)\n[5] Bravo 👏🏿🔥" in model.asked("claims")[0]
    assert "le port" not in model.asked("claims")[0]
    assert "Wanted kinds: opinion." in model.asked("claims")[0]


def test_an_interrupted_passage_has_several_spans_in_text_order() -> None:
    result = run(
        claims={"claims": [claim("x", (1, ["lundi", "le port"]))]},
        attribution={"sources": [], "attributions": [attribution("c1.1")]},
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
        attribution={"sources": [], "attributions": [attribution("c1.1")]},
    )
    assert len(result.claims[0].assertions) == 1
    assert result.rejected[0].reason == "the same passage twice"


def test_the_same_quote_twice_is_one_span() -> None:
    result = run(
        claims={"claims": [claim("x", (1, ["le port", "le port"]))]},
        attribution={"sources": [], "attributions": [attribution("c1.1")]},
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
