"""Deliberate damage to a case or to what it is asked with, and the words in which a person reads of it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from doubles.recorded import Data, edit_exchange, edit_expected, edit_reply, seed_case

from extractor import asking
from extractor.catalog import Prompt, load_prompt
from extractor.golden.cases import Case
from extractor.golden.checking import check_case, check_folder


@pytest.fixture
def seed(golden: Path, tmp_path: Path) -> Case:
    return seed_case(golden, tmp_path / "seed")


def pretend(monkeypatch: pytest.MonkeyPatch, record: str, change: Callable[[Prompt], Prompt]) -> None:
    """Let a record be asked for with a changed prompt."""

    def load(name: str) -> Prompt:
        prompt = load_prompt(name)
        return change(prompt) if prompt.record == record else prompt

    monkeypatch.setattr(asking, "load_prompt", load)


def reworded(prompt: Prompt, change: Callable[[str], str]) -> Prompt:
    """A prompt with other instructions."""
    (role, instructions), article = prompt.templates
    return replace(prompt, templates=((role, change(instructions)), article))


def report(case: Case) -> list[str]:
    """What a person reads of a case that is not as expected."""
    outcome = check_case(case)
    assert not outcome.passed
    return list(outcome.lines())


def test_a_changed_word_of_a_prompt_is_shown_in_its_line(seed: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    line = next(line for line in load_prompt("claims").templates[0][1].splitlines() if "claim" in line)
    changed = line.replace("claim", "statement", 1)
    pretend(
        monkeypatch, "claims", lambda prompt: reworded(prompt, lambda text: text.replace(line, changed, 1))
    )
    told, *lines = report(seed)
    assert told.startswith("seed: no recorded reply to claims@v2 (request ")
    assert told.endswith(": the request is not the recorded one")
    assert lines[:2] == ["  --- recorded messages", "  +++ messages today"]
    assert {f"  -{line}", f"  +{changed}"} < set(lines)
    assert len([each for each in lines[2:] if each.startswith(("  +", "  -"))]) == 2


def test_the_first_lines_of_a_long_difference_are_shown_and_the_others_counted(
    seed: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(
        monkeypatch,
        "claims",
        lambda prompt: reworded(prompt, lambda text: "".join(f"> {line}\n" for line in text.splitlines())),
    )
    _, *lines = report(seed)
    assert len(lines) == 41
    assert lines[-1].startswith("  ... and ")
    assert lines[-1].endswith(" lines more")


def test_a_changed_description_of_a_schema_field_is_shown_in_its_line(
    seed: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def describe(prompt: Prompt) -> Prompt:
        json_schema = {**prompt.schema.json_schema, "description": "What the article holds to be true."}
        return replace(prompt, schema=replace(prompt.schema, json_schema=json_schema))

    pretend(monkeypatch, "segments", describe)
    told, *lines = report(seed)
    assert "segments@v1" in told
    assert lines[:2] == ["  --- recorded response_format", "  +++ response_format today"]
    assert any(line.startswith("  -") and '"description": ' in line for line in lines[2:])
    assert any(
        line.startswith("  +") and '"description": "What the article holds to be true."' in line
        for line in lines[2:]
    )


def test_another_version_of_a_prompt_is_named(seed: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(
        monkeypatch,
        "claims",
        lambda prompt: replace(reworded(prompt, lambda text: text + "Be brief.\n"), version=3),
    )
    told, *lines = report(seed)
    assert told.startswith("seed: no recorded reply to claims@v3 ")
    assert lines[0] == "  prompt: claims@v2 -> claims@v3"
    assert "  +Be brief." in lines


def test_another_model_in_case_toml_is_a_changed_setting(seed: Case) -> None:
    (seed.folder / "case.toml").write_text('model = "another-llm"\n', encoding="utf-8")
    told, *lines = list(check_folder(seed.folder).lines())
    assert told.endswith("the request is not the recorded one")
    assert lines == ['  setting model: "external-llm" -> "another-llm"']


def test_another_mode_in_case_toml_is_named(golden: Path, tmp_path: Path) -> None:
    _, *lines = report(seed_case(golden, tmp_path / "seed", 'mode = "tools"\n'))
    assert lines == ["  mode: json_schema -> tools"]


def test_a_removed_reply_was_never_recorded(seed: Case) -> None:
    next(seed.replies.glob("claims-*")).unlink()
    (told,) = report(seed)
    assert told.startswith("seed: no recorded reply to claims@v2 ")
    assert told.endswith(": it was never recorded")


def test_an_edited_request_of_a_recording_is_refused(seed: Case) -> None:
    edit_exchange(seed, "claims", lambda data: data["request"]["messages"][0]["content"].append("More."))
    (told,) = report(seed)
    assert told.startswith("seed: recording ")
    assert told.endswith(".json: its request was changed after recording")


def test_an_edited_reply_is_told_by_what_it_changes(seed: Case) -> None:
    def edit(reply: Data) -> None:
        reply["sayings"][0]["stance"] = "denies"
        reply["sayings"][1]["certainty"] = "possible"

    edit_reply(seed, "attribution", edit)
    assert report(seed)[:3] == [
        "seed: 2 differences",
        "  c1 at 48: stance changed: 'affirms' -> 'denies'",
        "  c2 at 218: certainty changed: 'certain' -> 'possible'",
    ]


def test_a_lost_hop_is_told_with_its_claim_and_place(seed: Case) -> None:
    edit_reply(seed, "attribution", lambda reply: reply["sayings"][0]["chain"].pop(0))
    assert report(seed)[-2:] == [
        "  c1 at 48: hop New York Times lost",
        "  c1 at 48: hop services de renseignement américains moved from 2 to 1",
    ]


def test_a_changed_label_is_told_by_line(seed: Case) -> None:
    edit_expected(seed, lambda data: data["segments"][1].update(label="advert"))
    assert report(seed) == ["seed: 1 difference", "  label advert -> related for line 5"]


def test_a_shifted_offset_is_told_with_how_far_it_moved(seed: Case) -> None:
    def shift(data: Data) -> None:
        span = data["claims"][0]["assertions"][0]["evidence"][0]
        span["start"], span["end"] = span["start"] + 2, span["end"] + 2

    edit_expected(seed, shift)
    told, line = report(seed)
    assert told == "seed: 1 difference"
    assert line.startswith("  c1 at 50: evidence shifted by -2: 'Moscou achète")


def test_reordered_claims_are_order_only_and_pass_by_meaning(seed: Case) -> None:
    edit_expected(seed, lambda data: data["claims"].reverse())
    told, line = report(seed)
    assert (told, line) == (
        "seed: 1 difference",
        "  order only: the order or the ids changed, nothing else",
    )
    (seed.folder / "case.toml").write_text('model = "external-llm"\ncompare = "semantic"\n', encoding="utf-8")
    outcome = check_folder(seed.folder)
    assert outcome.passed
    assert next(outcome.lines()) == "seed: 1 difference within its tolerance"


def test_a_case_that_cannot_be_read_is_named_and_says_why(seed: Case) -> None:
    (seed.folder / "case.toml").write_text("model = \n", encoding="utf-8")
    (told,) = check_folder(seed.folder).lines()
    assert told.startswith("seed: no golden case in ")
    assert "case.toml is damaged" in told
