from dataclasses import replace
from pathlib import Path

import pytest

from extractor import lock
from extractor.catalog import load_prompt, released_names
from extractor.errors import PromptEdited
from extractor.golden.orphans import orphans
from extractor.lock import Fingerprint, edited, read_lock, state, write_lock
from extractor.settings import load_settings


def test_no_released_prompt_or_schema_was_edited(golden: Path) -> None:
    cache = load_settings({}).cache
    told = [f"{error}; it orphans {orphans(golden, error.name, cache)}" for error in edited()]
    assert not told, "\n".join(told)


def test_every_prompt_is_locked() -> None:
    assert tuple(read_lock()) == released_names(), "run: extractor prompts lock"


def pretend(monkeypatch: pytest.MonkeyPatch, locked: dict[str, Fingerprint]) -> None:
    monkeypatch.setattr(lock, "read_lock", lambda: locked)


def test_an_edited_prompt_is_named_with_its_successor(monkeypatch: pytest.MonkeyPatch, golden: Path) -> None:
    released = read_lock()
    pretend(monkeypatch, {**released, "claims@v2": replace(released["claims@v2"], prompt_sha256="0" * 64)})
    (error,) = edited()
    assert error == PromptEdited("claims@v2", "prompts/claims/v2.md", "was edited", "v4")
    assert str(error) == "prompts/claims/v2.md was edited, and claims@v2 is released: put it back and make v4"
    assert state(load_prompt("claims@v2"), lock.read_lock()) == "edited"
    with pytest.raises(PromptEdited):
        write_lock()
    found = orphans(golden, error.name, cache=False)
    assert (found.replies["postier-bretagne"], found.replies["seed"]) == (3, 1)
    assert str(found).startswith(f"{sum(found.replies.values())} recorded replies: ")
    assert "seed (1)" in str(found)


def test_an_edited_schema_is_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    released = read_lock()
    pretend(monkeypatch, {**released, "repair@v1": replace(released["repair@v1"], schema_sha256="0" * 64)})
    assert [each.file for each in edited()] == ["schemas/repair/v1.py"]


def test_a_released_prompt_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    released = read_lock()
    pretend(monkeypatch, {**released, "claims@v7": released["claims@v1"]})
    (error,) = edited()
    assert (error.what, error.successor) == ("was removed", "v8")


def test_a_prompt_that_is_not_locked_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, {})
    assert state(load_prompt("claims"), lock.read_lock()) == "new"
    assert list(edited()) == []
