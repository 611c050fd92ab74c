"""``extractor run --batch`` as a process, against the Batch endpoints on loopback."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from doubles.batch_server import BatchServer, Fate, serve_batches
from doubles.command import KEY, run
from doubles.loopback import Answer, Body, completion, failure
from doubles.notices import answer, notice, record_of, write_articles

from extractor.models.kept import REPLIES
from extractor.runs.ledger import read_results


def good(body: Body) -> Answer:
    return completion(answer(body))


def batch(server: BatchServer, tmp_path: Path, *more: object) -> Any:
    if not (tmp_path / "in").exists():
        write_articles(tmp_path / "in", 2)
    told = ["--base-url", server.url, "--model", "m", "--api-key", KEY, "--backoff", "0", "--price", "2,1,8"]
    return run(
        "run",
        tmp_path / "in",
        *told,
        "--out",
        tmp_path / "out",
        "--batch",
        "--quiet",
        *more,
        EXTRACTOR_POLL="0.01",
    )


def refusing(text: str, record: str) -> Callable[[Body], Answer]:
    def answers(body: Body) -> Answer:
        asked = record_of(body) == record and text in body["messages"][-1]["content"]
        return completion(None, refusal="no") if asked else good(body)

    return answers


def test_a_run_by_batch_asks_nothing_online_and_pays_the_lower_price(tmp_path: Path) -> None:
    with serve_batches(good) as server:
        ran = batch(server, tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert server.online == []
    assert [len(lines) for lines in server.sent.values()] == [2, 2, 2]
    results = list(read_results(tmp_path / "out"))
    assert [(each.status, each.usage.calls, each.usage.cached) for each in results] == [
        ("complete", 3, 0)
    ] * 2
    assert [each.usage.cost for each in results] == [
        pytest.approx(3 * (100 * 2 + 20 * 8) / 1_000_000 / 2)
    ] * 2
    kept = [
        json.loads(line) for line in (tmp_path / "out" / REPLIES).read_text(encoding="utf-8").splitlines()
    ]
    assert [each["reply"]["batch"] for each in kept] == [True] * 6
    assert "batch batch-1: in_progress, 0 of 2" in ran.stderr
    assert "batch batch-3: completed, 2 answers kept, 0 failed" in ran.stderr


def test_the_results_of_a_batch_are_those_of_online_calls(tmp_path: Path) -> None:
    with serve_batches(good) as server:
        batch(server, tmp_path)
        told = ["--base-url", server.url, "--model", "m", "--no-cache", "--quiet"]
        assert run("run", tmp_path / "in", *told, "--out", tmp_path / "online").returncode == 0
    one, other = (list(read_results(tmp_path / name)) for name in ("out", "online"))
    assert [each.model_dump(exclude={"usage"}) for each in one] == [
        each.model_dump(exclude={"usage"}) for each in other
    ]


def test_a_failed_batch_tells_its_reason_and_the_rest_is_asked_online(tmp_path: Path) -> None:
    with serve_batches(good, Fate("failed", reason="Enqueued token limit reached")) as server:
        ran = batch(server, tmp_path)
    assert ran.returncode == 0
    assert "batch batch-1: failed (Enqueued token limit reached), 0 answers kept, 0 failed" in ran.stderr
    assert (len(server.sent), len(server.online)) == (2, 6)


def test_a_batch_that_expired_is_gone_on_with(tmp_path: Path) -> None:
    with serve_batches(good, Fate("expired", answered=1), Fate()) as server:
        ran = batch(server, tmp_path)
    assert (ran.returncode, server.online) == (0, [])
    assert "batch batch-1: expired, 1 answers kept, 1 failed" in ran.stderr
    assert [len(lines) for lines in server.sent.values()] == [2, 2, 2, 1]


def test_what_is_refused_by_batch_is_asked_online_and_then_fails(tmp_path: Path) -> None:
    with serve_batches(refusing(notice(1), "segments")) as server:
        ran = batch(server, tmp_path)
    assert ran.returncode == 1
    assert "ModelRefused, 1 article" in ran.stdout
    assert [each.status for each in read_results(tmp_path / "out")] == ["failed", "complete"]
    assert len(server.online) == 1


@pytest.mark.parametrize(
    ("answer", "code", "told"),
    [
        (failure(401, f"Incorrect API key provided: {KEY}"), 2, "the endpoint refused the key (HTTP 401)"),
        (failure(400, "no batches here"), 1, "the endpoint rejected the request (HTTP 400): no batches here"),
    ],
)
def test_an_endpoint_that_takes_no_batches_is_told_in_one_line(
    tmp_path: Path, answer: Answer, code: int, told: str
) -> None:
    with serve_batches(good, trouble=lambda asked: answer if asked == "POST /v1/files" else None) as server:
        ran = batch(server, tmp_path, "--attempts", "1")
    assert (ran.returncode, ran.stdout) == (code, "")
    assert told in ran.stderr.splitlines()[-1]
    assert server.online == []


def test_an_endpoint_that_is_busy_while_a_batch_is_waited_for_is_asked_again(tmp_path: Path) -> None:
    busy = [failure(503, "busy")] * 3

    def trouble(asked: str) -> Answer | None:
        return busy.pop() if busy and asked.startswith("GET /v1/batches/") else None

    with serve_batches(good, trouble=trouble) as server:
        ran = batch(server, tmp_path)
    assert (ran.returncode, busy, len(server.sent), server.online) == (0, [], 3, [])
    assert ran.stderr.count("busy; asked again in") == 3


def test_a_batch_that_the_provider_forgot_is_sent_again(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "batch.json").write_text('{"sent": [{"id": "gone", "prompts": "{}"}], "tries": {}}')
    with serve_batches(good) as server:
        ran = batch(server, tmp_path)
    assert (ran.returncode, len(server.sent), server.online) == (0, 3, [])
    assert "batch gone: the endpoint does not take batches here" in ran.stderr


def test_an_endpoint_without_batches_is_named(tmp_path: Path) -> None:
    def trouble(asked: str) -> Answer | None:
        return failure(404, "Not Found") if asked == "POST /v1/files" else None

    with serve_batches(good, trouble=trouble) as server:
        ran = batch(server, tmp_path)
    assert ran.returncode == 2
    assert "does not take batches here (HTTP 404): Not Found; run without --batch" in ran.stderr
    assert not list((tmp_path / "out").glob("batch-*"))


@pytest.mark.parametrize(
    ("option", "told"), [("--no-cache", "batches need the reply cache"), ("tools", "json_schema")]
)
def test_what_no_batch_can_do_is_wrong_usage(tmp_path: Path, option: str, told: str) -> None:
    with serve_batches(good) as server:
        ran = batch(server, tmp_path, *([option] if option.startswith("-") else ["--mode", option]))
    assert (ran.returncode, ran.stdout, server.log) == (2, "", [])
    assert told in ran.stderr


def test_a_batch_whose_id_was_never_written_down_is_found_again_and_not_sent_twice(tmp_path: Path) -> None:
    with serve_batches(good) as server:
        assert batch(server, tmp_path).returncode == 0
        sent = len(server.sent)
        (tmp_path / "out" / "batch.json").unlink()
        shutil.rmtree(tmp_path / "cache", ignore_errors=True)
        (tmp_path / "out" / "extractions.jsonl").unlink()
        ran = batch(server, tmp_path)
    assert (ran.returncode, len(server.sent), server.online) == (0, sent, [])
