import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from extractor.errors import ModelRefused, ReplyTruncated
from extractor.models.call import Reply, Request, answer_of, request_key
from extractor.schemas.segments.v1 import Reply as SegmentsReply

BODY: dict[str, Any] = {
    "model": "m",
    "messages": [{"role": "user", "content": "« été » 👏🏿 \u2028"}],
    "response_format": {"type": "json_schema"},
    "temperature": 0.0,
}
KEY = "5b4a3aba55bc32b3989a1f4ae03241f1679e0d5cd8438d46667af91b21cc4a0e"


def test_the_key_is_the_same_for_ever() -> None:
    assert request_key(BODY, "json_schema") == KEY


def test_the_key_is_the_same_in_another_process_whatever_its_hash_seed() -> None:
    code = f"from extractor.models.call import request_key; print(request_key({BODY!r}, 'json_schema'))"
    for seed in ("1", "2"):
        ran = subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert ran.stdout.strip() == KEY


def test_the_order_of_fields_does_not_change_the_key() -> None:
    assert request_key(dict(reversed(BODY.items())), "json_schema") == KEY


@pytest.mark.parametrize(
    "change",
    [
        {"model": "n"},
        {"messages": [{"role": "user", "content": "« été » 👏🏿"}]},
        {"response_format": {"type": "json_object"}},
        {"temperature": 0.5},
        {"seed": 1},
    ],
)
def test_whatever_can_change_the_answer_changes_the_key(change: dict[str, object]) -> None:
    assert request_key({**BODY, **change}, "json_schema") != KEY
    assert request_key(BODY, "tools") != KEY


def test_asking_again_continues_the_conversation() -> None:
    request = Request("segments", 1, BODY, "json_schema", SegmentsReply)
    again = request.asked_again("{}", "nothing in it")
    assert [message["role"] for message in again.body["messages"]] == ["user", "assistant", "user"]
    assert again.body["messages"][1]["content"] == "{}"
    assert "nothing in it" in again.body["messages"][2]["content"]
    assert again.key != request.key
    assert len(request.body["messages"]) == 1


def test_a_completion_is_read_with_content_or_with_a_tool_call() -> None:
    message: dict[str, Any] = {"role": "assistant", "content": "{}", "refusal": None}
    completion = {
        "model": "m",
        "choices": [{"message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1},
    }
    assert Reply.from_completion(completion) == Reply("{}", "stop", None, "m", {"prompt_tokens": 1})
    message = {"content": None, "tool_calls": [{"function": {"name": "Reply", "arguments": '{"a": 1}'}}]}
    assert Reply.from_completion({"choices": [{"message": message}]}) == Reply(
        '{"a": 1}', "stop", None, None, None
    )


def test_half_a_surrogate_pair_in_a_reply_is_replaced() -> None:
    message = {"content": "a\ud83d 👏 \ud83d\ude00", "refusal": None}
    assert Reply.from_completion({"choices": [{"message": message}]}).content == "a\ufffd 👏 😀"


@pytest.mark.parametrize("choices", [[], [{}], None])
def test_what_is_no_completion_is_an_error(choices: object) -> None:
    with pytest.raises((LookupError, TypeError)):
        Reply.from_completion({"choices": choices})
    with pytest.raises(LookupError):
        Reply.from_completion({})


def test_a_stored_reply_is_read_back_as_stored() -> None:
    reply = Reply("{}", "stop", None, "m", {"prompt_tokens": 1})
    text = json.dumps(reply.__dict__)
    assert Reply.from_json(text) == replace(reply, stored=True)
    with pytest.raises(ValueError, match="content"):
        Reply.from_json('{"finish_reason": "stop"}')


def test_refused_and_cut_off_replies_are_no_answers() -> None:
    Reply("{}", "stop", None, None, None).raise_if_unusable()
    with pytest.raises(ModelRefused, match="I cannot"):
        Reply("", "stop", "I cannot", None, None).raise_if_unusable()
    with pytest.raises(ModelRefused, match="content filter"):
        Reply("", "content_filter", None, None, None).raise_if_unusable()
    with pytest.raises(ReplyTruncated) as caught:
        Reply('{"a', "length", None, None, None).raise_if_unusable()
    assert caught.value == ReplyTruncated('{"a')


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        ('Sure! Here is the JSON:\n{"a":1}', '{"a":1}'),
        ('{"a":1}\n\nThis is my answer.', '{"a":1}'),
        ('```json\n{"a":"x </think> y"}\n```', '{"a":"x </think> y"}'),
        ('```json\n{"a":"``` {"}\n```\nDone.', '{"a":"``` {"}'),
        ('<think>{"a": 0}?</think>{"a":"</think>"}', '{"a":"</think>"}'),
        ('They want JSON.</think>\n{"a":1}', '{"a":1}'),
        ('{"a":"cut off </think> here', '{"a":"cut off </think> here'),
        ("no {JSON} at all", "no {JSON} at all"),
        ('```json\n{"a":"cut', '{"a":"cut'),
    ],
)
def test_the_answer_is_found_among_what_else_is_said(content: str, answer: str) -> None:
    assert answer_of(content) == answer
