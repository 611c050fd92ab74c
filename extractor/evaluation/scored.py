"""What can be scored against a reference."""

from enum import StrEnum


class Scored(StrEnum):
    """Recorded replies, the rules-only baseline, a second annotation, or (against GUM) the reference."""

    REPLIES = "replies"
    RULES = "rules"
    SECOND = "second"
    REFERENCE = "reference"
