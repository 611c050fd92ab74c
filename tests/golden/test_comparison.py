"""Each kind of change to the seed's result, and how the report says it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from extractor.golden.comparison import compare
from extractor.schemas.extraction.v1 import Extraction


def told(golden: Path, change: Callable[[dict[str, Any]], None]) -> list[str]:
    """What is told of a change to the accepted result of the seed case."""
    text = (golden / "seed" / "article.txt").read_bytes().decode()
    data = json.loads((golden / "seed" / "expected.json").read_bytes())
    before = Extraction.model_validate(data)
    change(data)
    return [each.told for each in compare(before, Extraction.model_validate(data), text)]


def first(data: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = data["claims"][0]["assertions"][0]
    return said


def test_the_same_result_has_no_differences(golden: Path) -> None:
    assert told(golden, lambda _: None) == []


def test_order_and_ids_mean_nothing(golden: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        data["claims"].reverse()
        for number, claim in enumerate(data["claims"], start=1):
            claim["id"] = f"c{number}"
        renamed = {source["id"]: f"x{source['id']}" for source in data["sources"]}
        for source in data["sources"]:
            source["id"] = renamed[source["id"]]
        for claim in data["claims"]:
            for said in claim["assertions"]:
                for hop in said["chain"]:
                    hop["source"] = renamed[hop["source"]]

    assert told(golden, change) == []


def lose_claim(data: dict[str, Any]) -> None:
    del data["claims"][2]


def add_claim(data: dict[str, Any]) -> None:
    span = {"start": 0, "end": 5, "text": "Selon", "match": "exact"}
    said = {**first(data), "evidence": [span]}
    data["claims"].append({"id": "c99", "text": "Tout autre chose.", "kind": "fact", "assertions": [said]})


def change_text(data: dict[str, Any]) -> None:
    data["claims"][0]["text"] = "Moscou achète des obus."


def change_kind(data: dict[str, Any]) -> None:
    data["claims"][0]["kind"] = "forecast"


def swap_hops(data: dict[str, Any]) -> None:
    first(data)["chain"].reverse()


def lose_hop(data: dict[str, Any]) -> None:
    del first(data)["chain"][0]


def shift(data: dict[str, Any]) -> None:
    hop = first(data)["chain"][1]
    hop["cue_span"] = {
        **hop["cue_span"],
        "start": hop["cue_span"]["start"] + 3,
        "end": hop["cue_span"]["end"] + 3,
    }


def shorten(data: dict[str, Any]) -> None:
    evidence = first(data)["evidence"][0]
    first(data)["evidence"][0] = {**evidence, "start": evidence["start"] + 7, "text": evidence["text"][7:]}


def deny(data: dict[str, Any]) -> None:
    first(data)["stance"] = "denies"


def name_check(data: dict[str, Any]) -> None:
    first(data)["checks"] = ["claim-number"]


def lose_cue(data: dict[str, Any]) -> None:
    first(data)["chain"][0]["cue_span"] = None


def relabel(data: dict[str, Any]) -> None:
    for segment in data["segments"]:
        segment["label"] = "body" if segment["label"] == "comment" else segment["label"]


def join_comments(data: dict[str, Any]) -> None:
    one, other = data["segments"][-2:]
    data["segments"][-2:] = [{**one, "end": other["end"]}]


def rename_source(data: dict[str, Any]) -> None:
    data["sources"][0]["role"] = "quotidien"


def reject(data: dict[str, Any]) -> None:
    data["rejected"].append({"record": "claims", "reason": "quote not found", "value": {"quotes": ["x"]}})


def fail(data: dict[str, Any]) -> None:
    data["status"] = "partial"
    data["problems"].append({"error": "ModelRefused", "record": "claims", "message": "no"})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lose_claim, ["claim c3 lost: Le ministère russe de la Défense"]),
        (add_claim, ["claim c99 new: Tout autre chose."]),
        (change_text, ["text of c1 changed: 'Moscou achète des millions"]),
        (change_kind, ["c1: kind changed: 'fact' -> 'forecast'"]),
        (
            swap_hops,
            [
                "c1 at 48: hop New York Times moved from 1 to 2",
                "c1 at 48: hop services de renseignement américains moved from 2 to 1",
            ],
        ),
        (
            lose_hop,
            [
                "c1 at 48: hop New York Times lost",
                "c1 at 48: hop services de renseignement américains moved from 2 to 1",
            ],
        ),
        (shift, ["c1 at 48: hop services de renseignement américains: cue span shifted by 3: 'Selon'"]),
        (shorten, ["c1 at 48: evidence changed: 48-129 'Moscou achète"]),
        (deny, ["c1 at 48: stance changed: 'affirms' -> 'denies'"]),
        (name_check, ["c1 at 48: checks changed: () -> ('claim-number',)"]),
        (lose_cue, ["c1 at 48: hop New York Times: cue span lost: 131-139 'rapporte'"]),
        (relabel, ["label comment -> body for lines 13-14"]),
        (join_comments, ["border lost: comment at"]),
        (rename_source, ["source New York Times: role changed: None -> 'quotidien'"]),
        (reject, ["rejected new: claims: quote not found"]),
        (fail, ["status changed: 'complete' -> 'partial'", "problem new: ModelRefused: no"]),
    ],
)
def test_a_change_is_told_by_what_it_means(
    golden: Path, change: Callable[[dict[str, Any]], None], expected: list[str]
) -> None:
    found = told(golden, change)
    assert len(found) == len(expected)
    for line, start in zip(found, expected, strict=True):
        assert line.startswith(start)


def test_a_case_that_gets_a_new_article_text_is_compared_by_line_too(golden: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        data["article"]["sha256"] = "0" * 64

    (line,) = told(golden, change)
    assert line.startswith("sha256 changed: ")
