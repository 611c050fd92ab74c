"""The live layer against a real server on loopback, through the real SDK."""

import asyncio
import json
import time
from email.utils import formatdate
from typing import Any, Unpack, get_args

import openai
import pytest
from doubles.loopback import Answer, Loopback, completion, failure, in_turn, serve, tool_call
from doubles.scripted import body_reply

from extractor.catalog import load_prompt
from extractor.errors import (
    ContextWindowExceeded,
    ExtractorError,
    KeyRefused,
    ModelUnavailable,
    QuotaExhausted,
    RequestRejected,
    UnknownModel,
)
from extractor.models.call import Reply, Request
from extractor.models.endpoint import retry_after
from extractor.models.openai import OpenAIModel
from extractor.settings import Mode, Options, load_settings

KEY = "sk-this-is-secret"
GOOD = json.dumps(body_reply(1))
SCHEMA = load_prompt("segments").schema


def request(mode: str = "json_schema", **more: object) -> Request:
    body: dict[str, Any] = {
        "model": "m",
        "messages": [{"role": "user", "content": "{{ 7*7 }} {% if %} « été » ␟\n    indented"}],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": SCHEMA.name, "strict": True, "schema": SCHEMA.strict()},
        },
        "max_completion_tokens": 99,
        **more,
    }
    return Request("segments", 1, body, mode, SCHEMA.model)


def call(server: Loopback, asked: Request | None = None, **options: Unpack[Options]) -> Reply:
    settings = load_settings({**options, "base_url": server.url, "api_key": KEY, "model": "m"})
    return asyncio.run(_call(OpenAIModel(settings), asked or request(settings.mode)))


async def _call(model: OpenAIModel, asked: Request) -> Reply:
    try:
        return await model(asked)
    finally:
        await model.aclose()


