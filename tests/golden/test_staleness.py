"""What recording would cost, and what a case waits for."""

import shutil
from pathlib import Path

import pytest
from doubles.recorded import Data, edit_exchange, port_case, seed_case

from extractor.golden.cases import Case, load_case
from extractor.golden.staleness import Cost, cost_of_all, cost_of_rest, staleness


@pytest.fixture
def port(tmp_path: Path) -> Case:
    """Three recorded calls of 15 tokens each."""
    return port_case(tmp_path / "port")


def test_costs_are_added_and_read_as_calls_and_tokens() -> None:
    assert sum([Cost(2, 1000), Cost(1, 234)], Cost()) == Cost(3, 1234)
    assert str(Cost(3, 1234)) == "about 3 calls, 1,234 tokens"


def test_a_case_that_replays_to_its_end_waits_for_nothing_and_costs_nothing(port: Case) -> None:
    assert staleness(port) is None
    assert cost_of_rest(port, "m") == Cost()


def test_recorded_token_counts_are_what_recording_again_costs(port: Case) -> None:
    assert cost_of_all(port, "m") == Cost(3, 45)


def test_a_reply_without_counts_is_estimated_by_its_characters(port: Case) -> None:
    def forget(data: Data) -> None:
        data["reply"]["usage"] = {"prompt_tokens": 10, "completion_tokens": None}
        asked = sum(len("".join(message["content"])) for message in data["request"]["messages"])
        sizes.append(asked // 4 + len("".join(data["reply"]["content"])) // 4)

    sizes: list[int] = []
    edit_exchange(port, "claims", forget)
    assert cost_of_all(port, "m") == Cost(3, 30 + sizes[0])
    assert sizes[0] > 500


def test_without_a_recording_the_first_request_stands_for_each_of_the_three(port: Case) -> None:
    shutil.rmtree(port.replies)
    waiting = staleness(port)
    assert waiting is not None
    assert (waiting.prompt, waiting.changed, waiting.cost.calls) == ("segments@v1", (), 1)
    assert cost_of_all(port, "m") == Cost(3, 3 * waiting.cost.tokens)
    assert cost_of_rest(port, "m") == Cost(3, 3 * waiting.cost.tokens)
    assert cost_of_rest(port, "m", missing=False) == Cost()


def test_what_was_never_recorded_and_what_is_stale_are_counted_apart(port: Case) -> None:
    next(port.replies.glob("attribution-*")).unlink()
    assert cost_of_rest(port, "m", stale=False).calls == 1
    assert cost_of_rest(port, "m", missing=False) == Cost()
    (port.folder / "case.toml").write_text('model = "m"\nkinds = ["fact"]\n', encoding="utf-8")
    changed = load_case(port.folder)
    assert cost_of_rest(changed, "m", missing=False) == Cost(1, 15)
    assert cost_of_rest(changed, "m", stale=False) == Cost()


def test_a_further_sample_costs_as_much_as_the_first(port: Case) -> None:
    assert cost_of_rest(port.at(2), "m") == Cost(3, 45)
    shutil.copytree(port.replies, port.at(2).replies)
    assert cost_of_rest(port.at(2), "m") == Cost()


def test_a_stale_step_costs_itself_and_the_steps_after_it(golden: Path, tmp_path: Path) -> None:
    case = seed_case(golden, tmp_path / "seed", 'kinds = ["fact"]\n')
    found = staleness(case)
    assert found is not None
    assert found.cost == cost_of_rest(case, "external-llm")
    assert found.cost.calls == 2
    assert 0 < found.cost.tokens < cost_of_all(case, "external-llm").tokens
