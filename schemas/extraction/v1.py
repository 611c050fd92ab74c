"""extraction/v1: the result of one article.

Offsets are Unicode code points into the article text exactly as read, end exclusive: ``text[start:end]``.
What each label and field means is defined in docs/guidelines.md.
"""

from importlib import import_module
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt, model_validator

Label = Literal[
    "headline", "byline", "body", "caption", "related", "advert", "promo", "comment", "boilerplate", "other"
]
ClaimKind = Literal["fact", "forecast", "opinion", "directive"]
SourceKind = Literal["person", "organisation", "media", "document", "group", "place", "unknown"]
Stance = Literal["affirms", "denies"]
Certainty = Literal["certain", "probable", "possible", "unknown"]
Relation = Literal["says", "carries"]
Style = Literal["direct", "indirect", "mixed"]
Match = Literal["exact", "normalized", "fuzzy"]
Status = Literal["complete", "partial", "failed"]
Record = Literal["segments", "claims", "attribution", "repair"]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True, validate_by_name=True)


class Span(_Value):
    """Characters of the article; ``text`` is exactly ``article.text[start:end]``."""

    start: NonNegativeInt
    end: NonNegativeInt
    text: str

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not self.text or self.end - self.start != len(self.text):
            raise ValueError(f"span {self.start}-{self.end} does not fit its text {self.text!r}")
        return self


class Evidence(Span):
    """A passage that an assertion rests on, and how the model's quote was matched to it."""

    match: Match


class Segment(_Value):
    """A labelled stretch of the text; white space belongs to the segment before it."""

    label: Label
    start: NonNegativeInt
    end: NonNegativeInt


class Source(_Value):
    """Somebody or something that speaks in a chain.

    ``name`` stands verbatim in the article; ``mentions`` are the spans that name it in chains.
    """

    id: str
    name: str
    kind: SourceKind
    named: bool
    role: str | None
    anonymity: str | None
    speaks_for: str | None
    mentions: tuple[Span, ...]


class Hop(_Value):
    """One step of a chain: ``source`` is a registered source's id; a span is null where words are missing."""

    source: str
    relation: Relation
    style: Style
    source_span: Span | None
    cue_span: Span | None


class Assertion(_Value):
    """One place where somebody puts the claim forward or denies it.

    ``chain`` runs from the outlet inward, outermost hop first; an empty chain is the outlet's own voice.
    """

    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1)]
    segment: Label
    stance: Stance
    certainty: Certainty
    hearsay: bool
    said_when: str | None
    chain: tuple[Hop, ...]
    checks: tuple[str, ...]


class Claim(_Value):
    """One checkable proposition, readable alone, in the article's language."""

    id: str
    text: str
    kind: ClaimKind
    assertions: Annotated[tuple[Assertion, ...], Field(min_length=1)]


class Rejected(_Value):
    """Something the model said that the article does not bear out, with the reason it was left out."""

    record: Record
    reason: str
    value: dict[str, object]


class Problem(_Value):
    """What is missing from a partial or failed result, by the name of the error that caused it."""

    error: str
    record: Record | None
    message: str


class ArticleInfo(_Value):
    """The article as it was read; ``characters`` counts code points.

    ``author`` and ``site`` are those that a page gives, or the caller. ``sha256`` is null for a file that
    could not be read.
    """

    id: str
    title: str | None
    url: str | None
    published: str | None
    language: str | None
    author: str | None = None
    site: str | None = None
    sha256: str | None
    characters: NonNegativeInt


class RecordProvenance(_Value):
    """What asked for one record: prompt and schema versions, their SHA-256, and the keys of the requests."""

    prompt: str
    prompt_sha256: str
    schema_version: str
    schema_sha256: str
    requests: tuple[str, ...]


class Provenance(_Value):
    """What made this result; takes no part in golden comparison.

    ``configuration`` is the fingerprint of everything that changes what is asked, ``input`` that of the
    article's text and of what the prompts say of it: a folder run does nothing twice for which both are the
    same.
    """

    package: str
    model: str
    records: dict[str, RecordProvenance]
    configuration: str | None = None
    input: str | None = None


class Usage(_Value):
    """What this result cost; takes no part in golden comparison.

    ``calls`` counts replies used, ``cached`` those of them that were paid for before: from recordings, or
    from the cache and not by the same folder run. ``unmetered`` counts those that came without token counts;
    tokens are the sums over the others, cached ones included, ``cached_input_tokens`` those that the provider
    served from its own prompt cache. ``cost`` is in US dollars what all these replies cost, null where a
    price is not known.
    """

    calls: NonNegativeInt = 0
    cached: NonNegativeInt = 0
    unmetered: NonNegativeInt = 0
    input_tokens: NonNegativeInt = 0
    cached_input_tokens: NonNegativeInt = 0
    output_tokens: NonNegativeInt = 0
    cost: NonNegativeFloat | None = None


class Extraction(_Value):
    """The result for one article.

    ``complete``: everything asked for is there. ``partial``: ``problems`` says what is missing.
    ``failed``: nothing could be extracted, there are no segments.
    """

    schema_: Literal["extraction/v1"] = Field(default="extraction/v1", alias="schema")
    article: ArticleInfo
    status: Status
    segments: tuple[Segment, ...] = ()
    sources: tuple[Source, ...] = ()
    claims: tuple[Claim, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    problems: tuple[Problem, ...] = ()
    provenance: Provenance | None = None
    usage: Usage = Usage()

    def source(self, hop: Hop) -> Source:
        """The registered source of a hop."""
        return next(source for source in self.sources if source.id == hop.source)

    def _repr_html_(self) -> str:
        """What a notebook shows; ``extractor.report.fragment.result_html`` shows the text too."""
        # by name, when a notebook asks: the display stands far above the records
        display: str = import_module("extractor.report.fragment").result_html(self)
        return display

    @model_validator(mode="after")
    def _segments_tile(self) -> Self:
        borders = [0, *(segment.end for segment in self.segments)]
        starts = [segment.start for segment in self.segments]
        if self.segments and (starts != borders[:-1] or borders[-1] != self.article.characters):
            raise ValueError("segments do not tile the text")
        if any(segment.start >= segment.end for segment in self.segments):
            raise ValueError("a segment is empty")
        if not self.segments and self.status != "failed":
            raise ValueError("only a failed result has no segments")
        return self

    @model_validator(mode="after")
    def _sources_are_registered(self) -> Self:
        registered = {source.id for source in self.sources}
        used = {hop.source for claim in self.claims for said in claim.assertions for hop in said.chain}
        if used - registered:
            raise ValueError(f"hops without a registered source: {sorted(used - registered)}")
        return self
