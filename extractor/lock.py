"""Released prompts and schemas are immutable: their fingerprints are locked in ``prompts/lock.json``."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

from extractor.catalog import Prompt, load_prompt, prompt_names, released_names
from extractor.errors import PromptEdited


@dataclass(frozen=True)
class Fingerprint:
    """What is locked of a prompt: its file's SHA-256, and its schema's name and SHA-256."""

    prompt_sha256: str
    schema: str
    schema_sha256: str


def read_lock() -> dict[str, Fingerprint]:
    """The locked fingerprints by prompt name, such as ``claims@v1``."""
    file = resources.files("extractor").joinpath("prompts", "lock.json")
    if not file.is_file():
        return {}
    entries: Mapping[str, Mapping[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return {name: Fingerprint(**entry) for name, entry in entries.items()}


def fingerprint(prompt: Prompt) -> Fingerprint:
    """What a prompt and its schema are today."""
    return Fingerprint(prompt.sha256, prompt.schema.name, prompt.schema.sha256)


def state(prompt: Prompt, locked: Mapping[str, Fingerprint]) -> Literal["locked", "edited", "new", "draft"]:
    """Whether a prompt is as it was released, was edited since, is not locked yet, or is a draft."""
    known = locked.get(prompt.name)
    if known is None and prompt.is_draft:
        return "draft"
    return "new" if known is None else "locked" if known == fingerprint(prompt) else "edited"


def edited() -> Iterator[PromptEdited]:
    """What to say of every released prompt that was edited, or whose file or schema is gone."""
    locked = read_lock()
    for name, known in locked.items():
        if name not in prompt_names():
            yield PromptEdited(name, f"prompts/{_file(name)}", "was removed", _next(name))
            continue
        today = fingerprint(load_prompt(name))
        if today.prompt_sha256 != known.prompt_sha256:
            yield PromptEdited(name, f"prompts/{_file(name)}", "was edited", _next(name))
        elif today != known:
            schema = known.schema.replace("_", "/")
            yield PromptEdited(name, f"schemas/{schema}.py", "was edited", _next(name))


def write_lock() -> list[str]:
    """Lock the prompts that are new and no drafts; their names.

    Raises:
        PromptEdited: a released one was edited; nothing is written.
    """
    for error in edited():
        raise error
    locked = read_lock()
    new = [name for name in released_names() if name not in locked]
    entries = {name: vars(locked.get(name) or fingerprint(load_prompt(name))) for name in released_names()}
    with resources.as_file(resources.files("extractor").joinpath("prompts")) as folder:
        text = json.dumps(entries, indent=2) + "\n"
        Path(folder, "lock.json").write_text(text, encoding="utf-8", newline="\n")
    return new


def _file(name: str) -> str:
    return f"{name.replace('@', '/')}.md"


def _next(name: str) -> str:
    record = name.partition("@")[0]
    versions = [
        int(each.partition("@v")[2]) for each in (*prompt_names(), name) if each.startswith(f"{record}@")
    ]
    return f"v{max(versions) + 1}"
