"""The reply to the attribution prompt of the small profile: who says each assertion, and in what words."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from extractor.schemas.attribution.v1 import Words
from extractor.schemas.extraction.v1 import Certainty, SourceKind, Stance

ListedId = Annotated[str, StringConstraints(max_length=12, pattern=r"^c[0-9]+\.[0-9]+$")]


class Said(BaseModel):
    """Who puts one assertion forward, and how."""

    model_config = ConfigDict(extra="forbid")

    source: Words | None = Field(description="the words of the unit that name who says it; null: the outlet")
    kind: SourceKind = Field(description="what the source is")
    named: bool = Field(description="whether those words hold a proper name")
    cue: Words | None = Field(description="the words of the unit that attribute, such as told, else null")
    quoted: bool = Field(description="whether the words of the source are quoted")
    medium: Words | None = Field(description="the words that name the medium it was said to, else null")
    stance: Stance = Field(description="whether the source puts the claim forward or rejects it")
    certainty: Certainty = Field(description="how sure the source presents it")
    hearsay: bool = Field(description="whether the outlet itself keeps its distance")


class Reply(BaseModel):
    """An entry for every listed assertion, by its id."""

    model_config = ConfigDict(extra="forbid")

    assertions: dict[ListedId, Said] = Field(max_length=200)
