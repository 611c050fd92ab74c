"""The langextract task of the economy benchmark, and its sums on made replies."""

import json
from pathlib import Path
from typing import get_args

import langextract_task
import pytest
from economy import as_json, tables
from langextract_replies import (
    REPLIES,
    FixedPart,
    extractions,
    fixed_part,
    given,
    read_reply,
    spent,
    strictly,
)
from langextract_replies import write_reply as record
from spending import OURS, STRICT, THEIRS, measure

from extractor.evaluation.economy import Given
from extractor.golden.cases import find_cases
from extractor.schemas.extraction.v1 import Label

SAID = {"claim": "Il pleut.", "source": "Jean", "source_cue": "dit", "stance": "affirms"}
REPLY = json.dumps(
    {
        "extractions": [
            {"claim": "il pleut", "claim_attributes": SAID},
            {
                "claim": "la pluie",
                "claim_attributes": {"claim": "Il pleut.", "source": "Eve", "medium": "FR7"},
            },
            {"advert": "Achetez", "advert_attributes": {}},
        ]
    },
    indent=2,
)


@pytest.fixture(scope="module")
def fixed() -> FixedPart:
    return fixed_part()


def reply_to_seed(folder: Path, golden: Path, fixed: FixedPart, reply: str = REPLY) -> Path:
    text = (golden / "seed" / "article.txt").read_bytes().decode()
    record(folder / "replies", "seed", fixed.around(text), reply)
    return folder / "replies"


def test_the_task_is_asked_around_the_article(fixed: FixedPart) -> None:
    prompt = fixed.around("  Il pleut.\n")
    assert prompt.endswith("\n\nQ: Il pleut.\nA: ")
    assert prompt.startswith("Extract the claims")


def test_the_examples_hold_what_is_asked_for(fixed: FixedPart) -> None:
    known = fixed.attributes()
    asked = ["claim", "kind", "source", "source_cue", "medium", "stance", "certainty", "hearsay"]
    assert sorted(known.pop("claim")) == sorted(asked)
    assert sorted(known) == sorted(set(get_args(Label)) - {"body", "other"})
    assert not any(known.values())
    assert all(f"\n- {name}" in fixed.before for name in (*known, *asked))


def test_each_recorded_reply_answers_what_is_asked_today(golden: Path, fixed: FixedPart) -> None:
    names = {case.name: case.article.text for case in find_cases(golden)}
    assert {path.stem for path in REPLIES.glob("*.json")} <= set(names)
    for name, text in names.items():
        read_reply(REPLIES, name, fixed.around(text))


def test_a_reply_to_another_prompt_is_refused(tmp_path: Path) -> None:
    record(tmp_path, "a", "Q: before", REPLY)
    assert read_reply(tmp_path, "a", "Q: before") == REPLY
    assert read_reply(tmp_path, "b", "Q: before") is None
    with pytest.raises(ValueError, match=r"a.json answers another prompt"):
        read_reply(tmp_path, "a", "Q: now")


def test_replies_are_taken_unedited_and_only_to_the_prompt_of_today(
    tmp_path: Path, golden: Path, fixed: FixedPart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(langextract_task, "REPLIES", tmp_path / "replies")
    prompt = fixed.around((golden / "seed" / "article.txt").read_bytes().decode())
    (tmp_path / "seed.prompt.txt").write_bytes(prompt.encode())
    (tmp_path / "seed.reply.txt").write_bytes(f"{REPLY}\r\n".encode())
    langextract_task.take(tmp_path)
    assert read_reply(tmp_path / "replies", "seed", prompt) == f"{REPLY}\r\n"
    (tmp_path / "seed.prompt.txt").write_bytes(f"{prompt}!".encode())
    with pytest.raises(SystemExit, match=r"seed: its prompt is not what is asked today"):
        langextract_task.take(tmp_path)


def test_an_extraction_of_a_claim_is_an_assertion_and_equal_sentences_are_one_claim() -> None:
    assert given(extractions(REPLY)) == Given(claims=1, assertions=2, hops=3, parts=1)


@pytest.mark.parametrize(
    "reply", ["", f"```json\n{REPLY}\n```", '{"extractions": [1]}', '{"extractions": 1}']
)
def test_what_langextract_cannot_read_is_no_extraction(reply: str) -> None:
    with pytest.raises(ValueError, match=r"Expecting value|no extractions"):
        extractions(reply)


def test_a_list_alone_and_items_of_several_classes_are_let_through() -> None:
    found = extractions('[{"claim": "il pleut", "advert": "Achetez", "claim_attributes": null}]')
    assert found == [("claim", "il pleut", {}), ("advert", "Achetez", {})]


def test_strict_decoding_gives_null_for_what_does_not_apply(fixed: FixedPart) -> None:
    first, _, advert = json.loads(strictly(extractions(REPLY), fixed))["extractions"]
    assert first["claim_attributes"] == {**dict.fromkeys(fixed.attributes()["claim"]), **SAID}
    assert advert == {"advert": "Achetez", "advert_attributes": {}}


def test_a_call_spends_its_messages_and_its_reply(fixed: FixedPart) -> None:
    account = spent(fixed, "Il pleut.", REPLY)
    assert account.input == account.fixed + len("Il pleut.") + len(fixed.after)
    assert account.output == len(REPLY)


def test_only_articles_with_a_reply_are_compared(tmp_path: Path, golden: Path, fixed: FixedPart) -> None:
    replies = reply_to_seed(tmp_path, golden, fixed)
    economy = measure(find_cases(golden), replies)
    assert economy.articles == ["seed"]
    assert economy.spent[OURS].calls == 3
    assert economy.spent[THEIRS].calls == 1
    records = [economy.spent[name] for name in ("segments", "claims", "attribution")]
    assert economy.spent[OURS] == sum(records[1:], records[0])
    assert economy.spent[STRICT].input == economy.spent[THEIRS].input


def test_without_a_reply_ours_are_told_of_all_articles(tmp_path: Path, golden: Path) -> None:
    economy = measure(find_cases(golden), tmp_path)
    assert len(economy.articles) == len(find_cases(golden))
    assert "nothing is compared" in "\n".join(tables(economy, economy))
    assert THEIRS not in economy.spent


def test_a_reply_that_cannot_be_read_is_paid_and_named(
    tmp_path: Path, golden: Path, fixed: FixedPart
) -> None:
    economy = measure(find_cases(golden), reply_to_seed(tmp_path, golden, fixed, "Sorry"))
    assert economy.unreadable == ["seed"]
    assert economy.spent[THEIRS].output == len("Sorry")
    assert economy.given[THEIRS] == Given()
    assert list(tables(economy, economy))[-1].endswith("cannot read: seed")


def test_the_tables_hold_both_sides_and_their_ratio(tmp_path: Path, golden: Path, fixed: FixedPart) -> None:
    economy = measure(find_cases(golden), reply_to_seed(tmp_path, golden, fixed))
    lines = list(tables(economy, economy))
    us, them = economy.spent[OURS], economy.spent[THEIRS]
    (ratio, *_) = (line.split(" | ") for line in lines if line.startswith("| ratio |"))
    assert ratio[1:3] == ["3.00", f"{us.input / them.input:.2f}"]
    assert sum(line.startswith(f"| {THEIRS} |") for line in lines) == 5
    assert as_json(economy, economy)["characters"]["spent"][OURS]["input"] == us.input
