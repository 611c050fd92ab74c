"""Every server that docs/providers.md names: what a probe finds of it, and an article through it."""

import asyncio
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from doubles import dialects
from doubles.dialects import Dialect
from doubles.faults import FaultServer, serve_faults
from doubles.notices import answer, notice

from extractor import Extractor
from extractor.errors import InvalidSetting, KeyRefused, RequestRejected
from extractor.models.probe import Probed, Tried, probe
from extractor.models.settled import FILE, remember
from extractor.schemas.extraction.v1 import Extraction
from extractor.settings import load_settings

KEY = "sk-any"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Server:
    """A dialect, what is to be set for it, and what a probe has to find out."""

    dialect: Dialect
    mode: str = "json_schema"
    strict: bool = True
    limit: str | None = "max_completion_tokens"
    context: str | None = "whole"
    refused: tuple[str, ...] = ()
    chosen: dict[str, Any] = field(default_factory=dict[str, Any])


SERVERS = {
    "OpenAI": Server(dialects.OPENAI),
    "OpenAI, a reasoning model": Server(
        dialects.REASONING, refused=("temperature",), chosen={"temperature": 0.0}
    ),
    "Azure": Server(dialects.AZURE),
    "an older server": Server(dialects.OLDER),
    "vLLM with a reasoning model": Server(dialects.VLLM),
    "Ollama": Server(dialects.OLLAMA, limit="max_tokens", context="cut"),
    "llama.cpp": Server(dialects.LLAMA_CPP),
    "LM Studio": Server(dialects.LM_STUDIO, limit="max_tokens", context=None),
    "fenced replies": Server(dialects.FENCING, mode="tools"),
    "fenced replies, no tools": Server(dialects.FENCING_ONLY, mode="md_json"),
    "no strict schemas": Server(dialects.LENIENT, strict=False),
}
"""By the names of docs/providers.md."""


def test_the_document_has_a_row_for_each() -> None:
    rows = (ROOT / "docs" / "providers.md").read_text(encoding="utf-8")
    named = [name.partition(" with a")[0].partition(", no tools")[0] for name in SERVERS]
    assert [name for name in named if f"\n| {name} |" not in rows] == []


def url_of(server: FaultServer, dialect: Dialect) -> str:
    """The base URL that a user would give."""
    root = server.url.removesuffix("/v1")
    path, _, query = dialect.path.partition("?")
    return root + path.removesuffix("/chat/completions") + (f"?{query}" if query else "")


def probed(url: str, **chosen: Any) -> Probed:
    told: Any = {"base_url": url, "api_key": KEY, "model": "m", **chosen}
    settings = load_settings(told)
    return asyncio.run(probe(settings, "m", with_context=True))


@pytest.mark.parametrize("name", SERVERS)
def test_a_probe_finds_out_how_a_server_speaks(name: str) -> None:
    wanted = SERVERS[name]
    with serve_faults(answer, plan=lambda _: None, dialect=wanted.dialect) as server:
        found = probed(url_of(server, wanted.dialect), **wanted.chosen)
    assert (found.best.finding, found.best.mode, found.best.strict) == (
        "kept", wanted.mode, wanted.strict and wanted.mode == "json_schema"
    )  # fmt: skip
    assert found.best.has_usage is wanted.dialect.counts
    assert (found.token_limit, found.context, found.refused) == (
        wanted.limit, wanted.context, wanted.refused
    )  # fmt: skip


@pytest.mark.parametrize("name", SERVERS)
def test_with_mode_auto_an_article_is_extracted_and_a_second_start_asks_nothing(
    name: str, tmp_path: Path
) -> None:
    dialect = SERVERS[name].dialect
    told: dict[str, Any] = {"api_key": KEY, "model": "m", "mode": "auto", "cache": tmp_path, "attempts": 1}
    with serve_faults(answer, plan=lambda _: None, dialect=dialect) as server:
        results: list[Extraction] = []
        asked: list[int] = []
        for _ in range(2):
            with Extractor(base_url=url_of(server, dialect), **told) as extractor:
                results.append(extractor.extract(notice(1)))
                asked.append(len(server.log))
    assert {each.status for each in results} == {"complete"}
    assert results[0].claims == results[1].claims
    assert results[0].claims[0].assertions[0].chain
    assert asked[0] == asked[1]
    assert (tmp_path / FILE).is_file()


