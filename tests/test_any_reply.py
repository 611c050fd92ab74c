"""Whatever a model replies: a well-formed result or a named error, nothing invented, nothing crashes."""

import asyncio
import json
from typing import Any

from doubles.port import SEGMENTS, TEXT, assert_spans_are_slices
from doubles.scripted import Scripted, claim, hop, saying, source
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor import Article
from extractor.errors import ExtractorError
from extractor.grounding.folding import fold
from extractor.pipeline import extract_article
from extractor.settings import Options, load_settings


def claim_of(text: str, said: list[tuple[int, list[str]]], kind: str) -> dict[str, Any]:
    return claim(text, *said, kind=kind)


def saying_of(ids: list[str], chain: list[dict[str, Any]], when: str | None) -> dict[str, Any]:
    return {**saying("", *chain, said_when=when), "assertions": ids}


WORDS = TEXT.replace("\n", " ").split(" ")
QUOTES = st.one_of(
    st.tuples(st.integers(0, len(WORDS) - 1), st.integers(1, 6)).map(
        lambda at: " ".join(WORDS[at[0] : sum(at)])
    ),
    st.sampled_from(
        [
            "",
            " ",
            "«",
            "’",
            "absent",
            "Le Maire",
            "C'est faux",
            "👏🏿🔥",
            "👏",
            "e\u0301",
            "\ufffd",
            "Anne  Roux",
        ]
    ),
    st.text(max_size=8),
)
UNITS = st.integers(1, 12)
IDS = st.sampled_from(["a", "b", "zz", ""])
MAYBE = st.none() | QUOTES
CLAIMS = st.builds(
    claim_of,
    QUOTES,
    st.lists(st.tuples(UNITS, st.lists(QUOTES, min_size=1, max_size=3)), min_size=1, max_size=3),
    st.sampled_from(["fact", "forecast", "opinion"]),
)
HOPS = st.builds(hop, IDS, st.none() | UNITS, MAYBE, MAYBE)
SOURCES = st.builds(source, IDS, QUOTES, named=st.booleans(), role=MAYBE, anonymity=MAYBE, speaks_for=MAYBE)
SAYINGS = st.builds(
    saying_of,
    st.lists(st.sampled_from(["c1.1", "c1.2", "c2.1", "c3.1", "c9.9", ""]), min_size=1, max_size=4),
    st.lists(HOPS, max_size=3),
    MAYBE,
)
REPAIRS = st.fixed_dictionaries({"item": st.integers(1, 5), "unit": st.none() | UNITS, "quote": MAYBE})


@settings(max_examples=300, deadline=None)
@given(
    st.lists(CLAIMS, max_size=3),
    st.lists(SOURCES, max_size=3),
    st.lists(SAYINGS, max_size=5),
    st.lists(REPAIRS, max_size=4),
)
def test_every_span_is_a_slice_and_every_name_stands_in_the_article(
    claims: list[Any], sources: list[Any], sayings: list[Any], repairs: list[Any]
) -> None:
    model = Scripted(
        segments=SEGMENTS,
        claims={"claims": claims},
        attribution={"sources": sources, "sayings": sayings},
        repair={"repairs": repairs},
    )
    result = asyncio.run(extract_article(Article(TEXT), model, load_settings(Options(reasks=0)), "m"))
    assert_spans_are_slices(result, TEXT)
    body = [segment for segment in result.segments if segment.label == "body"]
    for each in result.claims:
        for said in each.assertions:
            assert said.segment == "body"
            for passage in said.evidence:
                assert any(part.start <= passage.start and passage.end <= part.end for part in body)
    known = fold(TEXT).text
    for registered in result.sources:
        facts = (registered.name, registered.role, registered.anonymity, registered.speaks_for)
        assert all(fold(words).text in known for words in facts if words)
    given_ = sum(len(each["assertions"]) for each in claims)
    kept = sum(len(each.assertions) for each in result.claims)
    assert kept == given_ or result.rejected, "something was lost without a word"


FIELDS = st.sampled_from(["segments", "language", "label", "first_unit", "last_unit", "starts_with"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | JSON.map(json.dumps))
def test_any_reply_for_segments_tiles_the_text_or_is_a_named_error(content: str) -> None:
    model = Scripted(segments=content)
    try:
        result = asyncio.run(
            extract_article(Article("Un. Deux."), model, load_settings(Options(reasks=1)), "m")
        )
    except ExtractorError:
        return
    assert result.segments[-1].end == 9
