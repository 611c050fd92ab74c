"""Reference annotations: what a careful reader found in an article, in the form of extraction/v1.

``<case>/reference.json`` holds segments, sources and claims; ``reference-b.json`` those of a second reader.
"""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from extractor.evaluation.annotations import Annotations, load_annotations
from extractor.schemas.extraction.v1 import Assertion, Claim, Extraction, Hop, Segment, Source, Span

REFERENCE = "reference.json"
"""The file of a case that its results are scored against."""

SECOND_REFERENCE = "reference-b.json"
"""The file of a second annotator, by whom the first is judged."""


class Reference(Annotations):
    """What an annotator, or the extractor, says of an article.

    ``annotators`` says on how many people it rests, ``notes`` what they want to be known of it. Sources
    without ``mentions`` have those of the chains; a null ``name``, of one that no word names, is read as "".
    """

    segments: tuple[Segment, ...]
    sources: tuple[Source, ...]
    claims: tuple[Claim, ...]
    annotators: Annotated[int, Field(ge=1)] = 1
    notes: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _mention(cls, data: Any) -> Any:
        try:
            return _with_mentions(data)
        except (LookupError, TypeError, AttributeError):  # not of this form: the fields say where
            return data

    @classmethod
    def of(cls, result: Extraction) -> Self:
        """The part of a result that a reference has too; a failed result has nothing of it."""
        return cls(segments=result.segments, sources=result.sources, claims=result.claims)

    def corrected(self) -> Self:
        """The same as an annotator's work: without what the extractor remarks on its own."""
        claims = tuple(
            claim.model_copy(update={"assertions": tuple(map(_corrected, claim.assertions))})
            for claim in self.claims
        )
        return self.model_copy(update={"claims": claims})

    def faults(self, text: str) -> Iterator[str]:
        """What does not fit the article, each in a few words."""
        borders = [0, *(segment.end for segment in self.segments)]
        if [segment.start for segment in self.segments] != borders[:-1] or borders[-1] != len(text):
            yield "segments do not tile the text"
        if any(segment.start >= segment.end for segment in self.segments):
            yield "a segment is empty"
        if any(not text[segment.start : segment.end].strip() for segment in self.segments):
            yield "a segment holds nothing but white space"
        if any(text[segment.start : segment.end][:1].isspace() for segment in self.segments[1:]):
            yield "a segment begins with white space, which belongs to the one before"
        registered = [source.id for source in self.sources]
        if len(set(registered)) < len(registered):
            yield "two sources have one id"
        for claim in self.claims:
            yield from (f"claim {claim.id}: {fault}" for fault in self._claim_faults(claim, text))

    def _claim_faults(self, claim: Claim, text: str) -> Iterator[str]:
        registered = {source.id for source in self.sources}
        for said in claim.assertions:
            spans = [*said.evidence, *(span for hop in said.chain for span in _spans(hop))]
            for span in spans:
                if text[span.start : span.end] != span.text:
                    yield f"{span.start}-{span.end} of the article is not {span.text!r}"
                if span.text != span.text.strip():
                    yield f"white space at an end of {span.text!r}"
            if any(one.end > other.start for one, other in pairwise(said.evidence)):
                yield f"its evidence at {said.evidence[0].start} overlaps or is not in order"
            if said.segment != self._label(said.evidence[0].start):
                yield f"its evidence at {said.evidence[0].start} is in no {said.segment} segment"
            if unknown := sorted({hop.source for hop in said.chain} - registered):
                yield f"{unknown[0]!r} is no registered source"
            if said.checks:
                yield "checks are for the extractor to make"

    def _label(self, at: int) -> str | None:
        return next((each.label for each in self.segments if each.start <= at < each.end), None)


def load_reference(path: Path, text: str) -> Reference:
    """Read a reference file of an article, as ``load_annotations`` does."""
    return load_annotations(Reference, path, text)


def _corrected(said: Assertion) -> Assertion:
    evidence = tuple(each.model_copy(update={"match": "exact"}) for each in said.evidence)
    return said.model_copy(update={"evidence": evidence, "checks": ()})


def _spans(hop: Hop) -> list[Span]:
    return [span for span in (hop.source_span, hop.cue_span) if span]


def _with_mentions(data: dict[str, Any]) -> dict[str, Any]:
    """The same with mentions, from the chains, of the sources that have none; and "" for no name."""
    mentions: dict[str, dict[tuple[int, int], Any]] = {}
    for claim in data["claims"]:
        for said in claim["assertions"]:
            for hop in said["chain"]:
                if span := hop["source_span"]:
                    found = mentions.setdefault(hop["source"], {})
                    found[span["start"], span["end"]] = span
    sources = [
        {
            "mentions": [span for _, span in sorted(mentions.get(each["id"], {}).items())],
            **each,
            "name": "" if each["name"] is None else each["name"],
        }
        for each in data["sources"]
    ]
    return {**data, "sources": sources}