def test_a_model_that_thinks_for_long_is_not_taken_for_one_that_keeps_to_nothing() -> None:
    thoughtful = replace(dialects.VLLM, thinks="<think>" + "hmm, let me see. " * 400 + "</think>\n")
    with serve_faults(answer, plan=lambda _: None, dialect=thoughtful) as server:
        assert probed(server.url).best.mode == "json_schema"


def test_the_wrong_name_of_the_limit_is_found_out() -> None:
    with serve_faults(answer, plan=lambda _: None, dialect=dialects.REASONING) as server:
        found = probed(server.url, token_limit="max_tokens")  # noqa: S106 - no secret
    assert (found.best.finding, found.token_limit) == ("kept", "max_completion_tokens")


def test_what_was_chosen_stays_in_mode_auto(tmp_path: Path) -> None:
    told: dict[str, Any] = {"api_key": KEY, "model": "m", "mode": "auto", "cache": tmp_path}
    with (
        serve_faults(answer, plan=lambda _: None, dialect=dialects.OPENAI) as server,
        Extractor(base_url=server.url, strict=False, **told) as extractor,
    ):
        assert (extractor.settings.mode, extractor.settings.strict) == ("json_schema", False)


def test_what_is_known_is_forgotten_when_it_no_longer_holds(tmp_path: Path) -> None:
    settings = load_settings({"base_url": "http://127.0.0.1:9/v1", "model": "m", "cache": tmp_path})
    kept = Tried("tools", False, "kept", 0.1, None, has_usage=True)  # noqa: FBT003 - whether strict
    assert remember(settings, "m", Probed((kept,), ())) is not None
    assert len(json.loads((tmp_path / FILE).read_text())) == 1
    assert remember(settings, "m", Probed((replace(kept, finding="rejected"),), ())) is None
    assert json.loads((tmp_path / FILE).read_text()) == {}


def test_what_is_not_known_of_an_endpoint_is_found_out_again_when_the_file_is_damaged(tmp_path: Path) -> None:
    told: dict[str, Any] = {"api_key": KEY, "model": "m", "mode": "auto", "cache": tmp_path}
    with serve_faults(answer, plan=lambda _: None, dialect=dialects.FENCING) as server:
        for damage in (None, "{", '{"a": {"mode": "x"}}'):
            if damage:
                (tmp_path / FILE).write_text(damage)
            with Extractor(base_url=server.url, **told) as extractor:
                assert extractor.settings.mode == "tools"


def test_a_temperature_that_a_model_refuses_is_said_and_not_dropped() -> None:
    dialect = dialects.REASONING
    with (
        serve_faults(answer, plan=lambda _: None, dialect=dialect) as server,
        Extractor(base_url=server.url, api_key=KEY, model="m", cache=False, temperature=0.0) as extractor,
        pytest.raises(RequestRejected, match="temperature"),
    ):
        extractor.extract(notice(1))


def test_the_key_of_an_azure_deployment_goes_into_its_header() -> None:
    with serve_faults(answer, plan=lambda _: None, dialect=dialects.AZURE) as server:
        url = url_of(server, dialects.AZURE)
        with pytest.raises(KeyRefused):
            asyncio.run(probe(load_settings({"base_url": url, "model": "m"}), "m"))
        assert probed(url).best.finding == "kept"


def test_mode_auto_needs_somebody_to_ask(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="recorded replies"):
        Extractor(replay=tmp_path, model="m", mode="auto")


def test_an_endpoint_that_never_keeps_to_a_schema_is_refused(tmp_path: Path) -> None:
    with (
        serve_faults(lambda _: "Hello.", plan=lambda _: None, dialect=dialects.DEAF) as server,
        pytest.raises(InvalidSetting, match="no mode of this endpoint"),
    ):
        Extractor(base_url=server.url, api_key=KEY, model="m", mode="auto", cache=tmp_path)
    assert json.loads((tmp_path / FILE).read_text()) == {}
