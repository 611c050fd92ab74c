"""One saying covers several assertions; replies of version 1, with an entry each, say the same."""

from typing import Any

import pytest
from doubles.port import ATTRIBUTION, CLAIMS, SAYINGS, SEGMENTS, SOURCES, run, run_model
from doubles.scripted import Scripted, as_version_1, body_reply, claim, hop, saying

from extractor.sayings import in_sayings
from extractor.schemas.attribution import v1, v2
from extractor.schemas.claims.v1 import Reply as ClaimsReply

TWO_CLAIMS = {
    "claims": [
        claim("Le port rouvre lundi.", (1, "le port rouvre lundi")),
        claim("Il y a 40 navires.", (2, "Nous avons 40 navires")),
    ]
}
OF_BOTH = {
    **saying("", hop("b", 1, "Anne Roux", "Selon"), certainty="probable"),
    "assertions": ["c1.1", "c2.1"],
}
V1 = {"prompts": ("attribution@v1",)}
V2 = {"prompts": ("attribution@v2",)}


def as_v1(sayings: list[dict[str, Any]]) -> dict[str, Any]:
    return as_version_1({"sources": SOURCES, "sayings": sayings})


def test_every_assertion_of_a_saying_has_its_chain_and_its_words() -> None:
    result = run(options=V2, claims=TWO_CLAIMS, attribution={"sources": SOURCES, "sayings": [OF_BOTH]})
    one, other = (each.assertions[0] for each in result.claims)
    assert one.chain == other.chain
    (only,) = other.chain
    assert only.source_span is not None
    assert only.cue_span is not None
    assert (only.source_span.text, only.cue_span.text) == ("Anne Roux", "Selon")
    assert one.certainty == other.certainty == "probable"
    assert (one.evidence, other.evidence) != (other.evidence, one.evidence)


def test_words_that_are_not_found_are_told_once_for_a_saying() -> None:
    absent = {**OF_BOTH, "chain": [hop("b", 1, "Anne Roux", "affirme haut")]}
    result = run(
        options=V2,
        claims=TWO_CLAIMS,
        attribution={"sources": SOURCES, "sayings": [absent]},
        repair={"repairs": []},
    )
    assert [each.reason for each in result.rejected] == ["words that attribute not found"]
    assert [each.assertions[0].chain[0].cue_span for each in result.claims] == [None, None]


def test_words_are_looked_for_beside_the_assertion_that_is_nearest_to_their_unit() -> None:
    text = "Jean nie. A est vrai.\n\n" + "Rien.\n" * 20 + "Jean nie. B est vrai."
    claims = {"claims": [claim("A est vrai.", (2, "A est vrai")), claim("B est vrai.", (24, "B est vrai"))]}
    said = {**saying("", hop("a", 23, "Jean", "nie")), "assertions": ["c1.1", "c2.1"]}
    sources = [{**SOURCES[2], "id": "a", "name": "Jean"}]
    answers = {"claims": claims, "attribution": {"sources": sources, "sayings": [said]}}
    result = run(text, options=V2, segments=body_reply(24), **answers)
    spans = [each.assertions[0].chain[0].cue_span for each in result.claims]
    assert [text[: span.start].count("Rien") for span in spans if span] == [20, 20]


def test_a_source_that_the_article_does_not_name_takes_every_assertion_of_its_saying_along() -> None:
    unnamed = [{**SOURCES[1], "name": "Personne"}]
    absent = {**OF_BOTH, "chain": [hop("b", 1, None, "Selon")]}
    result = run(
        options=V2,
        claims=TWO_CLAIMS,
        attribution={"sources": unnamed, "sayings": [absent]},
        repair={"repairs": []},
    )
    assert result.claims == ()
    reason = "not attributed: the article does not name 'Personne'"
    assert [each.reason for each in result.rejected] == [reason, reason]


def test_an_assertion_of_two_sayings_keeps_the_first_when_the_reply_stays_wrong() -> None:
    twice = [OF_BOTH, {**saying("c2.1", stance="denies"), "assertions": ["c2.1", "c2.1", "c7.7"]}]
    result = run(options=V2, claims=TWO_CLAIMS, attribution={"sources": SOURCES, "sayings": twice})
    assert result.status == "partial"
    assert [each.assertions[0].stance for each in result.claims] == ["affirms", "affirms"]


def test_version_1_says_the_same_with_an_entry_for_each_assertion() -> None:
    old = run_model(Scripted(segments=SEGMENTS, claims=CLAIMS, attribution=as_v1(SAYINGS)), options=V1)
    new = run_model(Scripted(segments=SEGMENTS, claims=CLAIMS, attribution=ATTRIBUTION), options=V2)
    assert (old.claims, old.sources, old.rejected) == (new.claims, new.sources, new.rejected)
    assert old.provenance
    assert old.provenance.records["attribution"].schema_version == "attribution_v1"


@pytest.mark.parametrize("bad", [as_v1(SAYINGS[:2]), as_v1([*SAYINGS, SAYINGS[0]])])
def test_a_wrong_reply_of_version_1_is_asked_again_and_salvaged(bad: dict[str, Any]) -> None:
    model = Scripted(segments=SEGMENTS, claims=CLAIMS, attribution=bad)
    result = run_model(model, options=V1)
    assert (result.status, len(model.asked("attribution"))) == ("partial", 2)
    assert "Le port rouvre lundi." in [each.text for each in result.claims]


def test_any_version_is_read_in_sayings_and_nothing_else_is() -> None:
    old = v1.Reply.model_validate(as_v1(SAYINGS))
    new = v2.Reply.model_validate(ATTRIBUTION)
    assert in_sayings(old, {}) == in_sayings(new, {}) == new
    with pytest.raises(TypeError, match="Reply"):
        in_sayings(ClaimsReply(claims=[]), {})
