import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Unpack

import pytest
from doubles.scripted import Scripted, body_reply, claim, reply

from extractor.asking import Asker, salvage
from extractor.errors import InvalidSetting, ModelRefused, ReplyInvalid, ReplyNotJSON, ReplyTruncated
from extractor.excerpts import whole_units
from extractor.schemas.claims.v1 import Reply as ClaimsReply
from extractor.schemas.segments.v1 import Reply
from extractor.settings import Options, load_settings
from extractor.units import split_units

TEXT = "Un. Deux."


def asker(model: Scripted, /, **options: Unpack[Options]) -> Asker:
    return Asker(model, load_settings(options), "m")


def ask(one: Asker, check: Callable[[Reply], str | None] = lambda _: None) -> Reply:
    units = whole_units(TEXT, split_units(TEXT))
    return asyncio.run(one.ask("segments", Reply, check=check, units=units, title=None))


def test_a_valid_reply_is_parsed_after_one_call() -> None:
    model = Scripted(segments=body_reply(2))
    one = asker(model)
    assert ask(one).segments[0].last_unit == 2
    assert (one.usage.calls, one.usage.cached, one.usage.input_tokens, one.usage.output_tokens) == (
        1,
        0,
        10,
        5,
    )
    assert one.provenance()["segments"].requests == (model.requests[0].key,)
    assert one.provenance()["segments"].prompt == "segments@v1"


def test_the_request_says_what_can_change_the_answer_and_nothing_else() -> None:
    model = Scripted(segments=body_reply(2))
    ask(asker(model, temperature=0, seed=3, max_tokens=50, api_key="secret", timeout=1))
    body = model.requests[0].body
    assert set(body) == {
        "model",
        "messages",
        "response_format",
        "max_completion_tokens",
        "temperature",
        "seed",
    }
    assert body["response_format"]["json_schema"]["name"] == "segments_v1"
    assert "maxLength" not in json.dumps(body["response_format"])
    assert "secret" not in json.dumps(body)


def test_without_strict_decoding_the_schema_bounds_its_strings_too() -> None:
    model = Scripted(segments=body_reply(2))
    ask(asker(model, strict=False))
    json_schema = model.requests[0].body["response_format"]["json_schema"]
    assert json_schema["strict"] is False
    assert "maxLength" in json.dumps(json_schema)


def test_a_model_file_gets_the_bounds_of_strings_too() -> None:
    model = Scripted(segments=body_reply(2))
    ask(asker(model, model="any.gguf"))
    assert "maxLength" in json.dumps(model.requests[0].body["response_format"])


def test_mode_auto_has_to_be_settled_before_anything_is_asked() -> None:
    with pytest.raises(InvalidSetting, match="name the mode"):
        ask(asker(Scripted(segments=body_reply(2)), mode="auto"))


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        ("Sure! Here it is", "Invalid JSON"),
        ('{"language": "fr"}', "segments: Field required"),
        ('{"language": "fr", "segments": []}', "at least 1 item"),
        (json.dumps(body_reply(2, "news")), "segments.0.label"),
    ],
)
def test_an_invalid_reply_is_asked_again_with_what_is_wrong(bad: str, complaint: str) -> None:
    model = Scripted(segments=[bad, body_reply(2)])
    one = asker(model)
    assert ask(one).segments[0].label == "body"
    assert one.usage.calls == 2
    first, second = model.requests
    assert second.body["messages"][:-2] == first.body["messages"]
    assert second.body["messages"][-2] == {"role": "assistant", "content": bad}
    assert complaint in second.body["messages"][-1]["content"]


def test_what_the_check_finds_is_asked_again_too() -> None:
    model = Scripted(segments=[body_reply(1), body_reply(2)])
    reply_ = ask(asker(model), check=lambda r: None if r.segments[0].last_unit == 2 else "unit 2 is missing")
    assert reply_.segments[0].last_unit == 2
    assert "unit 2 is missing" in model.asked("segments")[1]


@pytest.mark.parametrize(
    ("bad", "error"),
    [("no", ReplyNotJSON), ('{"language": "fr"}', ReplyInvalid), (body_reply(1), ReplyInvalid)],
)
def test_a_reply_that_stays_wrong_is_a_named_error_with_its_words(bad: Any, error: type[Exception]) -> None:
    model = Scripted(segments=bad)
    with pytest.raises(error) as caught:
        ask(asker(model, reasks=2), check=lambda _: "wrong")
    assert caught.value.content == (bad if isinstance(bad, str) else json.dumps(bad))  # type: ignore[attr-defined]
    assert len(model.requests) == 3


