"""The reply to the segments prompt: ranges of units with labels; a range may begin inside a unit."""

from pydantic import BaseModel, ConfigDict, Field

from extractor.schemas.extraction.v1 import Label


class Segment(BaseModel):
    """A run of text with one label."""

    model_config = ConfigDict(extra="forbid")

    first_unit: int = Field(ge=1, description="number of the unit in which the segment begins")
    starts_with: str | None = Field(
        max_length=200,
        description=(
            "null when the segment begins at the start of first_unit; else the first words of the segment, "
            "copied verbatim from inside first_unit"
        ),
    )
    last_unit: int = Field(ge=1, description="number of the last unit that holds any of the segment")
    label: Label = Field(description="what this run of text is")


class Reply(BaseModel):
    """All segments of the article, in order, without gap or overlap."""

    model_config = ConfigDict(extra="forbid")

    language: str = Field(max_length=35, description="BCP 47 tag of the article's main language, such as fr")
    segments: list[Segment] = Field(min_length=1, max_length=400)
