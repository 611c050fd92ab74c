"""The reply to the attribution prompt: a registry of sources, and an entry for each saying."""

from pydantic import BaseModel, ConfigDict, Field

from extractor.schemas.attribution.v1 import Hop, Id, Source, Words
from extractor.schemas.extraction.v1 import Certainty, Stance


class Saying(BaseModel):
    """Assertions that one and the same saying covers, and who puts them forward, and how."""

    model_config = ConfigDict(extra="forbid")

    assertions: list[Id] = Field(
        min_length=1, max_length=500, description="ids of the assertions as listed, such as c1.1"
    )
    chain: list[Hop] = Field(
        max_length=8, description="from the outlet inward, outermost first; empty for the outlet's own voice"
    )
    stance: Stance = Field(description="whether the innermost source puts the claims forward or rejects them")
    certainty: Certainty = Field(description="how sure the innermost source presents them")
    hearsay: bool = Field(description="whether the outlet itself keeps its distance")
    said_when: Words | None = Field(description="the verbatim words that date the saying, else null")


class Reply(BaseModel):
    """The registry and the sayings; every listed assertion stands in exactly one of them."""

    model_config = ConfigDict(extra="forbid")

    sources: list[Source] = Field(max_length=120)
    sayings: list[Saying] = Field(max_length=500)
