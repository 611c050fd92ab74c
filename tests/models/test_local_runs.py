"""Runs with a model file, for real. What the model says is not judged."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from doubles.command import run
from doubles.model_file import PATIENCE as PATIENCE_AT_MOST
from doubles.model_file import SCHEMA, is_listening
from doubles.notices import write_articles
from pydantic import BaseModel

from extractor import Extractor
from extractor.cli.outcome import INTERRUPTED
from extractor.models.call import Reply, Request
from extractor.models.local import LocalServer, local_name, start_local
from extractor.models.stack import model_name, open_model
from extractor.runs.ledger import read_results
from extractor.schemas.extraction.v1 import Extraction
from extractor.settings import Settings, load_settings

ARTICLE = "Selon le maire, le port de Nantes rouvre lundi.\n\nLe syndicat nie.\n"


def extracted(model: str, articles: Path, out: Path, **options: Any) -> Extraction:
    """The only result of a folder run."""
    small: Any = {
        "model": model, "threads": 1, "context": 4096, "max_tokens": 1200, "reasks": 1,
        "timeout": PATIENCE_AT_MOST, "attempts": 1, **options,
    }  # fmt: skip
    with Extractor(**small) as extractor:
        extractor.extract_folder(articles, out=out)
    (result,) = read_results(out)
    return result


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[LocalServer]:
    """Every server that is started on the way."""
    servers: list[LocalServer] = []

    async def start(settings: Settings) -> LocalServer:
        servers.append(await start_local(settings))
        return servers[-1]

    monkeypatch.setattr("extractor.models.stack.start_local", start)
    return servers


def test_an_article_goes_through_the_whole_pipeline(
    model: str, tmp_path: Path, started: list[LocalServer]
) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "port.txt").write_text(ARTICLE, encoding="utf-8")
    result = extracted(model, articles, tmp_path / "out")
    assert result.usage.calls > 0
    assert result.usage.cost == 0
    assert [is_listening(server.settings.base_url) for server in started] == [False]
    assert {each.error for each in result.problems} <= {"ReplyInvalid", "ReplyNotJSON", "ReplyTruncated"}
    for claim in result.claims:
        for said in claim.assertions:
            assert all(ARTICLE[span.start : span.end] == span.text for span in said.evidence)


def test_in_the_small_profile_every_reply_is_valid_and_a_second_run_asks_nothing(
    model: str, tmp_path: Path, started: list[LocalServer]
) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "port.txt").write_text(ARTICLE, encoding="utf-8")
    small: Any = {"profile": "small", "cache": tmp_path / "cache", "max_tokens": 2_000}
    first = extracted(model, articles, tmp_path / "out", **small)
    assert first.problems == ()
    assert first.rejected == ()
    second = extracted(model, articles, tmp_path / "again", **small)
    assert second.usage.cached == second.usage.calls == first.usage.calls
    assert (second.claims, second.segments) == (first.claims, first.segments)
    assert len(started) == 1
    assert not is_listening(started[0].settings.base_url)
    spans = [span for claim in first.claims for said in claim.assertions for span in said.evidence]
    assert spans
    assert all(ARTICLE[span.start : span.end] == span.text for span in spans)


def test_one_server_serves_a_folder_and_no_article_waits_with_its_clock_running(
    model: str, tmp_path: Path, started: list[LocalServer]
) -> None:
    write_articles(tmp_path / "in", 3)
    told: Any = {"model": model, "threads": 1, "context": 4096, "profile": "small", "max_tokens": 300}
    with Extractor(**told, timeout=PATIENCE_AT_MOST) as extractor:
        seen: list[int] = []
        extractor.extract_folder(
            tmp_path / "in", out=tmp_path / "out", watch=lambda progress, _: seen.append(progress.in_flight)
        )
    assert len(started) == 1
    assert max(seen) <= 1


def test_what_is_asked_of_a_file_goes_past_every_proxy(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert asyncio.run(_asked_twice(model, tmp_path))


def test_a_golden_case_of_a_file_replays_wherever_the_file_is(model: str, tmp_path: Path) -> None:
    case = tmp_path / "cases" / "port"
    case.mkdir(parents=True)
    (case / "article.txt").write_text(ARTICLE, encoding="utf-8")
    file = tmp_path / "mine.gguf"
    file.symlink_to(model)
    options = ["--model", file, "--threads", 1, "--context", 4096, "--cache", tmp_path / "cache"]
    recorded = run("golden", "record", case, *options, "--profile", "small", "--max-tokens", 2000)
    assert (recorded.returncode, recorded.stderr) == (0, "")
    told = (case / "case.toml").read_text(encoding="utf-8")
    assert 'profile = "small"' in told
    assert f'model = "{local_name(str(file))}"' in told
    file.unlink()
    checked = run("golden", "check", case)
    assert (checked.returncode, checked.stderr) == (0, "")


class _Answer(BaseModel):
    answer: str
    sure: bool


async def _asked_twice(model: str, cache: Path) -> list[Reply]:
    replies: list[Reply] = []
    settings = load_settings({"model": model, "threads": 1, "context": 1024, "cache": cache})
    body = {
        "model": model_name(settings),
        "messages": [{"role": "user", "content": "Is the port open?"}],
        "max_completion_tokens": 60,
        "response_format": {
            "type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": SCHEMA}
        },
    }  # fmt: skip
    for _ in range(2):
        async with open_model(settings) as stack:
            replies.append(await stack.model(Request("segments", 1, body, "json_schema", _Answer)))
            assert stack.paid.calls == (1 if len(replies) == 1 else 0)
    return replies


def test_what_was_asked_before_comes_from_the_cache(model: str, tmp_path: Path) -> None:
    one, two = asyncio.run(_asked_twice(model, tmp_path))
    _Answer.model_validate_json(one.content)  # it raises otherwise
    assert one.content == two.content


def test_too_small_a_context_is_said(model: str, tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "port.txt").write_text(ARTICLE, encoding="utf-8")
    (problem,) = extracted(model, articles, tmp_path / "out", context=512).problems
    assert problem.error == "ContextWindowExceeded"


def test_an_interrupted_run_ends_with_its_server(model: str, tmp_path: Path) -> None:
    articles, out = tmp_path / "articles", tmp_path / "out"
    articles.mkdir()
    for number in range(20):
        (articles / f"{number}.txt").write_text(f"{ARTICLE} {number}", encoding="utf-8")
    command = [sys.executable, "-m", "extractor", "run", str(articles), "--out", str(out), "--model", model]
    with subprocess.Popen(
        [*command, "--threads", "1", "--context", "4096", "--max-tokens", "100"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, "EXTRACTOR_CACHE": "false"},
    ) as process:  # fmt: skip
        try:
            wait_until(lambda: is_asked(process.pid))
            process.send_signal(signal.SIGINT)
            assert process.stderr is not None
            told = next(line for line in process.stderr if b"stopping" in line)
            assert b"calls in flight are waited for" in told
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE_AT_MOST) == INTERRUPTED
        finally:
            process.kill()


def is_asked(process: int) -> bool:
    """Whether a connection to a server within the process is open: it has both its ends."""
    sockets = {
        link.readlink().name
        for link in Path(f"/proc/{process}/fd").iterdir()
        if link.is_symlink() and "socket:" in str(link.readlink())
    }
    established = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines() if " 01 " in line]
    return sum(f"socket:[{entry[9]}]" in sockets for entry in established) > 1


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_AT_MOST
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)
