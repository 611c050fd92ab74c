"""Model files: named by what is in them, started, and gone when they are stopped."""

import asyncio
import json
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request as Post
from urllib.request import urlopen

import pytest
from doubles.model_file import SCHEMA, is_listening

from extractor.errors import LocalModelUnusable, MissingExtra
from extractor.models.local import PATIENCE, local_name, start_local, wait_for_a_token
from extractor.models.stack import model_name
from extractor.settings import load_settings


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
