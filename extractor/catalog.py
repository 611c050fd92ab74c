"""(record, version) -> prompt and schema, with their fingerprints.

Prompts are files ``prompts/<record>/v<N>.md``, reply schemas modules ``schemas/<record>/v<N>.py`` with a
class ``Reply``. A name is a record, which means its latest released version, or ``record@vN``. A version
whose front matter says ``draft = true`` is not released: it can be tried by its name, and edited. One that
says ``profile = "small"`` is the latest of ``record+small`` only, which is the record's where there is none.
"""

import importlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any

from pydantic import BaseModel

from extractor.errors import NoSuchPrompt

RECORDS = ("segments", "claims", "attribution", "repair")
"""The records a model is asked for, in the order of the pipeline."""

_ROLE = re.compile(r"^=== (system|user|assistant) ===\n", re.MULTILINE)
_DOCUMENTED_KEYWORDS_ONLY = frozenset({"maxLength", "minLength"})


@dataclass(frozen=True)
class Schema:
    """A released reply schema.

    Args:
        name: such as ``claims_v1``; what the request calls it.
        model: the pydantic class that replies are parsed with.
        json_schema: its JSON Schema, every string and list bounded.
        sha256: fingerprint of the canonical JSON Schema.
    """

    name: str
    model: type[BaseModel]
    json_schema: Mapping[str, Any]
    sha256: str

    def strict(self) -> dict[str, Any]:
        """The JSON Schema for strict decoding: without string lengths, which are no documented part of it."""
        pruned: dict[str, Any] = _without(self.json_schema, _DOCUMENTED_KEYWORDS_ONLY)
        return pruned


@dataclass(frozen=True)
class Prompt:
    """A released prompt and the schema it is written for.

    Args:
        record: segments, claims, attribution or repair.
        version: counts from 1.
        templates: (role, Jinja template) for each message; split before anything is rendered.
        schema: the schema of the reply.
        sha256: fingerprint of the file's bytes.
        summary: what it asks for, in a few words.
        text: the file's text.
        is_draft: not released yet: asked for by its version only, and not locked.
        profile: full, or the profile whose latest version it may be.
    """

    record: str
    version: int
    templates: tuple[tuple[str, str], ...]
    schema: Schema
    sha256: str
    summary: str
    text: str
    is_draft: bool
    profile: str = "full"

    @property
    def name(self) -> str:
        """Such as ``claims@v1``."""
        return f"{self.record}@v{self.version}"


@cache
def load_prompt(name: str) -> Prompt:
    """Load ``claims`` (the latest released version) or ``claims@v1``.

    Raises:
        NoSuchPrompt: there is no such record or version.
    """
    record, version = _resolve(name)
    data, head, body = _read(record, version)
    _, *parts = _ROLE.split(body)
    return Prompt(
        record=record,
        version=version,
        templates=tuple(zip(parts[::2], parts[1::2], strict=True)),
        schema=load_schema(record, head["schema"]),
        sha256=sha256(data).hexdigest(),
        summary=head["summary"],
        text=data.decode(),
        is_draft=_is_draft(head),
        profile=_profile(head),
    )


def _read(record: str, version: int) -> tuple[bytes, dict[str, Any], str]:
    """A prompt's file, its front matter and the rest."""
    data = resources.files("extractor").joinpath("prompts", record, f"v{version}.md").read_bytes()
    _, front_matter, body = data.decode().split("+++\n", 2)
    return data, tomllib.loads(front_matter), body


def _is_draft(head: Mapping[str, Any]) -> bool:
    return head.get("draft") is True


def _profile(head: Mapping[str, Any]) -> str:
    return str(head.get("profile", "full"))


def check_prompts(names: Iterable[str]) -> None:
    """Raise NoSuchPrompt for the first name that there is no prompt of."""
    for name in names:
        load_prompt(name)


@cache
def load_schema(record: str, version: int) -> Schema:
    """Load the reply schema of a record."""
    model: type[BaseModel] = importlib.import_module(f"extractor.schemas.{record}.v{version}").Reply
    json_schema: dict[str, Any] = _without(model.model_json_schema(), frozenset({"title"}))
    canonical = json.dumps(json_schema, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Schema(f"{record}_v{version}", model, json_schema, sha256(canonical.encode()).hexdigest())


@cache
def prompt_names() -> tuple[str, ...]:
    """Every prompt there is, as ``record@vN``, in the order of the pipeline."""
    folder = resources.files("extractor").joinpath("prompts")
    return tuple(
        f"{record}@v{version}"
        for record in RECORDS
        for version in sorted(
            int(entry.name[1:-3])
            for entry in folder.joinpath(record).iterdir()
            if re.fullmatch(r"v\d+\.md", entry.name)
        )
    )


@cache
def released_names() -> tuple[str, ...]:
    """Every prompt that is no draft, in the order of the pipeline."""
    return tuple(name for name in prompt_names() if not _is_draft(_read(*_parsed(name))[1]))


def _resolve(name: str) -> tuple[str, int]:
    known = prompt_names()
    if name in known:
        return _parsed(name)
    record, _, profile = name.partition("+")
    versions = [each for each in released_names() if each.partition("@")[0] == record]
    for wanted in (profile, "full") if profile else ("full",):
        matches = [each for each in versions if _profile(_read(*_parsed(each))[1]) == wanted]
        if matches:
            return _parsed(matches[-1])
    raise NoSuchPrompt(name, known)


def _parsed(name: str) -> tuple[str, int]:
    record, _, version = name.partition("@v")
    return record, int(version)


def _without(node: Any, keywords: frozenset[str], *, names: bool = False) -> Any:
    """A JSON Schema without some keywords; under ``properties`` and ``$defs`` the keys are names."""
    if isinstance(node, dict):
        entries: dict[str, Any] = {**node}
        return {
            key: _without(value, keywords, names=not names and key in ("properties", "$defs"))
            for key, value in entries.items()
            if names or key not in keywords
        }
    if isinstance(node, list):
        items: list[Any] = [*node]
        return [_without(item, keywords) for item in items]
    return node
