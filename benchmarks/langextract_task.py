"""One langextract call an article that asks for what our records ask for: its requests, and their replies.

``python benchmarks/langextract_task.py --export FOLDER`` writes ``<case>.prompt.txt`` for each golden case,
the user message exactly as ``lx.extract`` sends it; that needs langextract. ``--import FOLDER`` takes the
answers in ``<case>.reply.txt`` into benchmarks/data/langextract/replies; that does not.
"""

import argparse
import importlib
import json
import logging
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from langextract_replies import DATA, MODEL, REPLIES, ROOT, FixedPart, fixed_part, write_reply

from extractor.golden.cases import find_cases

ANY_TEXT = "ARTICLE"
_ONE_CALL = 1_000_000
"""Characters that langextract may send at once: more than any article has."""


class Listener:
    """Stands where langextract's OpenAI client stands, notes what it is asked and answers nothing."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.chat = SimpleNamespace(completions=self)

    def create(self, **request: Any) -> Any:
        """Note a chat completion request."""
        self.asked.append(request)
        message = SimpleNamespace(content='{"extractions": []}', refusal=None)
        return SimpleNamespace(choices=[SimpleNamespace(message=message, finish_reason="stop")])


def request_about(text: str) -> dict[str, Any]:
    """What ``lx.extract`` with its defaults sends an OpenAI-compatible endpoint about a text: one request.

    Raises:
        ImportError: langextract is not installed.
        ValueError: it sends more than one, or less.
    """
    langextract: Any = importlib.import_module("langextract")
    factory: Any = importlib.import_module("langextract.factory")
    examples = _examples()
    config = factory.ModelConfig(
        model_id=MODEL, provider="OpenAILanguageModel", provider_kwargs={"api_key": "k"}
    )
    # as lx.extract makes it of this config; it is made here so that its client can be replaced
    model = factory.create_model(config=config, examples=examples, use_schema_constraints=True)
    model._client = listener = Listener()  # noqa: SLF001 - there is no other way to see the whole request
    langextract.extract(
        text,
        prompt_description=(DATA / "description.md").read_text("utf-8").rstrip("\n"),
        examples=examples,
        model=model,
        use_schema_constraints=False,  # the model has them
        max_char_buffer=_ONE_CALL,
        show_progress=False,
    )
    (request,) = listener.asked
    return request


def _examples() -> list[Any]:
    data: Any = importlib.import_module("langextract.core.data")
    return [
        data.ExampleData(
            text=example["text"],
            extractions=[
                data.Extraction(told["class"], told["text"], attributes=told.get("attributes"))
                for told in example["extractions"]
            ],
        )
        for example in json.loads((DATA / "examples.json").read_bytes())
    ]


def articles() -> dict[str, str]:
    """The golden articles by case."""
    return {case.name: case.article.text for case in find_cases(ROOT / "golden")}


def requested() -> FixedPart:
    """What is the same in the requests about all articles, as langextract makes it today."""
    request = request_about(ANY_TEXT)
    system, user = (message["content"] for message in request["messages"])
    before, _, after = user.rpartition(ANY_TEXT)
    return FixedPart(system, before, after, request["response_format"])


def export(folder: Path) -> None:
    """Write the prompts, and the fixed part into benchmarks/data.

    Raises:
        ValueError: a prompt is not the fixed part around the article.
    """
    fixed = requested()
    (DATA / "request.json").write_text(fixed.as_json(), encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in articles().items():
        request = request_about(text)
        prompt = request["messages"][1]["content"]
        if prompt != fixed.around(text) or request["response_format"] != fixed.response_format:
            raise ValueError(f"{name}: langextract asks about it in another way than about the others")
        (folder / f"{name}.prompt.txt").write_bytes(prompt.encode())
        print(f"{name}: {len(prompt)} characters")


def take(folder: Path) -> None:
    """Take the replies that are there, each to the prompt beside it; a prompt of today's task only."""
    fixed, known = fixed_part(), articles()
    for path in sorted(folder.glob("*.reply.txt")):
        name = path.name.removesuffix(".reply.txt")
        prompt = (folder / f"{name}.prompt.txt").read_bytes().decode()
        if name not in known or prompt != fixed.around(known[name]):
            sys.exit(f"{name}: its prompt is not what is asked today: export again and have it answered")
        write_reply(REPLIES, name, prompt, path.read_bytes().decode())
        print(f"{name}: taken")


def main() -> None:
    """Export prompts or import replies."""
    parser = argparse.ArgumentParser()
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--export", type=Path, metavar="FOLDER")
    what.add_argument("--import", type=Path, metavar="FOLDER", dest="replies")
    arguments = parser.parse_args()
    if arguments.export:
        # a claim inside a headline is no exact match to its aligner, which says so at every call
        logging.getLogger("absl").setLevel(logging.ERROR)
        export(arguments.export)
    else:
        take(arguments.replies)


if __name__ == "__main__":
    main()