def test_the_complaint_holds_no_address_and_not_the_reply() -> None:
    model = Scripted(segments=['{"language": 7, "segments": "odd"}', body_reply(2)])
    ask(asker(model))
    assert "http" not in model.asked("segments")[1]
    assert "odd" not in model.asked("segments")[1]


@pytest.mark.parametrize(
    "fence",
    [
        "```json\n{}\n```", "```\n{}\n```", " \n```json\n{}```\n", "\ufeff{}",
        "<think>\nA headline? {no}\n</think>\n\n{}", "so it is a body.</think>{}",
        "<think>x</think>\n```json\n{}\n```", "Here is the JSON:\n\n```json \n{}\n```\nI hope this helps!",
    ],
)  # fmt: skip
def test_thoughts_a_fence_and_an_introduction_are_seen_through(fence: str) -> None:
    model = Scripted(segments=fence.replace("{}", json.dumps(body_reply(2))))
    assert ask(asker(model)).segments[0].last_unit == 2
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (reply("", refusal="no"), ModelRefused),
        (reply("", finish_reason="content_filter"), ModelRefused),
        (reply('{"a', finish_reason="length"), ReplyTruncated),
    ],
)
def test_refused_and_cut_off_replies_are_counted_and_not_asked_again(
    bad: Any, error: type[Exception]
) -> None:
    model = Scripted(segments=bad)
    one = asker(model)
    with pytest.raises(error):
        ask(one)
    assert one.usage.calls == 1


def test_a_reply_without_token_counts_is_counted_as_such() -> None:
    unmetered = reply(json.dumps(body_reply(2)))
    model = Scripted(segments=type(unmetered)(unmetered.content, "stop", None, None, None, stored=True))
    one = asker(model)
    ask(one)
    assert (one.usage.calls, one.usage.cached, one.usage.unmetered, one.usage.input_tokens) == (1, 1, 1, 0)


@pytest.mark.parametrize(
    "usage", [None, {}, {"prompt_tokens": None, "completion_tokens": 1}, {"prompt_tokens": "9"}]
)
def test_odd_token_counts_count_as_none(usage: dict[str, Any] | None) -> None:
    model = Scripted(segments=replace(reply(json.dumps(body_reply(2))), usage=usage))
    one = asker(model)
    ask(one)
    assert (one.usage.unmetered, one.usage.input_tokens, one.usage.output_tokens) == (1, 0, 0)


WHOLE = json.dumps(
    {"claims": [claim("Un.", (1, "Un")), claim("Deux.", (2, "Deux")), claim("Trois.", (2, "x"))]}
)


def test_of_a_reply_that_is_cut_off_anywhere_only_finished_items_are_kept() -> None:
    texts = ["Un.", "Deux."]
    ends = [WHOLE.index("}", WHOLE.index('"fact"', WHOLE.index(text))) for text in texts]
    given: list[str] = []
    for cut in range(len(WHOLE)):
        kept = salvage(WHOLE[:cut], ClaimsReply)
        given = [each.text for each in kept.claims] if kept else []
        assert given == texts[: len(given)]
        assert len(given) <= sum(end < cut for end in ends)
    assert len(given) == 2


def test_of_a_whole_reply_the_valid_items_are_kept() -> None:
    reply_ = {"claims": [claim("Un.", (1, "Un")), {"text": "no assertions"}, claim("Deux.", (2, "Deux"))]}
    kept = salvage(f"```json\n{json.dumps(reply_)}\n```", ClaimsReply)
    assert kept is not None
    assert [each.text for each in kept.claims] == ["Un.", "Deux."]


def test_words_in_a_string_are_no_thoughts_and_no_fence() -> None:
    text = claim("Il a dit </think> et\n```\n.", (1, "Un"))
    kept = salvage(json.dumps({"claims": [text]}), ClaimsReply)
    assert kept is not None
    assert kept.claims[0].text == "Il a dit </think> et\n```\n."


def test_thoughts_without_an_answer_are_no_json() -> None:
    with pytest.raises(ReplyNotJSON):
        ask(asker(Scripted(segments="<think>Well.</think>"), reasks=0))


def test_a_cut_off_reply_in_a_fence_is_salvaged_too() -> None:
    kept = salvage("```json\n" + WHOLE[:-30], ClaimsReply)
    assert kept is not None
    assert [each.text for each in kept.claims] == ["Un.", "Deux."]
    assert salvage("```json" + "\n" * 100_000 + "{", ClaimsReply) is None


@pytest.mark.parametrize(
    "content", ["", "no", "[]", "{}", '{"claims": 7}', '{"claims": []}', '{"claims": [{"te']
)
def test_where_nothing_is_finished_nothing_is_kept(content: str) -> None:
    assert salvage(content, ClaimsReply) is None
