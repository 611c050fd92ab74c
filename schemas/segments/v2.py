"""The reply to the segments prompt of the small profile: one label for each unit, none left out."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from extractor.schemas.extraction.v1 import Label

Number = Annotated[str, StringConstraints(max_length=6, pattern=r"^[0-9]+$")]
"""Of a unit, as the key of an object."""


class Reply(BaseModel):
    """A label for every unit that is shown, by its number."""

    model_config = ConfigDict(extra="forbid")

    language: str = Field(max_length=35, description="BCP 47 tag of the article's main language, such as fr")
    labels: dict[Number, Label] = Field(min_length=1, max_length=400)
