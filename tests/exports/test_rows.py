"""Tidy tables: every fact of a result stands in them once, joined by ids."""

from typing import Any

from doubles.port import TEXT, run
from doubles.scripted import claim

from extractor.errors import ModelRefused
from extractor.exports.rows import TABLES, rows
from extractor.schemas.extraction.v1 import Extraction


def tables(result: Extraction) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    for name, row in rows(result):
        found[name].append(row)
    return found


def test_every_row_has_the_columns_of_its_table_with_values_of_their_types() -> None:
    for name, row in rows(run()):
        assert list(row) == list(TABLES[name])
        for column, value in row.items():
            assert value is None or type(value) is TABLES[name][column], (name, column, value)


def test_segments_and_spans_are_slices_of_the_text() -> None:
    found = tables(run())
    assert [(each["segment"], each["label"]) for each in found["segments"]] == [
        (1, "body"), (2, "related"), (3, "body"), (4, "comment"),
    ]  # fmt: skip
    for name in ("evidence", "mentions"):
        assert found[name]
        assert all(TEXT[each["start"] : each["end"]] == each["text"] for each in found[name])


def test_assertions_name_their_claim_and_their_innermost_source() -> None:
    found = tables(run())
    (first, *_) = found["assertions"]
    assert (first["claim"], first["assertion"], first["hops"], first["source"]) == ("c1", "c1.1", 2, "s2")
    assert {each["claim"] for each in found["assertions"]} == {each["claim"] for each in found["claims"]}


def test_hops_are_numbered_from_the_outlet_inward() -> None:
    found = tables(run())
    chain = [each for each in found["hops"] if each["assertion"] == "c1.1"]
    names = {each["source"]: each["name"] for each in found["sources"]}
    assert [(each["hop"], names[each["source"]], each["cue_text"]) for each in chain] == [
        (1, "l’Écho", "rapporte"), (2, "Anne Roux", "Selon"),
    ]  # fmt: skip


def test_what_was_rejected_or_is_missing_has_tables_too() -> None:
    found = tables(run(claims={"claims": [claim("x", (1, "invented"))]}, repair={"repairs": []}))
    assert [each["reason"] for each in found["rejected"]] == ["quote not found in the article"]
    assert '"invented"' in found["rejected"][0]["value"]
    (problem,) = tables(run(attribution=ModelRefused("no")))["problems"]
    assert (problem["error"], problem["record"]) == ("ModelRefused", "attribution")