def odd(message: object) -> Answer:
    """A completion whose message is not what the protocol says."""
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return Answer({"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]})


def test_what_is_keyed_is_what_goes_over_the_wire() -> None:
    asked = request(temperature=0.0, seed=7)
    with serve(in_turn(completion(GOOD))) as server:
        reply = call(server, asked)
    assert server.bodies == [asked.body]
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    assert (reply.content, reply.finish_reason, reply.model, reply.stored) == (GOOD, "stop", "served", False)
    assert reply.usage is not None
    assert (reply.usage["prompt_tokens"], reply.usage["completion_tokens"]) == (100, 20)


def test_a_server_of_ones_own_needs_no_key() -> None:
    with serve(in_turn(completion(GOOD))) as server:
        settings = load_settings(Options(base_url=server.url, model="m"))
        asyncio.run(_call(OpenAIModel(settings), request()))
    assert server.headers[0]["authorization"] == "Bearer none"


def test_mode_tools_asks_for_a_tool_call_and_reads_its_arguments() -> None:
    with serve(lambda body: tool_call(body["tools"][0]["function"]["name"], GOOD)) as server:
        assert call(server, mode="tools").content == GOOD
    assert "response_format" not in server.bodies[0]


def test_a_server_that_knows_the_token_limit_by_its_old_name_gets_it_by_that() -> None:
    def old(body: Any) -> Answer:
        if "max_completion_tokens" in body:
            return failure(400, "Unrecognized request argument supplied: max_completion_tokens")
        return completion(GOOD)

    async def ask_twice(model: OpenAIModel) -> list[Reply]:
        try:
            return [await model(request(max_completion_tokens=7)) for _ in range(2)]
        finally:
            await model.aclose()

    with serve(old) as server:
        replies = asyncio.run(ask_twice(OpenAIModel(load_settings({"base_url": server.url, "model": "m"}))))
    assert [each.content for each in replies] == [GOOD, GOOD]
    assert [body.get("max_tokens") for body in server.bodies] == [None, 7, 7]
    assert all("max_completion_tokens" not in body for body in server.bodies[1:])


def test_a_server_that_refuses_the_old_name_gets_the_limit_by_the_new_one() -> None:
    def new(body: Any) -> Answer:
        return (
            failure(400, "Unsupported parameter: 'max_tokens'") if "max_tokens" in body else completion(GOOD)
        )

    with serve(new) as server:
        assert call(server, token_limit="max_tokens").content == GOOD  # noqa: S106 - no secret
    assert [set(body) & {"max_tokens", "max_completion_tokens"} for body in server.bodies] == [
        {"max_tokens"}, {"max_completion_tokens"}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("url", "is_here"),
    [
        ("http://127.0.0.1:8080/v1", True), ("http://localhost:1/v1", True), ("http://[::1]:1/v1", True),
        ("https://api.openai.com/v1", False), ("http://localhost.example/v1", False), (None, False),
    ],
)  # fmt: skip
def test_a_proxy_has_nothing_to_do_with_an_endpoint_on_this_machine(
    url: str | None, *, is_here: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    client = openai.DefaultAioHttpClient

    def noted(*, trust_env: bool) -> Any:
        seen.append(trust_env)
        return client(trust_env=trust_env)

    monkeypatch.setattr(openai, "DefaultAioHttpClient", noted)

    async def opened() -> None:
        await OpenAIModel(load_settings(Options(base_url=url, model="m"))).aclose()

    asyncio.run(opened())
    assert seen == [not is_here]


def test_another_rejection_is_not_asked_again() -> None:
    with serve(in_turn(failure(400, "bad schema"))) as server, pytest.raises(RequestRejected):
        call(server)
    assert len(server.bodies) == 1


@pytest.mark.parametrize(("mode", "content"), [("json", GOOD), ("md_json", f"```json\n{GOOD}\n```")])
def test_the_other_modes_put_the_schema_into_the_messages(mode: Mode, content: str) -> None:
    with serve(in_turn(completion(content))) as server:
        assert call(server, mode=mode).content == content
    sent = str(server.bodies[0]["messages"])
    assert "first_unit" in sent
    assert "{{ 7*7 }} {% if %}" in sent


@pytest.mark.parametrize("content", ["no JSON", '{"language": "fr"}', "", f"```json\n{GOOD}\n```"])
def test_an_unusable_reply_comes_back_as_it_is_after_one_call(content: str) -> None:
    with serve(in_turn(completion(content))) as server:
        assert call(server).content == content
    assert len(server.bodies) == 1


def test_a_cut_off_reply_comes_back_with_its_finish_reason() -> None:
    with serve(in_turn(completion('{"language": "f', finish_reason="length"))) as server:
        reply = call(server)
    assert (reply.content, reply.finish_reason) == ('{"language": "f', "length")


@pytest.mark.parametrize("mode", get_args(Mode))
def test_a_refusal_comes_back_with_its_words_in_every_mode(mode: Mode) -> None:
    with serve(in_turn(completion(None, refusal="I will not."))) as server:
        assert call(server, mode=mode).refusal == "I will not."


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (failure(401, "Bad key"), KeyRefused(401, "Bad key")),
        (failure(403, "Not here"), KeyRefused(403, "Not here")),
        (failure(404, "No model m", "model_not_found"), UnknownModel("m", "No model m")),
        (failure(429, "Pay", "insufficient_quota"), QuotaExhausted("Pay")),
        (failure(429, "Slow", retry_after="3"), ModelUnavailable("Slow", 429, 3.0)),
        (failure(500, "Oops"), ModelUnavailable("Oops", 500)),
        (failure(503, "Busy"), ModelUnavailable("Busy", 503)),
        (failure(408, "Late"), ModelUnavailable("Late", 408)),
        (failure(400, "Too long", "context_length_exceeded"), ContextWindowExceeded("Too long")),
        (
            failure(400, "exceeds the available context size"),
            ContextWindowExceeded("exceeds the available context size"),
        ),
        (failure(422, "Bad field"), RequestRejected(422, "Bad field")),
    ],
)
def test_every_answer_of_the_endpoint_has_its_named_error(answer: Answer, expected: ExtractorError) -> None:
    with serve(in_turn(answer)) as server, pytest.raises(type(expected)) as caught:
        call(server)
    assert caught.value == expected
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"<html>login</html>", headers={"content-type": "text/html"}),
        Answer({"error": {"message": "odd"}}),
        Answer({"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": []}),
        Answer(b'{"id": "x", "choi'),
        odd(None),
        odd({"role": "assistant", "content": [{"type": "text", "text": "{}"}]}),
    ],
)
def test_a_success_that_is_no_completion_counts_as_unavailable(answer: Answer) -> None:
    with serve(in_turn(answer)) as server, pytest.raises(ModelUnavailable):
        call(server)


def test_an_endpoint_that_is_not_there_is_named() -> None:
    with serve(in_turn(completion(GOOD))) as server:
        url = server.url
    with pytest.raises(ModelUnavailable, match=r"127\.0\.0\.1"):
        call(Loopback(url))


def test_a_slow_endpoint_is_given_up_on() -> None:
    def late(_: object) -> Answer:
        time.sleep(0.3)
        return completion(GOOD)

    with serve(late) as server, pytest.raises(ModelUnavailable, match=r"no answer within|Timeout"):
        call(server, timeout=0.05)


def test_a_key_that_the_endpoint_repeats_is_in_no_error(capfd: pytest.CaptureFixture[str]) -> None:
    with (
        serve(in_turn(failure(401, f"Incorrect API key provided: {KEY}"))) as server,
        pytest.raises(KeyRefused) as caught,
    ):
        call(server)
    assert KEY not in repr(caught.value) + str(caught.value)
    assert caught.value.__cause__ is None
    assert "***" in str(caught.value)
    output = capfd.readouterr()
    assert output.out + output.err == ""


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "2", "retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
    ],
)
def test_the_wait_that_is_asked_for_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_a_date_to_wait_for_becomes_seconds() -> None:
    asked = retry_after({"retry-after": formatdate(time.time() + 60, usegmt=True)})
    assert asked is not None
    assert 50 < asked <= 60
