"""Fingerprints: what makes a run do an article again, and what does not."""

from dataclasses import replace
from typing import Any

import pytest

from extractor import Article
from extractor.catalog import RECORDS, Prompt, load_prompt
from extractor.configuration import asked_with, configuration_fingerprint, input_fingerprint
from extractor.settings import ASKED, Options, Settings, load_settings

OTHERWISE: dict[str, Any] = {
    "mode": "tools",
    "strict": False,
    "temperature": 0.0,
    "seed": 1,
    "max_tokens": 1000,
    "reasks": 0,
    "claims_from": ("body",),
    "kinds": ("fact",),
    "window": 1000,
}
HOW_TO_REACH: dict[str, Any] = {
    "api_key": "sk-other",
    "base_url": "http://127.0.0.1:9/v1",
    "replay": "elsewhere",
    "cache": False,
    "token_limit": "max_tokens",
    "timeout": 1.0,
    "attempts": 1,
    "backoff": 0.0,
    "deadline": 1.0,
    "article_deadline": 1.0,
    "poll": 0.0,
    "concurrency": 99,
    "workers": 2,
    "threads": 2,
    "context": 4096,
    "rpm": 1.0,
    "tpm": 1.0,
    "price": (1.0, 1.0, 1.0),
    "max_cost": 1.0,
}

PARTS = ("prompt", "schema", "version")


def fingerprint(name: str = "m", **options: Any) -> str:
    return configuration_fingerprint(load_settings(Options(**options)), name)  # type: ignore[typeddict-item]


def test_every_setting_is_either_asked_or_says_how_to_reach_the_model() -> None:
    told = {*OTHERWISE, *HOW_TO_REACH, "model", "prompts", "profile"}
    assert told == set(Settings.model_fields) == set(Options.__annotations__)
    assert {*OTHERWISE, "model", "prompts", "profile"} == set(ASKED)


def test_a_profile_is_told_by_what_it_sets_and_by_its_prompts() -> None:
    small = load_settings({"profile": "small"})
    assert asked_with(small, "m")["prompts"] == ["segments@v2", "claims@v3", "attribution@v3", "repair@v1"]
    assert (small.window, small.max_tokens) == (1_000, 2_700)
    own = load_settings({"profile": "small", "window": 5_000, "prompts": ("claims@v1",)})
    assert (own.window, own.max_tokens, own.prompt("claims")) == (5_000, 2_700, "claims@v1")
    assert fingerprint(profile="small") != fingerprint()


@pytest.mark.parametrize("name", OTHERWISE)
def test_a_setting_that_changes_what_is_asked_changes_the_fingerprint(name: str) -> None:
    assert fingerprint(**{name: OTHERWISE[name]}) != fingerprint()


@pytest.mark.parametrize("name", HOW_TO_REACH)
def test_how_the_model_is_reached_changes_no_fingerprint(name: str) -> None:
    assert fingerprint(**{name: HOW_TO_REACH[name]}) == fingerprint()


def test_another_model_changes_the_fingerprint_whoever_names_it() -> None:
    assert fingerprint("n") != fingerprint("m")
    assert fingerprint("m", model="m") == fingerprint("m")


def test_a_prompt_named_by_its_version_is_the_same_as_the_latest() -> None:
    latest = [load_prompt(record).name for record in RECORDS]
    assert fingerprint(prompts=latest) == fingerprint()
    assert asked_with(load_settings({}), "m")["prompts"] == latest


@pytest.mark.parametrize("record", RECORDS)
@pytest.mark.parametrize("part", PARTS)
def test_other_words_of_a_prompt_or_schema_change_the_fingerprint(
    monkeypatch: pytest.MonkeyPatch, record: str, part: str
) -> None:
    def edited(name: str) -> Prompt:
        prompt = load_prompt(name.partition("@")[0])
        if prompt.record != record:
            return prompt
        if part == "prompt":
            return replace(prompt, sha256="0" * 64)
        if part == "schema":
            return replace(prompt, schema=replace(prompt.schema, sha256="0" * 64))
        return replace(prompt, version=99)

    before = fingerprint()
    monkeypatch.setattr("extractor.configuration.load_prompt", edited)
    # fingerprints are remembered by settings, and a time-out is no part of them
    assert fingerprint(timeout=1000 + 10 * RECORDS.index(record) + PARTS.index(part)) != before


@pytest.mark.parametrize("fact", ["text", "title", "published", "language"])
def test_what_prompts_say_of_an_article_changes_its_fingerprint(fact: str) -> None:
    article = Article("Le port rouvre.", "a")
    assert input_fingerprint(replace(article, **{fact: "x"})) != input_fingerprint(article)


def test_the_same_word_is_another_fact_in_another_place() -> None:
    told = [Article("t", "a", **{fact: "x"}) for fact in ("title", "published", "language")]
    assert len(set(map(input_fingerprint, told))) == 3


@pytest.mark.parametrize("fact", ["id", "url"])
def test_what_an_article_is_called_changes_no_fingerprint(fact: str) -> None:
    article = Article("Le port rouvre.", "a")
    assert input_fingerprint(replace(article, **{fact: "x"})) == input_fingerprint(article)
