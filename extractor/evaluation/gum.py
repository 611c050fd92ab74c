"""A foreign reference: the attributions of GUM's news documents, which others annotated for another purpose.

GUM marks an attribution where it is a discourse unit of its own, so it is not exhaustive: what is found and
not marked is not thereby wrong. Recall is a figure of merit, the share of what is predicted that GUM knows
is only a hint. Its "I think" within a speaker's words, which is no hop by our guidelines, counts among the
nested; those of two sources are counted apart.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, NamedTuple

from extractor.schemas.extraction.v1 import Assertion, Extraction, Hop, Span

OVERLAP = 0.5
"""Least share of the shorter of two passages that both hold, for them to be about the same."""

LOOSE, STRICT = 0.3, 0.8
"""Least intersection over union with which a predicted content is a gold one."""

Range = tuple[int, int]
Places = frozenset[int]


@dataclass(frozen=True)
class GumAttribution:
    """One attribution; ranges count code points, end exclusive.

    Args:
        source: the words that name who says it.
        name: longest proper name of that source in the document.
        entity: GUM's number of that source in the document.
        cue: the reporting word; null where there is none.
        content: what is attributed, in one piece or several.
        nested_in: index of the innermost attribution whose content holds this one.
        polarity: negative where the source is said not to say it; not asked for then.
    """

    source: Range
    name: str | None
    entity: int | None
    cue: Range | None
    content: tuple[Range, ...]
    nested_in: int | None
    polarity: Literal["positive", "negative"]


@dataclass(frozen=True)
class GumDocument:
    """A news document and its attributions in text order."""

    id: str
    text: str
    attributions: tuple[GumAttribution, ...]

    def mentions(self, gold: GumAttribution) -> tuple[Range, ...]:
        """The source of this attribution, here and in the others of the same entity ("Kohn", "he", "I")."""
        if gold.entity is None:
            return (gold.source,)
        return tuple(each.source for each in self.attributions if each.entity == gold.entity)


@dataclass(frozen=True)
class GumCounts:
    """Counts of one document or, added up, of many; ``gum_table`` says what they mean.

    The F1 of contents goes by one-to-one pairs of ``gold`` and of ``contents``: what is predicted for one
    pair of source and cue words is one content, however many claims it was split into.
    """

    gold: int = 0
    attributed: int = 0
    found: int = 0
    cues: int = 0
    cues_found: int = 0
    nested: int = 0
    nested_found: int = 0
    two_sources: int = 0
    two_sources_found: int = 0
    predicted: int = 0
    predicted_known: int = 0
    contents: int = 0
    loose: int = 0
    strict: int = 0

    def __add__(self, other: "GumCounts") -> "GumCounts":
        return GumCounts(
            **{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)}
        )


class GumRow(NamedTuple):
    """A figure between 0 and 1, null where ``n``, the number of cases it is a share of, is 0."""

    name: str
    value: float | None
    n: int


def load_gum(path: Path) -> tuple[GumDocument, ...]:
    """Read the documents of a file like benchmarks/data/gum-attributions.jsonl.

    Raises:
        OSError: the file cannot be read.
        KeyError, ValueError: a line is no such document.
    """
    with path.open(encoding="utf-8") as lines:
        return tuple(_document(json.loads(line)) for line in lines)


def _document(told: dict[str, Any]) -> GumDocument:
    return GumDocument(told["id"], told["text"], tuple(_attribution(each) for each in told["attributions"]))


def _attribution(told: dict[str, Any]) -> GumAttribution:
    return GumAttribution(
        source=_range(told["source"]),
        name=told["name"],
        entity=told["entity"],
        cue=_range(told["cue"]) if told["cue"] else None,
        content=tuple(_range(part) for part in told["content"]),
        nested_in=told["nested_in"],
        polarity=told["polarity"],
    )


def _range(told: Sequence[int]) -> Range:
    start, end = told
    return start, end


def score_gum(document: GumDocument, extraction: Extraction) -> GumCounts:
    """Count what an extraction of this document has of its attributions.

    Raises:
        ValueError: the extraction is of another text.
    """
    if extraction.article.characters != len(document.text):
        raise ValueError(f"not an extraction of {document.id!r}")
    predicted = _predicted(extraction)
    total = GumCounts(predicted=len(predicted)) + _contents(document, predicted)
    for gold in document.attributions:
        if gold.polarity == "positive":
            total += _one(document, gold, predicted)
    contents = [_places(gold.content) for gold in document.attributions]
    known = sum(any(_overlap(each.evidence, content) for content in contents) for each in predicted)
    return total + GumCounts(predicted_known=known)


@dataclass(frozen=True)
class _Predicted:
    """An attributed assertion: the code points of its evidence, its hops and their sources' names."""

    evidence: Places
    chain: tuple[tuple[Hop, str], ...]

    def hops_of(self, gold: GumAttribution, document: GumDocument) -> Iterator[int]:
        """The hops that are this attribution's source: by words that name it in the document, or by name."""
        for index, (hop, name) in enumerate(self.chain):
            is_namesake = gold.name is not None and name.casefold() == gold.name.casefold()
            if is_namesake or any(_touches(hop.source_span, place) for place in document.mentions(gold)):
                yield index


