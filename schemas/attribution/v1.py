"""The reply to the attribution prompt: a registry of sources, and a chain for each numbered assertion."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from extractor.schemas.extraction.v1 import Certainty, Relation, SourceKind, Stance, Style

Id = Annotated[str, Field(max_length=12)]
Words = Annotated[str, Field(max_length=300)]


class Source(BaseModel):
    """Somebody or something that speaks in at least one chain."""

    model_config = ConfigDict(extra="forbid")

    id: Id = Field(description="s1, s2, ...")
    name: Words = Field(description="its most specific name, copied verbatim from the text")
    kind: SourceKind = Field(description="what the source is")
    named: bool = Field(description="whether a proper name of it stands in the text")
    role: Words | None = Field(description="its role or title as the text gives it, else null")
    anonymity: Words | None = Field(description="the reason the text gives for not naming it, else null")
    speaks_for: Words | None = Field(
        description="whom a spokesperson speaks for, in the text's words, else null"
    )


class Hop(BaseModel):
    """One step of a chain."""

    model_config = ConfigDict(extra="forbid")

    source: Id = Field(description="id of the source")
    relation: Relation = Field(description="says, or carries for the medium on, to or in which it was said")
    style: Style = Field(description="whether the words of this source are quoted")
    unit: int | None = Field(
        description="number of the unit that holds the words below, null when both are null"
    )
    source_words: Words | None = Field(description="the verbatim words that name the source here, else null")
    cue_words: Words | None = Field(description="the verbatim words that attribute, else null")


class Attribution(BaseModel):
    """Who puts one assertion forward, and how."""

    model_config = ConfigDict(extra="forbid")

    assertion: Id = Field(description="id of the assertion as listed, such as c1.1")
    chain: list[Hop] = Field(
        max_length=8, description="from the outlet inward, outermost first; empty for the outlet's own voice"
    )
    stance: Stance = Field(description="whether the innermost source puts the claim forward or rejects it")
    certainty: Certainty = Field(description="how sure the innermost source presents it")
    hearsay: bool = Field(description="whether the outlet itself keeps its distance")
    said_when: Words | None = Field(description="the verbatim words that date the saying, else null")


class Reply(BaseModel):
    """The registry and one attribution for each listed assertion."""

    model_config = ConfigDict(extra="forbid")

    sources: list[Source] = Field(max_length=120)
    attributions: list[Attribution] = Field(max_length=500)
