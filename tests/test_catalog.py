import json
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest

from extractor.catalog import RECORDS, load_prompt, prompt_names, released_names
from extractor.errors import NoSuchPrompt

Node = dict[str, Any]
SMALL = ["segments@v2", "claims@v3", "attribution@v3"]
PROMPTS = Path(__file__).parent.parent / "prompts"


def nodes(node: Any) -> Iterator[Node]:
    """Every schema object inside a JSON Schema."""
    if isinstance(node, dict):
        yield cast("Node", node)
        for value in cast("Node", node).values():
            yield from nodes(value)
    elif isinstance(node, list):
        items: list[Any] = [*node]
        for item in items:
            yield from nodes(item)


def test_every_record_has_a_prompt() -> None:
    assert prompt_names() == (
        "segments@v1", "segments@v2", "claims@v1", "claims@v2", "claims@v3",
        "attribution@v1", "attribution@v2", "attribution@v3", "repair@v1",
    )  # fmt: skip
    assert {name.partition("@")[0] for name in prompt_names()} == set(RECORDS)


def test_a_record_without_a_version_is_its_latest_released_version() -> None:
    assert load_prompt("claims") == load_prompt("claims@v2")


def test_a_profile_has_latest_versions_of_its_own() -> None:
    assert load_prompt("claims+small") == load_prompt("claims@v3")
    assert [name for name in prompt_names() if load_prompt(name).profile == "small"] == SMALL
    assert load_prompt("repair+small") == load_prompt("repair")
    with pytest.raises(NoSuchPrompt):
        load_prompt("claim+small")


def forget() -> None:
    for each in (load_prompt, prompt_names, released_names):
        each.cache_clear()


@pytest.fixture
def _with_a_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Prompts of which claims@v4 is a draft."""
    shutil.copytree(PROMPTS, tmp_path / "prompts")
    text = (PROMPTS / "claims" / "v2.md").read_text(encoding="utf-8")
    draft = text.replace("version = 2\n", "version = 4\ndraft = true\n")
    (tmp_path / "prompts" / "claims" / "v4.md").write_text(draft, encoding="utf-8")

    def files(_: str) -> Path:
        return tmp_path

    monkeypatch.setattr("extractor.catalog.resources.files", files)
    forget()
    yield
    forget()


@pytest.mark.usefixtures("_with_a_draft")
def test_a_draft_is_there_by_its_name_only() -> None:
    assert load_prompt("claims@v4").is_draft
    assert load_prompt("claims").version == 2
    assert not load_prompt("claims").is_draft
    assert "claims@v4" in prompt_names()
    assert "claims@v4" not in released_names()


@pytest.mark.parametrize("name", ["claim", "claims@v99", "claims@", "../claims", ""])
def test_an_unknown_prompt_is_named_with_those_there_are(name: str) -> None:
    with pytest.raises(NoSuchPrompt) as caught:
        load_prompt(name)
    assert caught.value == NoSuchPrompt(name, prompt_names())
    assert "claims@v1" in str(caught.value)


@pytest.mark.parametrize("name", prompt_names())
def test_a_prompt_begins_with_fixed_instructions_and_ends_with_the_article(name: str) -> None:
    (first, instructions), (last, article) = load_prompt(name).templates
    assert (first, last) == ("system", "user")
    assert "{{" not in instructions
    assert "{%" not in instructions
    assert "unit.text" in article


@pytest.mark.parametrize("name", ["segments", "claims", "attribution"])
def test_a_prompt_holds_examples_in_french_and_english(name: str) -> None:
    instructions = load_prompt(name).templates[0][1]
    first, second = instructions.split("Example 1")[1].split("Example 2")
    assert " la " in first
    assert " the " in second


@pytest.mark.parametrize("name", prompt_names())
def test_no_example_is_taken_from_a_golden_case(name: str, golden: Any) -> None:
    instructions = load_prompt(name).templates[0][1]
    words = instructions.split()
    runs = {" ".join(words[at : at + 5]) for at in range(len(words))}
    for path in golden.glob("*/article.txt"):
        theirs = path.read_text(encoding="utf-8").split()
        assert not runs & {" ".join(theirs[at : at + 5]) for at in range(len(theirs))}, path


@pytest.mark.parametrize("name", prompt_names())
@pytest.mark.parametrize("answer", [0, 1])
def test_the_answers_of_the_examples_fit_the_schema(name: str, answer: int) -> None:
    prompt = load_prompt(name)
    answers = [line for line in prompt.templates[0][1].splitlines() if line.startswith("{")]
    assert len(answers) == (1 if name in ("repair@v1", *SMALL) else 2)
    prompt.schema.model.model_validate_json(answers[answer % len(answers)])


@pytest.mark.parametrize("name", [name for name in prompt_names() if name not in SMALL])
def test_a_reply_schema_fits_the_strict_subset(name: str) -> None:
    assert_fits_the_strict_subset(load_prompt(name).schema.strict())


def assert_fits_the_strict_subset(strict: Node) -> None:
    allowed = {
        "$defs", "$ref", "additionalProperties", "anyOf", "description", "enum", "items", "maxItems",
        "minItems", "minimum", "properties", "required", "type",
    }  # fmt: skip
    jsonschema.Draft202012Validator.check_schema(strict)
    assert strict["type"] == "object"
    for node in nodes({**strict, "properties": list(strict["properties"].values())}):
        properties: Any = node.get("properties")
        if node.get("type") == "object" and isinstance(properties, dict):
            assert node["additionalProperties"] is False
            assert node["required"] == list(cast("Node", properties))
        assert "$ref" not in node or set(node) == {"$ref"}
        if "type" in node:
            assert set(node) <= allowed, node


@pytest.mark.parametrize("name", prompt_names())
def test_every_string_and_list_of_a_reply_is_bounded(name: str) -> None:
    for node in nodes(load_prompt(name).schema.json_schema):
        if node.get("type") == "string":
            assert "maxLength" in node or "enum" in node, node
        if node.get("type") == "array":
            assert "maxItems" in node, node


@pytest.mark.parametrize("name", prompt_names())
def test_fingerprints_are_of_the_file_and_of_the_schema(name: str) -> None:
    prompt = load_prompt(name)
    data = (PROMPTS / prompt.record / f"v{prompt.version}.md").read_bytes()
    schema = json.dumps(prompt.schema.json_schema, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert prompt.sha256 == sha256(data).hexdigest()
    assert prompt.schema.sha256 == sha256(schema.encode()).hexdigest()


def test_a_schema_is_named_by_record_and_version() -> None:
    assert [load_prompt(name).schema.name for name in prompt_names()] == [
        "segments_v1", "segments_v2", "claims_v1", "claims_v1", "claims_v2",
        "attribution_v1", "attribution_v2", "attribution_v3", "repair_v1",
    ]  # fmt: skip
