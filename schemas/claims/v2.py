"""The reply to the claims prompt of the small profile: for each unit the claims that it makes."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from extractor.schemas.extraction.v1 import ClaimKind
from extractor.schemas.segments.v2 import Number


class Claim(BaseModel):
    """One checkable proposition, and the words of the unit that put it forward."""

    model_config = ConfigDict(extra="forbid")

    quote: str = Field(max_length=1_000, description="the words of the unit that carry the claim")
    text: str = Field(max_length=300, description="the claim as one sentence that can be read alone")
    kind: ClaimKind = Field(description="fact, forecast, opinion or directive")


class Reply(BaseModel):
    """The claims of every unit that is shown, by its number; an empty list where it makes none."""

    model_config = ConfigDict(extra="forbid")

    units: dict[Number, Annotated[list[Claim], Field(max_length=3)]] = Field(max_length=100)
