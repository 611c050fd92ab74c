"""Replies to the prompts of the small profile, in the form that the steps work with."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from extractor.excerpts import Excerpt
from extractor.schemas.attribution import v1 as attribution_v1
from extractor.schemas.attribution import v2 as attribution_v2
from extractor.schemas.attribution import v3 as attribution_v3
from extractor.schemas.claims import v1 as claims_v1
from extractor.schemas.claims import v2 as claims_v2
from extractor.schemas.extraction.v1 import SourceKind, Style
from extractor.schemas.segments import v1 as segments_v1
from extractor.schemas.segments import v2 as segments_v2


def in_ranges(reply: BaseModel, shown: Sequence[Excerpt]) -> segments_v1.Reply:
    """A reply about segments as ranges of units; every line of comments is a comment of its own.

    A unit without a label, or a label without a unit, is a gap that the caller sees.

    Raises:
        TypeError: it is no reply about segments.
    """
    if isinstance(reply, segments_v1.Reply):
        return reply
    if not isinstance(reply, segments_v2.Reply):
        raise TypeError(type(reply).__name__)
    opens = {unit.number: unit.opens_line for unit in shown}
    segments: list[segments_v1.Segment] = []
    labels = {int(number): label for number, label in reply.labels.items()}
    for number, label in sorted(labels.items()):
        last = segments[-1] if segments else None
        goes_on = last and last.label == label and last.last_unit == number - 1
        if last and goes_on and not (label == "comment" and opens.get(number)):
            segments[-1] = last.model_copy(update={"last_unit": number})
        else:
            segments.append(
                segments_v1.Segment.model_construct(
                    first_unit=number, starts_with=None, last_unit=number, label=label
                )
            )
    return segments_v1.Reply.model_construct(language=reply.language, segments=segments)


def in_claims(reply: BaseModel) -> claims_v1.Reply:
    """A reply about claims as a list of them, each with its one assertion.

    Raises:
        TypeError: it is no reply about claims.
    """
    if isinstance(reply, claims_v1.Reply):
        return reply
    if not isinstance(reply, claims_v2.Reply):
        raise TypeError(type(reply).__name__)
    claims = [
        claims_v1.Claim(
            text=claim.text,
            kind=claim.kind,
            assertions=[claims_v1.Assertion.model_construct(unit=int(number), quotes=[claim.quote])],
        )
        for number, claims in reply.units.items()
        for claim in claims
    ]
    return claims_v1.Reply.model_construct(claims=claims)


def with_registry(reply: attribution_v3.Reply, units: Mapping[str, int]) -> attribution_v2.Reply:
    """A reply about who says each assertion, with a registry of sources and chains.

    Args:
        reply: what came.
        units: for each listed assertion the unit that its words are in; others get none.
    """
    registry: dict[str, attribution_v1.Source] = {}
    sayings = [
        attribution_v2.Saying(
            assertions=[id_],
            chain=list(_chain(said, units.get(id_), registry)),
            stance=said.stance,
            certainty=said.certainty,
            hearsay=said.hearsay,
            said_when=None,
        )
        for id_, said in reply.assertions.items()
    ]
    return attribution_v2.Reply.model_construct(sources=list(registry.values()), sayings=sayings)


def _chain(
    said: attribution_v3.Said, unit: int | None, registry: dict[str, attribution_v1.Source]
) -> list[attribution_v1.Hop]:
    """The medium, if there is one besides the source; then the source."""
    hops: list[attribution_v1.Hop] = []
    source = said.source or said.medium
    if source is None:
        return hops
    if said.medium and said.medium != source:
        id_ = _registered(said.medium, "media", registry, named=True)
        hops.append(
            attribution_v1.Hop(
                source=id_, relation="carries", style="indirect", unit=unit, source_words=said.medium,
                cue_words=None,
            )
        )  # fmt: skip
    id_ = _registered(source, said.kind, registry, named=said.named)
    style: Style = "direct" if said.quoted else "indirect"
    hops.append(
        attribution_v1.Hop(
            source=id_, relation="says", style=style, unit=unit, source_words=source, cue_words=said.cue
        )
    )
    return hops


def _registered(
    name: str, kind: SourceKind, registry: dict[str, attribution_v1.Source], *, named: bool
) -> str:
    """The id of the source of this name, which is the same wherever it stands."""
    if name not in registry:
        registry[name] = attribution_v1.Source(
            id=f"s{len(registry) + 1}", name=name, kind=kind, named=named, role=None, anonymity=None,
            speaks_for=None,
        )  # fmt: skip
    return registry[name].id
