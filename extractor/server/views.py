"""What the service says of jobs, and takes besides articles."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Session(BaseModel):
    """A key that a browser is to keep."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=1, max_length=200)


class ProgressOut(BaseModel):
    """How far a job is. Counts are of the present start; ``done_before`` is what earlier ones finished."""

    articles: int | None = Field(description="rows that were given")
    done_before: int
    complete: int
    partial: int
    failed: int
    calls: int = Field(description="live calls of this start")
    cost: float | None = Field(description="US dollars of this start, null if not known")


class FailureOut(BaseModel):
    """Articles that lack something for the same reason."""

    error: str
    articles: int
    advice: str
    examples: list[str] = Field(description="ids of some of them")


class JobOut(BaseModel):
    """A job."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0123456789abcdef0123456789abcdef",
                    "state": "complete",
                    "created": "2026-11-25T14:00:00.000000+00:00",
                    "started": "2026-11-25T14:00:00.100000+00:00",
                    "finished": "2026-11-25T14:00:09.000000+00:00",
                    "cost": 0.012,
                    "reason": None,
                    "progress": {
                        "articles": 2, "done_before": 0, "complete": 2, "partial": 0, "failed": 0, "calls": 6,
                        "cost": 0.012,
                    },
                    "failures": [],
                }
            ]
        }
    )  # fmt: skip

    id: str
    state: Literal["queued", "running", "complete", "stopped", "failed", "cancelled"]
    created: str = Field(description="ISO 8601, UTC")
    started: str | None
    finished: str | None
    cost: float | None = Field(description="US dollars of all its starts, null if not known or not yet")
    reason: str | None = Field(description="why it stopped or failed")
    progress: ProgressOut
    failures: list[FailureOut]


class JobsOut(BaseModel):
    """Some jobs."""

    jobs: list[JobOut]
