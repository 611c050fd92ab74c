"""Some of the changes between two results, taken one by one."""

import re
from collections.abc import Iterable, Sequence
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
    first,
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
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import NotSeparable
from extractor.golden.comparison import compare
from extractor.golden.taking import Change, changes, take
from extractor.schemas.extraction.v1 import Extraction

GOLDEN = Path(__file__).parents[2] / "golden"
TEXT = seed_text(GOLDEN)

CHAIN: Sequence[Kind] = (swap_hops, lose_hop, shift, lose_cue, add_hop, restyle_hop)
"""Changes to one chain, which are one change: at most one of them goes into a result."""

SEGMENTS: Sequence[Kind] = (relabel, join_comments)
"""Likewise of the segments."""

ALONE: Sequence[Kind] = (
    add_assertion, add_claim, add_source, change_kind, change_text, deny, fail, gain_cue, lose_claim,
    lose_mention, match_otherwise, name_check, reject, rename_source,
)  # fmt: skip
"""Changes in places of their own, of which any can be taken without any other."""

EVERY: Sequence[Kind] = (*CHAIN, *SEGMENTS, *ALONE, lose_source, move_assertion, shorten)


def found(before: Extraction, after: Extraction) -> list[Change]:
    return changes(compare(before, after, TEXT))


def lines(some: Iterable[Change]) -> list[str]:
    """What is told of changes, whatever the numbers of the claims."""
    return sorted(re.sub(r"\bc\d+\b", "claim", line) for change in some for line in change.lines)


def left(taken: Iterable[Change], before: Extraction, after: Extraction) -> list[str]:
    """What still differs from after once some changes are taken into before."""
    return lines(found(take(before, after, taken), after))


@pytest.mark.parametrize("kind", EVERY)
def test_a_change_alone_is_taken_and_the_others_are_left(kind: Kind) -> None:
    others = [each for each in (lose_claim, reject, rename_source, certain) if each is not kind]
    alone = lines(found(*seed_results(GOLDEN, kind)))
    before, after = seed_results(GOLDEN, kind, *others)
    several = found(before, after)
    taken = [each for each in several if set(lines([each])) <= set(alone)]
    assert lines(taken) == alone
    assert left(taken, before, after) == lines(each for each in several if each not in taken)


def certain(data: Data) -> None:
    data["claims"][-2]["assertions"][0]["certainty"] = "possible"


@pytest.mark.parametrize("kind", EVERY)
def test_no_change_taken_is_the_old_result_and_every_change_the_new_one(kind: Kind) -> None:
    before, after = seed_results(GOLDEN, kind)
    assert found(before, take(before, after, [])) == []
    assert found(take(before, after, found(before, after)), after) == []


@given(
    st.lists(st.sampled_from(ALONE), unique=True),
    st.sampled_from(CHAIN),
    st.sampled_from(SEGMENTS),
    st.sampled_from([1, -1]),
    st.data(),
)
def test_whatever_is_taken_the_comparison_tells_exactly_what_was_left(
    kinds: list[Kind], chain: Kind, segments: Kind, direction: int, data: st.DataObject
) -> None:
    before, after = seed_results(GOLDEN, *kinds, chain, segments)[::direction]
    several = found(before, after)
    taken = [each for each in several if data.draw(st.booleans())]
    assert left(taken, before, after) == lines(each for each in several if each not in taken)


def test_a_claim_brings_the_source_of_its_chain_with_it() -> None:
    def change(data: Data) -> None:
        add_source(data)
        add_claim(data)
        hop = {**first(data)["chain"][0], "source": "s99"}
        data["claims"][-1]["assertions"] = [{**data["claims"][-1]["assertions"][0], "chain": [hop]}]

    before, after = seed_results(GOLDEN, change)
    (claim,) = (each for each in found(before, after) if each.differences[0].what == "claim")
    taken = take(before, after, [claim])
    assert found(taken, after) == []
    assert (taken.claims[-1].id, taken.sources[-1].id) == ("c17", "s9")
    assert taken.source(taken.claims[-1].assertions[0].chain[0]).name == "L’Ukraine"


def test_a_source_that_a_chain_needs_stays_until_the_chain_is_changed_too() -> None:
    before, after = seed_results(GOLDEN, lose_source)
    source, hop = found(before, after)
    assert left([source], before, after) == lines([source, hop])
    assert left([hop], before, after) == lines([source])


def test_an_assertion_is_added_to_the_claim_that_it_is_of_wherever_that_stands() -> None:
    before, after = seed_results(GOLDEN, add_assertion, lambda data: data["claims"].reverse())
    taken = take(before, after, found(before, after))
    assert [len(claim.assertions) for claim in taken.claims][:2] == [2, 1]
    assert taken.claims[0].text == before.claims[0].text


def test_ids_of_claims_and_sources_count_from_one_whatever_was_taken() -> None:
    before, after = seed_results(GOLDEN, lose_claim, add_claim, lose_source, add_source)
    taken = take(before, after, found(before, after))
    assert [claim.id for claim in taken.claims] == [f"c{number}" for number in range(1, 17)]
    assert [source.id for source in taken.sources] == [f"s{number}" for number in range(1, 9)]


def fail_without_segments(data: Data) -> None:
    data["status"] = "failed"
    data["segments"] = []


@pytest.mark.parametrize(
    ("kind", "what", "reason"),
    [
        (fail_without_segments, "label body", "only a failed result has no segments"),
        (move_assertion, "c8: assertion lost", "should have at least 1 item"),
    ],
)
def test_a_change_that_makes_no_result_by_itself_is_not_separable(kind: Kind, what: str, reason: str) -> None:
    before, after = seed_results(GOLDEN, kind)
    (alone,) = (each for each in found(before, after) if each.lines[0].startswith(what))
    with pytest.raises(NotSeparable, match=reason):
        take(before, after, [alone])
    assert left(found(before, after), before, after) == []
