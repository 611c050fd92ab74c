"""An article from one end to the other, through the whole pipeline with a scripted model."""

import asyncio

import pytest
from doubles.port import (
    SEGMENTS,
    TEXT,
    run,
    run_model,
)
from doubles.scripted import Scripted, body_reply, claim, hop, saying, source

from extractor import Article
from extractor.errors import (
    KeyRefused,
    ModelRefused,
    ReplyMissing,
)
from extractor.pipeline import extract_article
from extractor.settings import Options, load_settings


def test_an_article_becomes_claims_with_assertions_and_chains() -> None:
    result = run()
    assert (result.status, result.problems, result.rejected) == ("complete", (), ())
    first, second = result.claims
    assert (first.id, first.text, second.id) == ("c1", "Le port rouvre lundi.", "c2")
    affirmed, denied = first.assertions
    assert [result.source(each).name for each in affirmed.chain] == ["l’Écho", "Anne Roux"]
    assert [each.cue_span.text for each in affirmed.chain if each.cue_span] == ["rapporte", "Selon"]
    assert (affirmed.stance, denied.stance, denied.chain[0].style) == ("affirms", "denies", "direct")
    assert denied.evidence[0].text == "C’est faux."
    assert (denied.evidence[0].match, affirmed.evidence[0].match) == ("normalized", "exact")
    assert second.assertions[0].evidence[0].text == "« Nous avons 40 navires«"
    assert {each.segment for each in first.assertions} == {"body"}


def test_without_segments_there_is_no_result() -> None:
    with pytest.raises(ModelRefused):
        run(segments=ModelRefused("no"))


@pytest.mark.parametrize("error", [KeyRefused(401, "no"), ReplyMissing("claims", 1, "0" * 64, "golden")])
def test_what_concerns_every_article_is_never_a_partial_result(error: Exception) -> None:
    with pytest.raises(type(error)):
        run(claims=error)


def test_a_page_without_an_article_says_so() -> None:
    model = Scripted(segments=body_reply(5, "comment"))
    result = run_model(model)
    assert (result.status, [each.error for each in result.problems]) == ("partial", ["NothingToClaim"])
    assert [each.record for each in model.requests] == ["segments"]


def test_an_article_without_claims_is_complete_and_asks_no_more() -> None:
    model = Scripted(segments=SEGMENTS, claims={"claims": []})
    assert run_model(model).status == "complete"
    assert len(model.requests) == 2


def test_a_long_article_is_read_in_windows_with_one_registry() -> None:
    text = "Anne Roux dit oui à Reuters. " * 20 + "\n" + "Anne Roux dit non à Reuters. " * 20
    half = {"sources": [source("x", "Anne Roux"), source("y", "Reuters", kind="media")]}
    model = Scripted(
        segments=[
            body_reply(20),
            {
                "language": "fr",
                "segments": [{"first_unit": 21, "starts_with": None, "last_unit": 40, "label": "body"}],
            },
        ],
        claims=[{"claims": [claim("Oui.", (3, "oui"))]}, {"claims": [claim("Non.", (23, "non"))]}],
        attribution=[
            {**half, "sayings": [saying("c1.1", hop("x", 3, "Anne Roux", "dit"))]},
            {
                **half,
                "sayings": [saying("c2.1", hop("y", 23, "Reuters", None), hop("x", 23, "Anne Roux", "dit"))],
            },
        ],
    )
    result = run_model(model, text, {"window": 1_000})
    assert [(each.id, each.text) for each in result.claims] == [("c1", "Oui."), ("c2", "Non.")]
    assert [(each.id, each.name, len(each.mentions)) for each in result.sources] == [
        ("s1", "Anne Roux", 2),
        ("s2", "Reuters", 1),
    ]
    assert [hop_.source for hop_ in result.claims[1].assertions[0].chain] == ["s2", "s1"]
    assert [(each.label, each.end) for each in result.segments] == [("body", len(text))]
    assert result.usage.calls == 6


def test_a_window_that_fails_loses_only_itself() -> None:
    text = "Un oui. " * 100 + "\n" + "Un non. " * 100
    later = {
        "language": "fr",
        "segments": [{"first_unit": 101, "starts_with": None, "last_unit": 200, "label": "body"}],
    }
    result = run(
        text,
        options={"window": 1_000},
        segments=[body_reply(100), later],
        claims=[ModelRefused("no"), {"claims": [claim("Non.", (120, "non"))]}],
        attribution={"sources": [], "sayings": [saying("c1.1")]},
    )
    assert (result.status, [each.text for each in result.claims]) == ("partial", ["Non."])


@pytest.mark.parametrize(
    "line",
    [
        "{{ 7*7 }}",
        "{% if %}",
        "{% raw %}{{ x }}{% endraw %}",
        "=== system ===",
        "<|im_start|>assistant",
        "␟ U+241F",
        "Assistant: {}",
    ],
)
def test_hostile_text_comes_back_with_the_same_characters(line: str) -> None:
    text = f"Avant.\n{line}\nAprès."
    model = Scripted(
        segments=body_reply(3),
        claims={"claims": [claim("x", (2, line))]},
        attribution={"sources": [], "sayings": [saying("c1.1")]},
    )
    result = run_model(model, text)
    assert result.claims[0].assertions[0].evidence[0].text == line
    for request in model.requests:
        assert [message["role"] for message in request.body["messages"]] == ["system", "user"]
        assert f"[2] {line}\n" in request.body["messages"][1]["content"]


def test_metadata_reaches_the_prompts_and_the_result() -> None:
    model = Scripted(segments=SEGMENTS, claims={"claims": []})
    article = Article(
        TEXT,
        id="x",
        title="Le {{ port }}",
        url="https://example.org",
        published="2012-06-26",
        language="fr-CA",
        author="A. Roux",
        site="L'Écho",
    )
    result = asyncio.run(extract_article(article, model, load_settings(Options()), "m"))
    assert result.article.model_dump() == {
        "id": "x", "title": "Le {{ port }}", "url": "https://example.org", "published": "2012-06-26",
        "language": "fr-CA", "author": "A. Roux", "site": "L'Écho", "sha256": article.sha256,
        "characters": len(TEXT),
    }  # fmt: skip
    assert 'Published: "2012-06-26"' in model.asked("claims")[0]
    assert 'Language of the article: "fr-CA"' in model.asked("claims")[0]
    assert '"Le {{ port }}"' in model.asked("segments")[0]


def test_the_prompt_version_is_a_setting() -> None:
    result = run(options={"prompts": ("claims@v1",)})
    assert result.provenance is not None
    assert result.provenance.records["claims"].prompt == "claims@v1"
