"""How far a run is: numbers that a display reads at any moment."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from extractor.models.stack import Stack
from extractor.schemas.extraction.v1 import Extraction, Usage

Watch = Callable[["Progress", Extraction | None], None]
"""Called with the progress of a run: once when it begins, then after each article with its result."""


@dataclass
class Progress:
    """Counts of a run, kept up to date while it runs.

    Args:
        total: articles of the run, None where only reading tells.
        skipped: articles that were done before and not touched.
        complete, partial, failed: articles that ended so.
        in_flight: articles being worked on.
        stack: the model's layers, which count calls and cost.
        started: on the monotonic clock, seconds.
    """

    total: int | None = None
    skipped: int = 0
    complete: int = 0
    partial: int = 0
    failed: int = 0
    in_flight: int = 0
    stack: Stack | None = None
    started: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> int:
        """Articles that ended in this run."""
        return self.complete + self.partial + self.failed

    @property
    def calls_in_flight(self) -> int:
        """Live calls that have no answer yet."""
        return self.stack.limits.in_flight if self.stack and self.stack.limits else 0

    @property
    def paid(self) -> Usage:
        """What live calls took since the model was opened."""
        return self.stack.paid if self.stack else Usage()

    @property
    def paused(self) -> float:
        """Seconds for which nothing is asked because the endpoint is overloaded."""
        return self.stack.limits.paused if self.stack and self.stack.limits else 0.0

    @property
    def rate(self) -> float:
        """Articles a second so far."""
        return self.done / max(time.monotonic() - self.started, 1e-9)

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the end at this rate, None while nobody can tell."""
        if self.total is None or not self.done:
            return None
        return max(0, self.total - self.skipped - self.done) / self.rate

    def count(self, result: Extraction) -> None:
        """Count an article that ended."""
        if result.status == "complete":
            self.complete += 1
        elif result.status == "partial":
            self.partial += 1
        else:
            self.failed += 1
