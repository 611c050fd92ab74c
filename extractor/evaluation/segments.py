"""Segments scored character by character, and at their boundaries.

White space is not counted: whose it is says nothing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import get_args

from extractor.evaluation.counts import Counts, Metric, f1, items, quotient, scores, share, total
from extractor.evaluation.overlap import Characters, characters, inside
from extractor.evaluation.reference import Reference
from extractor.schemas.extraction.v1 import Assertion, Label, Segment

LABELS: tuple[Label, ...] = get_args(Label)
"""All labels, in the order of the guidelines."""

CLAIMED = ("headline", "body", "caption")
"""Labels of what claims are taken from."""

NOTHING = "nothing"
"""The label of what a failed result left without one."""

MOSTLY = 0.5
"""Share of an assertion's evidence above which it rests on what surrounds it."""


def count_segments(predicted: Reference, reference: Reference, text: str) -> Counts:
    """Counts of one article's segments, and of the evidence that lies outside of the article proper."""
    counts: Counter[str] = Counter()
    for told, given, size in _shared(predicted.segments, reference.segments, text):
        counts[confusion(told, given)] += size
        counts["characters"] += size
        counts["characters right"] += size * (told == given)
        counts[f"{told} reference"] += size
        counts[f"{given} predicted"] += size
        counts[f"{told} right"] += size * (told == given)
        counts["body lost"] += size * (told == "body" and given not in CLAIMED)
    counts.update(_boundaries(predicted.segments, reference.segments, text))
    counts.update(_admitted(predicted, reference, text))
    return counts


def confusion(reference: str, predicted: str) -> str:
    """The name of the count of characters that have one label in the reference and one in the result."""
    return f"characters {reference} as {predicted}"


def _shared(
    predicted: Sequence[Segment], reference: Sequence[Segment], text: str
) -> Iterator[tuple[str, str, int]]:
    """(label of the reference, label predicted, characters) of each stretch between two borders."""
    borders = {0, len(text), *(at for each in (*predicted, *reference) for at in (each.start, each.end))}
    for start, end in pairwise(sorted(borders)):
        size = sum(map(len, text[start:end].split()))
        if size:
            yield _label(reference, start), _label(predicted, start), size


def _label(segments: Sequence[Segment], at: int) -> str:
    return next((each.label for each in segments if each.start <= at < each.end), NOTHING)


def _boundaries(predicted: Sequence[Segment], reference: Sequence[Segment], text: str) -> Counts:
    """How far each boundary of the reference is from the nearest predicted one; the text's ends are known."""
    found = sorted({0, len(text), *_starts(predicted, text)})
    wanted = _starts(reference, text)
    distances = [min(abs(at - each) for each in found) for at in wanted]
    return {
        "boundaries": len(wanted),
        "boundary distance": sum(distances),
        "boundaries exact": distances.count(0),
    }


def _starts(segments: Sequence[Segment], text: str) -> list[int]:
    """Where segments begin to be read, past white space, the first of the text aside."""
    starts = (each.start for each in segments[1:])
    return sorted({at + len(text[at:]) - len(text[at:].lstrip()) for at in starts})


def _admitted(predicted: Reference, reference: Reference, text: str) -> Counts:
    """Evidence of the result that lies where the reference has something else than the article proper."""
    apart = frozenset(
        at for each in reference.segments if each.label not in CLAIMED for at in range(each.start, each.end)
    )
    evidence = outside = resting = 0
    for claim in predicted.claims:
        passages = [_visible(said, text) for said in claim.assertions]
        evidence += sum(map(len, passages))
        outside += sum(len(passage & apart) for passage in passages)
        resting += any(inside(passage, apart) > MOSTLY for passage in passages)
    return {"evidence": evidence, "evidence outside": outside, "claims outside": resting}


def _visible(said: Assertion, text: str) -> Characters:
    return frozenset(at for at in characters(said.evidence) if not text[at].isspace())


def segment_metrics() -> Iterator[Metric]:
    """All figures about segments."""
    yield share("segments accuracy", "characters right", "characters")
    yield Metric("segments macro f1", _macro, items("characters"))
    for label in LABELS:
        yield from scores(f"segments {label}", *_names(label))
    yield share("boundaries distance", "boundary distance", "boundaries", better="lower", unit="characters")
    yield share("boundaries exact", "boundaries exact", "boundaries")
    yield share("body lost", "body lost", "body reference", better="lower")
    yield share("outside evidence", "evidence outside", "evidence", better="lower")
    yield total("outside claims", "claims outside", "claims predicted")


def _names(label: str) -> tuple[str, str, str]:
    return f"{label} right", f"{label} predicted", f"{label} reference"


def _macro(counts: Counts) -> float | None:
    """The mean F1 of the labels that the references have."""
    figures = [f1(label, *_names(label)).value(counts) for label in LABELS if counts.get(_names(label)[2])]
    return quotient(sum(figure for figure in figures if figure is not None), len(figures))
