"""Each kind of change to the seed's result, and how the report says it."""

from pathlib import Path

import pytest
from doubles.changed import (
    Data,
    Kind,
    add_assertion,
    add_claim,
    add_hop,
    add_source,
    change_kind,
    change_text,
    deny,
    fail,
    gain_cue,
    join_comments,
    lose_claim,
    lose_cue,
    lose_hop,
    lose_mention,
    lose_source,
    match_otherwise,
    move_assertion,
    name_check,
    reject,
    relabel,
    rename_source,
    restyle_hop,
    seed_results,
    seed_text,
    shift,
    shorten,
    swap_hops,
)

from extractor.golden.comparison import compare
from extractor.golden.difference import Difference, changed_spans
from extractor.schemas.extraction.v1 import Span


def told(golden: Path, change: Kind) -> list[str]:
    """What is told of a change to the accepted result of the seed case."""
    return [each.told for each in compare(*seed_results(golden, change), seed_text(golden))]


def test_the_same_result_has_no_differences(golden: Path) -> None:
    assert told(golden, lambda _: None) == []


def test_order_and_ids_mean_nothing(golden: Path) -> None:
    def change(data: Data) -> None:
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
        (
            add_hop,
            [
                "c1 at 48: hop New York Times moved from 1 to 2",
                "c1 at 48: hop services",
                "c1 at 48: hop rapports new",
            ],
        ),
        (restyle_hop, ["c1 at 48: hop New York Times: style changed: 'indirect' -> 'mixed'"]),
        (gain_cue, ["c11 at 1634: hop Reuters: cue span new: 0-5 'Selon'"]),
        (match_otherwise, ["c1 at 48: evidence at 48: match exact -> fuzzy"]),
        (add_assertion, ["c1: assertion new: 'Selon'"]),
        (
            move_assertion,
            [
                "c8: assertion lost: 'les sanctions américaines avaient commencé à porter leurs fruits",
                "c8: assertion new: 'Selon'",
            ],
        ),
        (add_source, ["source L’Ukraine new"]),
        (lose_source, ["source rapports lost", "c2 at 218: hop rapports lost"]),
        (lose_mention, ["source New York Times: mention lost: 1362-1383 'Le rapport du journal'"]),
        (fail, ["status changed: 'complete' -> 'partial'", "problem new: ModelRefused: no"]),
    ],
)
def test_a_change_is_told_by_what_it_means(golden: Path, change: Kind, expected: list[str]) -> None:
    found = told(golden, change)
    assert len(found) == len(expected)
    for line, start in zip(found, expected, strict=True):
        assert line.startswith(start)


def test_a_case_that_gets_a_new_article_text_is_compared_by_line_too(golden: Path) -> None:
    def change(data: Data) -> None:
        data["article"]["sha256"] = "0" * 64

    (line,) = told(golden, change)
    assert line.startswith("sha256 changed: ")


def test_what_stands_in_a_list_twice_is_counted_twice(golden: Path) -> None:
    """The same rejection a second time is new, and one that was there before is not told."""
    once, twice = (seed_results(golden, *[reject] * times)[1] for times in (1, 2))
    assert [each.told for each in compare(once, twice, seed_text(golden))] == [
        "rejected new: claims: quote not found {'quotes': ['x']}"
    ]
    assert [each.told for each in compare(twice, once, seed_text(golden))] == [
        "rejected lost: claims: quote not found {'quotes': ['x']}"
    ]


def test_a_border_that_is_new_is_told_with_its_label_and_lines(golden: Path) -> None:
    before, after = seed_results(golden, join_comments)
    assert [each.told for each in compare(after, before, seed_text(golden))] == [
        "border new: comment at 2466, line 14"
    ]


def test_the_same_spans_in_another_order_are_told_as_that() -> None:
    one, other = (Span(start=at, end=at + 1, text="x") for at in (1, 5))
    places = (("a",), ("a",))
    (found,) = changed_spans("evidence", "c1: evidence", ((one, other), (other, one)), places)
    assert found == Difference("evidence", "c1: evidence in another order", *places)
    assert list(changed_spans("evidence", "c1: evidence", ((one, other), (one, other)), places)) == []
