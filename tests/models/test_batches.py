"""The Batch endpoints through the real SDK: what is sent, what comes back, and what goes wrong."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from doubles.batch_server import Fate, serve_batches
from doubles.loopback import Answer, Body, completion, failure

from extractor.errors import KeyRefused, ModelUnavailable, QuotaExhausted, RequestRejected
from extractor.models.batch_lines import input_line
from extractor.models.batches import Batch, Batches
from extractor.settings import load_settings

T = TypeVar("T")
KEY = "sk-this-is-secret"


def asking(url: str, work: Callable[[Batches], Awaitable[T]]) -> T:
    async def ask() -> T:
        batches = Batches(load_settings({"base_url": url, "model": "m", "api_key": KEY}))
        try:
            return await work(batches)
        finally:
            await batches.aclose()

    return asyncio.run(ask())


def file_of(folder: Path, *said: str) -> Path:
    path = folder / "in.jsonl"
    lines = [input_line(f"key {each}", {"model": "m", "said": each}) for each in said]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    return path


def echo(body: Body) -> Answer:
    return failure(400, "no such thing") if body["said"] == "bad" else completion(f"{body['said']}!")


def collect(url: str, path: Path) -> tuple[list[Batch], dict[str, str | None]]:
    """Every look at a batch until its end, and the answers by custom id."""

    async def work(batches: Batches) -> tuple[list[Batch], dict[str, str | None]]:
        id_ = await batches.submit(path, "a")
        looks = [await batches.look(id_)]
        while looks[-1].state == "running":
            looks.append(await batches.look(id_))
        answers = [each async for each in batches.answers(looks[-1])]
        return looks, {each.custom_id: each.reply.content if each.reply else each.reason for each in answers}

    return asking(url, work)


def test_answers_come_under_their_custom_ids(tmp_path: Path) -> None:
    with serve_batches(echo, Fate(looks=2)) as server:
        looks, answers = collect(server.url, file_of(tmp_path, "Ça.\u2028", "deux", "trois"))
    assert [each.status for each in looks] == ["in_progress", "in_progress", "completed"]
    assert (looks[-1].state, looks[-1].done, looks[-1].total, looks[-1].reason) == ("completed", 3, 3, None)
    assert answers == {f"key {said}": f"{said}!" for said in ("Ça.\u2028", "deux", "trois")}
    assert [line["body"]["said"] for line in server.sent["batch-1"]] == ["Ça.\u2028", "deux", "trois"]
    assert server.log[:2] == ["POST /v1/files", "POST /v1/batches"]


def test_a_reply_of_a_batch_says_so(tmp_path: Path) -> None:
    async def work(batches: Batches) -> list[bool]:
        found = await batches.look(await batches.submit(file_of(tmp_path, "un"), "a"))
        return [each.reply.batch async for each in batches.answers(found) if each.reply]

    with serve_batches(echo, Fate(looks=0)) as server:
        assert asking(server.url, work) == [True]


def test_a_request_that_failed_in_a_batch_has_a_reason(tmp_path: Path) -> None:
    with serve_batches(echo) as server:
        looks, answers = collect(server.url, file_of(tmp_path, "un", "bad"))
    assert (looks[-1].state, looks[-1].done, len(looks[-1].files)) == ("completed", 2, 2)
    assert answers["key un"] == "un!"
    assert "no such thing" in (answers["key bad"] or "")


@pytest.mark.parametrize("status", ["expired", "cancelled"])
def test_a_batch_that_ended_early_has_the_answers_it_got(tmp_path: Path, status: str) -> None:
    with serve_batches(echo, Fate(status, answered=1)) as server:
        looks, answers = collect(server.url, file_of(tmp_path, "un", "deux"))
    assert (looks[-1].state, looks[-1].status) == ("failed", status)
    assert answers["key un"] == "un!"
    assert "batch_expired" in (answers["key deux"] or "")


def test_a_batch_that_never_began_has_its_reason_and_no_answers(tmp_path: Path) -> None:
    with serve_batches(echo, Fate("failed", reason="Enqueued token limit reached")) as server:
        looks, answers = collect(server.url, file_of(tmp_path, "un"))
    assert (looks[-1].state, looks[-1].reason, answers) == ("failed", "Enqueued token limit reached", {})


@pytest.mark.parametrize("where", ["POST /v1/files", "POST /v1/batches", "GET /v1/batches/batch-1"])
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (failure(401, f"Incorrect API key {KEY}"), KeyRefused(401, "Incorrect API key ***")),
        (failure(503, "busy", retry_after="2"), ModelUnavailable("busy", 503, 2.0)),
        (failure(429, "no credit", "insufficient_quota"), QuotaExhausted("no credit")),
        (failure(413, "too large"), RequestRejected(413, "too large")),
    ],
)
def test_what_the_endpoint_refuses_is_a_named_error(
    tmp_path: Path, where: str, answer: Answer, error: Exception
) -> None:
    path = file_of(tmp_path, "un")
    with (
        serve_batches(echo, trouble=lambda asked: answer if asked == where else None) as server,
        pytest.raises(type(error)) as caught,
    ):
        collect(server.url, path)
    assert caught.value == error


@pytest.mark.parametrize(
    "line", [b"?", b"[]", b"{}", b'{"custom_id": "x", "response": {"status_code": 200}}']
)
def test_a_file_with_a_line_that_is_no_answer_is_told(tmp_path: Path, line: bytes) -> None:
    def trouble(asked: str) -> Answer | None:
        return Answer(line) if asked.endswith("/content") else None

    path = file_of(tmp_path, "un")
    with (
        serve_batches(echo, trouble=trouble) as server,
        pytest.raises(ModelUnavailable, match="a line that is no answer"),
    ):
        collect(server.url, path)


def test_an_endpoint_that_is_gone_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable):
        collect("http://127.0.0.1:9/v1", file_of(tmp_path, "un"))


def test_a_line_of_input_is_json_on_one_line() -> None:
    body: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Un.\n\u2028«é»"}]}
    line = input_line("k", body)
    assert "\n" not in line
    assert json.loads(line)["body"] == body
