"""The reply to the claims prompt: propositions, each with the places where the text puts it forward."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from extractor.schemas.extraction.v1 import ClaimKind

Quote = Annotated[str, Field(max_length=1_500)]


class Assertion(BaseModel):
    """One place where the text puts the claim forward or rejects it."""

    model_config = ConfigDict(extra="forbid")

    unit: int = Field(ge=1, description="number of the unit that holds the first quote")
    quotes: list[Quote] = Field(
        min_length=1,
        max_length=4,
        description=(
            "the shortest verbatim passage that carries the claim; one quote, or several in text order "
            "when the passage is interrupted"
        ),
    )


class Claim(BaseModel):
    """One checkable proposition."""

    model_config = ConfigDict(extra="forbid")

    assertions: list[Assertion] = Field(min_length=1, max_length=12)
    text: str = Field(max_length=800, description="the claim as one sentence that can be read alone")
    kind: ClaimKind = Field(description="fact, forecast, opinion or directive")


class Reply(BaseModel):
    """All claims, in the order of their first assertion."""

    model_config = ConfigDict(extra="forbid")

    claims: list[Claim] = Field(max_length=250)
