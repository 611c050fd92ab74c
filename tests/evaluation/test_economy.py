"""What is counted of an exchange, which exchanges are, and what a prompt cache would save."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from doubles.recorded import port_case

from extractor.evaluation.economy import Given, Spent, given, sent_json, shared_start, spent, squeezed, used
from extractor.golden.cases import Case
from extractor.models.call import Reply
from extractor.models.recordings import Recording


def recording(record: str = "claims", *, system: str = "List.", user: str = "[1] À vous.") -> Recording:
    body: dict[str, Any] = {
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
        "response_format": {"a": "é"},
    }
    reply = Reply('{"claims": []}\n', finish_reason="stop", refusal=None, model=None, usage=None)
    return Recording(record, 1, "json_schema", body, reply)


@pytest.fixture
def port(tmp_path: Path) -> Case:
    return port_case(tmp_path / "port")


def test_characters_of_messages_schema_and_reply_are_counted_apart() -> None:
    assert spent(recording()) == Spent(calls=1, input=16, fixed=5, schema=len('{"a":"é"}'), output=15)


def test_the_rest_of_a_conversation_is_input_and_not_the_same_for_every_article() -> None:
    asked = recording()
    again = [
        *asked.body["messages"],
        {"role": "assistant", "content": "{"},
        {"role": "user", "content": "No."},
    ]
    account = spent(replace(asked, body={**asked.body, "messages": again}))
    assert (account.input, account.fixed) == (20, 5)


def test_a_run_of_white_space_can_be_counted_as_one_character() -> None:
    assert squeezed('{\n    "a": 1\n}') == len('{ "a": 1 }')
    assert spent(recording(user="a \n\n b"), squeezed).input == len("List.") + len("a b")


def test_accounts_are_added() -> None:
    assert Spent(1, 2, 3, 4, 5) + Spent(10, 20, 30, 40, 50) == Spent(11, 22, 33, 44, 55)
    assert Given(1, 2, 3, 4) + Given(1, 1, 1, 1) == Given(2, 3, 4, 5)


def test_a_cache_saves_its_discount_on_what_is_the_same_for_every_article() -> None:
    account = Spent(calls=1, input=1000, fixed=600, output=50)
    assert account.saved(0.5) == pytest.approx(0.3)
    assert account.cost(4) == pytest.approx(1200)
    assert account.cost(4, 0.9) == pytest.approx(1200 - 540)
    assert Spent().saved(0.5) == 0


def test_only_what_two_requests_begin_with_alike_can_be_shared() -> None:
    claims, attribution = (recording(name, system=f"You {name}") for name in ("claims", "attribution"))
    assert shared_start([claims, attribution]) == len("You ")
    assert shared_start([claims, recording("attribution", system="You claims")]) == len(
        "You claims[1] À vous."
    )
    assert shared_start([claims]) == 0


def test_the_exchanges_of_a_replay_are_used_in_the_order_of_the_pipeline(port: Case) -> None:
    assert [each.record for each in used(port, port.replay())] == ["segments", "claims", "attribution"]


def test_a_reply_to_a_request_of_before_is_not_counted(port: Case) -> None:
    before = used(port, port.replay())
    stale = next(port.replies.glob("claims-*"))
    shutil.copy(stale, stale.with_name("claims-0123456789abcdef.json"))
    assert used(port, port.replay()) == before


def test_what_a_result_gives_is_what_it_holds(port: Case) -> None:
    result = port.replay()
    data = (
        json.loads(port.expected.read_bytes()) if port.expected.exists() else result.model_dump(mode="json")
    )
    said = [each for claim in data["claims"] for each in claim["assertions"]]
    hops = sum(len(each["chain"]) for each in said)
    parts = [each for each in data["segments"] if each["label"] != "body"]
    assert given(result) == Given(len(data["claims"]), len(said), hops, len(parts))
    assert given(result).claims > 0


def test_a_schema_is_counted_as_it_is_sent() -> None:
    assert sent_json({"a": ["é", 1]}) == '{"a":["é",1]}'
