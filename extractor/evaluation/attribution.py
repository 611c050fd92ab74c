"""Attribution scored: who says it, in which words, through whom, and how sure.

Spans are scored as in PARC 3.0 and PolNeAR: source, cue and content, exactly and at an overlap, over all hops
of the assertions that match. Everything else asks of each such assertion whether it says the same.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from extractor.evaluation.counts import Counts, Metric, f1, scores, share
from extractor.evaluation.identity import same_sources
from extractor.evaluation.matching import Matching
from extractor.evaluation.overlap import Characters, characters, count_alike, pairs
from extractor.evaluation.reference import Reference
from extractor.schemas.extraction.v1 import Assertion, Claim, Hop

THRESHOLDS = {"exact": 1.0, "0.8": 0.8, "0.3": 0.3}
"""Overlaps (intersection over union of characters) from which on a span is right."""

FIELDS: dict[str, Callable[[Assertion], object]] = {
    "stance": lambda said: said.stance,
    "certainty": lambda said: said.certainty,
    "hearsay": lambda said: said.hearsay,
}
"""What is compared of every assertion that matches."""

RARE: dict[str, Callable[[Assertion], object]] = {
    "denials": lambda said: said.stance if said.stance == "denies" else None,
    "doubts": lambda said: said.certainty if said.certainty != "certain" else None,
    "hearsays": lambda said: said.hearsay or None,
}
"""What of it is rare, None elsewhere: who never says it is right nearly always."""

Spans = Sequence[Characters]


def count_attribution(predicted: Reference, reference: Reference, matching: Matching) -> Counts:
    """Counts of one article's attributions."""
    counts: Counter[str] = Counter()
    same = same_sources(predicted, reference)
    for one, other in matching.assertions():
        counts.update(_said(one, other))
        counts.update(_chains(one.chain, other.chain, same))
        counts.update(_alike("source", _sources(one.chain), _sources(other.chain)))
        counts.update(_alike("cue", _cues(one.chain), _cues(other.chain)))
    for claim, twin in matching.claims():
        counts.update(_alike("content", _contents([claim]), _contents([twin])))
    counts.update(_alike("any content", _contents(predicted.claims), _contents(reference.claims)))
    return counts


def _alike(name: str, predicted: Spans, reference: Spans) -> Counts:
    return {
        f"{name} predicted": len(predicted),
        f"{name} reference": len(reference),
        **{f"{name} {at}": count_alike(predicted, reference, least) for at, least in THRESHOLDS.items()},
    }


def _sources(chain: Sequence[Hop]) -> Spans:
    return [characters([hop.source_span]) for hop in chain if hop.source_span]


def _cues(chain: Sequence[Hop]) -> Spans:
    return [characters([hop.cue_span]) for hop in chain if hop.cue_span]


def _contents(claims: Iterable[Claim]) -> Spans:
    """The evidence of every assertion that is attributed to somebody."""
    return [characters(said.evidence) for claim in claims for said in claim.assertions if said.chain]


def _said(one: Assertion, other: Assertion) -> Counts:
    when = _plain(one.said_when), _plain(other.said_when)
    return {
        "assertions": 1,
        **{field: read(one) == read(other) for field, read in FIELDS.items()},
        "attributed": bool(one.chain) == bool(other.chain),
        **dict(_rare(one, other)),
        "said_when given": when != ("", ""),
        "said_when": when != ("", "") and when[0] == when[1],
        "depth error": abs(len(one.chain) - len(other.chain)),
    }


def _rare(one: Assertion, other: Assertion) -> Iterator[tuple[str, int]]:
    for name, read in RARE.items():
        predicted, reference = read(one), read(other)
        yield f"{name} predicted", predicted is not None
        yield f"{name} reference", reference is not None
        yield f"{name} right", predicted is not None and predicted == reference


def _plain(words: str | None) -> str:
    return " ".join((words or "").casefold().split())


def _chains(one: Sequence[Hop], other: Sequence[Hop], same: frozenset[tuple[str, str]]) -> Counts:
    """How two chains compare, of which one at least is not empty."""
    if not one and not other:
        return {}

    def is_same_source(hop: Hop, twin: Hop) -> bool:
        return (hop.source, twin.source) in same

    def likeness(hop: Hop, twin: Hop) -> float:
        return float(is_same_source(hop, twin) and hop.relation == twin.relation)

    hops = pairs(one, other, likeness)
    in_order = len(one) == len(other) and all(map(likeness, one, other))
    return {
        "chains": 1,
        "innermost": bool(one and other) and is_same_source(one[-1], other[-1]),
        "chains exact": in_order,
        "hops predicted": len(one),
        "hops reference": len(other),
        "hops right": len(hops),
        "styles": sum(one[first].style == other[second].style for first, second in hops),
    }


def attribution_metrics() -> Iterator[Metric]:
    """All figures about attribution."""
    for name, title in (
        ("source", "source span"),
        ("cue", "cue span"),
        ("content", "content"),
        ("any content", "content of all claims"),
    ):
        for at in THRESHOLDS:
            yield f1(f"{title} f1 {at}", f"{name} {at}", f"{name} predicted", f"{name} reference")
    yield share("attributed", "attributed", "assertions")
    yield share("source identity", "innermost", "chains")
    yield share("chain exact", "chains exact", "chains")
    yield from scores("hop", "hops right", "hops predicted", "hops reference")
    yield share("hop style", "styles", "hops right")
    yield share("chain depth error", "depth error", "assertions", better="lower", unit="hops")
    for field in FIELDS:
        yield share(field, field, "assertions")
    for name in RARE:
        yield f1(f"{name} f1", f"{name} right", f"{name} predicted", f"{name} reference")
    yield share("said_when", "said_when", "said_when given")
