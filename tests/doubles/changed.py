"""Kinds of change to the seed's result, as functions on its JSON."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from extractor.schemas.extraction.v1 import Extraction

Data = dict[str, Any]
Kind = Callable[[Data], None]


def seed_text(golden: Path) -> str:
    return (golden / "seed" / "article.txt").read_bytes().decode()


def seed_results(golden: Path, *kinds: Kind) -> tuple[Extraction, Extraction]:
    """The accepted result of the seed case, and the same with some changes."""
    data = json.loads((golden / "seed" / "expected.json").read_bytes())
    before = Extraction.model_validate(data)
    for change in kinds:
        change(data)
    return before, Extraction.model_validate(data)


def first(data: Data) -> Data:
    said: Data = data["claims"][0]["assertions"][0]
    return said


def lose_claim(data: Data) -> None:
    del data["claims"][2]


def add_claim(data: Data) -> None:
    span = {"start": 0, "end": 5, "text": "Selon", "match": "exact"}
    said = {**first(data), "evidence": [span]}
    data["claims"].append({"id": "c99", "text": "Tout autre chose.", "kind": "fact", "assertions": [said]})


def change_text(data: Data) -> None:
    data["claims"][0]["text"] = "Moscou achète des obus."


def change_kind(data: Data) -> None:
    data["claims"][0]["kind"] = "forecast"


def swap_hops(data: Data) -> None:
    first(data)["chain"].reverse()


def lose_hop(data: Data) -> None:
    del first(data)["chain"][0]


def shift(data: Data) -> None:
    hop = first(data)["chain"][1]
    hop["cue_span"] = {
        **hop["cue_span"],
        "start": hop["cue_span"]["start"] + 3,
        "end": hop["cue_span"]["end"] + 3,
    }


def shorten(data: Data) -> None:
    evidence = first(data)["evidence"][0]
    first(data)["evidence"][0] = {**evidence, "start": evidence["start"] + 7, "text": evidence["text"][7:]}


def deny(data: Data) -> None:
    first(data)["stance"] = "denies"


def name_check(data: Data) -> None:
    first(data)["checks"] = ["claim-number"]


def lose_cue(data: Data) -> None:
    first(data)["chain"][0]["cue_span"] = None


def relabel(data: Data) -> None:
    for segment in data["segments"]:
        segment["label"] = "body" if segment["label"] == "comment" else segment["label"]


def join_comments(data: Data) -> None:
    one, other = data["segments"][-2:]
    data["segments"][-2:] = [{**one, "end": other["end"]}]


def rename_source(data: Data) -> None:
    data["sources"][0]["role"] = "quotidien"


def reject(data: Data) -> None:
    data["rejected"].append({"record": "claims", "reason": "quote not found", "value": {"quotes": ["x"]}})


def fail(data: Data) -> None:
    data["status"] = "partial"
    data["problems"].append({"error": "ModelRefused", "record": "claims", "message": "no"})


def add_hop(data: Data) -> None:
    first(data)["chain"].insert(0, {**data["claims"][1]["assertions"][0]["chain"][0], "relation": "carries"})


def restyle_hop(data: Data) -> None:
    first(data)["chain"][0]["style"] = "mixed"


def gain_cue(data: Data) -> None:
    hop = data["claims"][10]["assertions"][0]["chain"][0]
    hop["cue_span"] = {"start": 0, "end": 5, "text": "Selon"}


def match_otherwise(data: Data) -> None:
    first(data)["evidence"][0]["match"] = "fuzzy"


def add_assertion(data: Data) -> None:
    span = {"start": 0, "end": 5, "text": "Selon", "match": "exact"}
    data["claims"][0]["assertions"].append({**first(data), "evidence": [span], "chain": []})


def move_assertion(data: Data) -> None:
    said = data["claims"][7]["assertions"][0]
    said["evidence"] = [{"start": 0, "end": 5, "text": "Selon", "match": "exact"}]


def add_source(data: Data) -> None:
    spare: Data = {**data["sources"][1], "id": "s99", "name": "L’Ukraine", "mentions": []}
    data["sources"].append(spare)


def lose_source(data: Data) -> None:
    """The source of one claim alone: its hop is gone with it."""
    data["sources"] = [source for source in data["sources"] if source["id"] != "s3"]
    data["claims"][1]["assertions"][0]["chain"] = []


def lose_mention(data: Data) -> None:
    del data["sources"][0]["mentions"][-1]


def shorten_article(data: Data) -> None:
    """The length of the text and the segments' end, of which neither stands alone; and a stance."""
    data["article"]["characters"] -= 1
    data["segments"][-1]["end"] -= 1
    deny(data)