def _predicted(extraction: Extraction) -> tuple[_Predicted, ...]:
    said: list[Assertion] = [each for claim in extraction.claims for each in claim.assertions if each.chain]
    return tuple(
        _Predicted(
            _places((span.start, span.end) for span in each.evidence),
            tuple((hop, extraction.source(hop).name) for hop in each.chain),
        )
        for each in said
    )


def _one(document: GumDocument, gold: GumAttribution, predicted: Iterable[_Predicted]) -> GumCounts:
    content = _places(gold.content)
    about = [each for each in predicted if _overlap(each.evidence, content)]
    hops = [each.chain[index][0] for each in about for index in each.hops_of(gold, document)]
    outer = None if gold.nested_in is None else document.attributions[gold.nested_in]
    in_order = outer is not None and any(_in_order(each, document, outer, gold) for each in about)
    is_of_two = outer is not None and (gold.entity is None or gold.entity != outer.entity)
    return GumCounts(
        gold=1,
        attributed=bool(about),
        found=bool(hops),
        cues=gold.cue is not None,
        cues_found=gold.cue is not None and any(_touches(hop.cue_span, gold.cue) for hop in hops),
        nested=outer is not None,
        nested_found=in_order,
        two_sources=is_of_two,
        two_sources_found=is_of_two and in_order,
    )


def _in_order(
    predicted: _Predicted, document: GumDocument, outer: GumAttribution, inner: GumAttribution
) -> bool:
    """Whether a hop of the outer source stands before another of the inner one."""
    return any(
        one < other
        for one in predicted.hops_of(outer, document)
        for other in predicted.hops_of(inner, document)
    )


def _contents(document: GumDocument, predicted: Sequence[_Predicted]) -> GumCounts:
    """Pair gold contents with predicted ones, the closest first."""
    golds = [_places(gold.content) for gold in document.attributions if gold.polarity == "positive"]
    said: dict[object, Places] = {}
    for number, each in enumerate(predicted):
        for index, (hop, _) in enumerate(each.chain):
            words = (hop.source_span, hop.cue_span)
            key = words if any(words) else (number, index)
            said[key] = said.get(key, frozenset()) | each.evidence
    contents = list(said.values())
    likeness = sorted(
        (
            (_likeness(gold, content), i, j)
            for i, gold in enumerate(golds)
            for j, content in enumerate(contents)
        ),
        key=lambda pair: (-pair[0], pair[1:]),
    )
    pairs: list[float] = []
    taken: set[tuple[str, int]] = set()
    for value, i, j in likeness:
        if value >= LOOSE and not taken & {("gold", i), ("predicted", j)}:
            taken |= {("gold", i), ("predicted", j)}
            pairs.append(value)
    return GumCounts(contents=len(contents), loose=len(pairs), strict=sum(value >= STRICT for value in pairs))


def _places(ranges: Iterable[Range]) -> Places:
    return frozenset(place for start, end in ranges for place in range(start, end))


def _overlap(one: Places, other: Places) -> bool:
    shorter = min(len(one), len(other))
    return shorter > 0 and len(one & other) >= OVERLAP * shorter


def _likeness(one: Places, other: Places) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0


def _touches(span: Span | None, gold: Range) -> bool:
    return span is not None and span.start < gold[1] and gold[0] < span.end


def gum_table(counts: GumCounts) -> tuple[GumRow, ...]:
    """The rates of these counts, each with the number of cases it is a share of.

    For an F1, n is the number of gold contents.
    """
    return (
        GumRow("recall of contents, whoever says them", _share(counts.attributed, counts.gold), counts.gold),
        GumRow("recall of attributions", _share(counts.found, counts.gold), counts.gold),
        GumRow("recall of cues", _share(counts.cues_found, counts.cues), counts.cues),
        GumRow("recall of nested", _share(counts.nested_found, counts.nested), counts.nested),
        GumRow(
            "recall of nested, two sources",
            _share(counts.two_sources_found, counts.two_sources),
            counts.two_sources,
        ),
        GumRow(
            "share of predicted in a gold content",
            _share(counts.predicted_known, counts.predicted),
            counts.predicted,
        ),
        GumRow(f"F1 of contents, IoU {LOOSE}", _f1(counts, counts.loose), counts.gold),
        GumRow(f"F1 of contents, IoU {STRICT}", _f1(counts, counts.strict), counts.gold),
    )


def gum_rates(counts: Iterable[GumCounts]) -> dict[str, float | None]:
    """The rates of documents together, by name: of all counts added up, not the mean of documents."""
    return {row.name: row.value for row in gum_table(sum(counts, start=GumCounts()))}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _f1(counts: GumCounts, pairs: int) -> float | None:
    return _share(2 * pairs, counts.gold + counts.contents)
