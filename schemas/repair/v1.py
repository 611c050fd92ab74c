"""The reply to the repair prompt: for each quote that was not found, the words that do stand there."""

from pydantic import BaseModel, ConfigDict, Field


class Repair(BaseModel):
    """One corrected quote."""

    model_config = ConfigDict(extra="forbid")

    item: int = Field(ge=1, description="number of the item")
    unit: int | None = Field(description="number of the unit that holds the quote, null without a quote")
    quote: str | None = Field(
        max_length=1_500,
        description="the passage copied verbatim from the units, null when the text holds no such passage",
    )


class Reply(BaseModel):
    """One repair for each listed item."""

    model_config = ConfigDict(extra="forbid")

    repairs: list[Repair] = Field(max_length=200)
