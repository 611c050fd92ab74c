"""An article's text cut into runs at every border of a span: nested and overlapping spans all show."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from extractor.schemas.extraction.v1 import Extraction, Label, Segment, Span


@dataclass(frozen=True)
class Run:
    """Text that the same spans cover throughout.

    Args:
        start: its first code point in the article.
        text: its characters.
        evidence: assertions, as ``c1.2``, that rest on it.
        sources: hops, as ``c1.2:1`` (the first of that assertion's chain), whose source it names.
        cues: hops whose cue it is.
    """

    start: int
    text: str
    evidence: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A segment and its runs."""

    label: Label
    start: int
    runs: tuple[Run, ...]


@dataclass
class _Marked:
    """What every span is of, by the borders where it begins and ends."""

    evidence: list[tuple[Span, str]] = field(default_factory=list[tuple[Span, str]])
    sources: list[tuple[Span, str]] = field(default_factory=list[tuple[Span, str]])
    cues: list[tuple[Span, str]] = field(default_factory=list[tuple[Span, str]])

    @classmethod
    def of(cls, result: Extraction) -> "_Marked":
        marked = cls()
        for claim in result.claims:
            for number, said in enumerate(claim.assertions, start=1):
                name = f"{claim.id}.{number}"
                marked.evidence += [(span, name) for span in said.evidence]
                for place, hop in enumerate(said.chain, start=1):
                    for spans, span in ((marked.sources, hop.source_span), (marked.cues, hop.cue_span)):
                        if span:
                            spans.append((span, f"{name}:{place}"))
        return marked

    def borders(self) -> set[int]:
        spans = (span for spans in (self.evidence, self.sources, self.cues) for span, _ in spans)
        return {at for span in spans for at in (span.start, span.end)}


def title_of(result: Extraction, text: str | None) -> str:
    """The article's title, else its headline in the text, else its id."""
    headline = next((each for each in result.segments if each.label == "headline"), None)
    words = " ".join(text[headline.start : headline.end].split()) if headline and text else ""
    return result.article.title or words or result.article.id


def parts(result: Extraction, text: str) -> Iterator[Part]:
    """The whole text, segment by segment; one part labelled other where a result has no segments."""
    marked = _Marked.of(result)
    borders = marked.borders()
    for each in result.segments or (Segment(label="other", start=0, end=len(text)),):
        inside = sorted({each.start, each.end, *(at for at in borders if each.start < at < each.end)})
        runs = tuple(_run(text, first, last, marked) for first, last in pairwise(inside))
        yield Part(each.label, each.start, runs)


def _run(text: str, start: int, end: int, marked: _Marked) -> Run:
    return Run(
        start,
        text[start:end],
        evidence=_covering(marked.evidence, start, end),
        sources=_covering(marked.sources, start, end),
        cues=_covering(marked.cues, start, end),
    )


def _covering(spans: Iterable[tuple[Span, str]], start: int, end: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for span, name in spans if span.start <= start and end <= span.end))
