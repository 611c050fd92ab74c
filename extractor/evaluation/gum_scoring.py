"""An article's result against GUM's attributions of it, as counts.

GUM marks an attribution where it is a discourse unit of its own, so it is not exhaustive: what is found and
not marked is not thereby wrong. Recall is a figure of merit, the share of what is predicted that GUM knows
is only a hint. Its "I think" within a speaker's words, which is no hop by our guidelines, counts among the
nested; those of two sources are counted apart.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from extractor.evaluation.counts import Counts, Metric, f1, share, told
from extractor.evaluation.gum import GumAttribution, GumDocument, Range
from extractor.evaluation.identity import bare_name
from extractor.evaluation.overlap import Characters, characters, count_alike, inside
from extractor.evaluation.reference import Reference
from extractor.schemas.extraction.v1 import Hop, Span

ABOUT = 0.5
"""Least share of the shorter of two passages that both hold, for them to be about the same."""

THRESHOLDS = {"0.3": 0.3, "0.8": 0.8}
"""Overlaps (intersection over union of characters) from which on a predicted content is a gold one."""

GUM_METRICS: tuple[Metric, ...] = (
    share("gum content recall", "attributed", "gold"),
    share("gum attribution recall", "found", "gold"),
    share("gum cue recall", "cues found", "cues"),
    share("gum nested recall", "nested found", "nested"),
    share("gum nested recall of two sources", "two sources found", "two sources"),
    share("gum predicted in a content", "predicted known", "predicted"),
    *(f1(f"gum content f1 {at}", f"content {at}", "contents", "gold") for at in THRESHOLDS),
)
"""Every metric of a report against GUM, in its order."""


@dataclass(frozen=True)
class _Said:
    """An attributed assertion: the characters of its evidence, its hops and their sources' names."""

    evidence: Characters
    chain: tuple[tuple[Hop, str], ...]

    def is_about(self, content: Characters) -> bool:
        """Whether evidence and content share half of the shorter of them."""
        return max(inside(self.evidence, content), inside(content, self.evidence)) >= ABOUT

    def hops_of(self, gold: GumAttribution, document: GumDocument) -> Iterator[int]:
        """The hops that are this attribution's source: by words that name it in the document, or by name."""
        for index, (hop, name) in enumerate(self.chain):
            is_namesake = gold.name is not None and bare_name(name) == bare_name(gold.name)
            if is_namesake or any(_touches(hop.source_span, place) for place in document.mentions(gold)):
                yield index


def score_gum(predicted: Reference, document: GumDocument) -> Counts:
    """Count what a result has of GUM's attributions of the article.

    Args:
        predicted: the result, as ``Reference.of`` makes it, or an annotator's reference.
        document: what it is held against; both are of the same text.
    """
    said = _attributed(predicted)
    golds = [each for each in document.attributions if each.polarity == "positive"]
    contents = [_content(each) for each in document.attributions]
    counts = Counter(
        {
            "predicted": len(said),
            "predicted known": sum(any(map(each.is_about, contents)) for each in said),
        }
    )
    for gold in golds:
        counts.update(_found(gold, document, said))
    counts.update(_alike([_content(each) for each in golds], _contents(said)))
    return told(counts)


def _attributed(predicted: Reference) -> list[_Said]:
    names = {source.id: source.name for source in predicted.sources}
    return [
        _Said(characters(each.evidence), tuple((hop, names[hop.source]) for hop in each.chain))
        for claim in predicted.claims
        for each in claim.assertions
        if each.chain
    ]


def _found(gold: GumAttribution, document: GumDocument, said: Iterable[_Said]) -> Counts:
    content = _content(gold)
    about = [each for each in said if each.is_about(content)]
    hops = [each.chain[index][0] for each in about for index in each.hops_of(gold, document)]
    outer = document.outer(gold)
    in_order = outer is not None and any(_is_in_order(each, document, outer, gold) for each in about)
    is_of_two = outer is not None and (gold.entity is None or gold.entity != outer.entity)
    return {
        "gold": 1,
        "attributed": bool(about),
        "found": bool(hops),
        "cues": gold.cue is not None,
        "cues found": gold.cue is not None and any(_touches(hop.cue_span, gold.cue) for hop in hops),
        "nested": outer is not None,
        "nested found": in_order,
        "two sources": is_of_two,
        "two sources found": is_of_two and in_order,
    }


def _is_in_order(said: _Said, document: GumDocument, outer: GumAttribution, inner: GumAttribution) -> bool:
    """Whether a hop of the outer source stands before another of the inner one."""
    return any(
        one < other for one in said.hops_of(outer, document) for other in said.hops_of(inner, document)
    )


def _contents(said: Iterable[_Said]) -> list[Characters]:
    """What each pair of source and cue words is said to say, in however many claims; or each hop without."""
    contents: dict[object, Characters] = {}
    for number, each in enumerate(said):
        for index, (hop, _) in enumerate(each.chain):
            words = (hop.source_span, hop.cue_span)
            key = words if any(words) else (number, index)
            contents[key] = contents.get(key, frozenset()) | each.evidence
    return list(contents.values())


def _alike(golds: Sequence[Characters], contents: Sequence[Characters]) -> Counts:
    alike = {f"content {at}": count_alike(contents, golds, least) for at, least in THRESHOLDS.items()}
    return {"contents": len(contents), **alike}


def _content(gold: GumAttribution) -> Characters:
    return frozenset(at for start, end in gold.content for at in range(start, end))


def _touches(span: Span | None, gold: Range) -> bool:
    return span is not None and span.start < gold[1] and gold[0] < span.end
