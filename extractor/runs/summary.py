"""What a folder run amounted to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from extractor.schemas.extraction.v1 import Extraction, Status, Usage


@dataclass
class Summary:
    """Sums over the articles of a run.

    ``statuses`` counts articles by status; ``failures`` names the articles that are not complete, with what
    is missing.
    """

    statuses: dict[Status, int] = field(default_factory=lambda: {"complete": 0, "partial": 0, "failed": 0})
    claims: int = 0
    rejected: int = 0
    usage: Usage = field(default_factory=Usage)
    failures: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    @property
    def articles(self) -> int:
        """How many articles there were."""
        return sum(self.statuses.values())

    @property
    def is_complete(self) -> bool:
        """Whether every article is complete."""
        return self.statuses["complete"] == self.articles

    def add(self, result: Extraction) -> None:
        """Count one result."""
        self.statuses[result.status] += 1
        self.claims += len(result.claims)
        self.rejected += len(result.rejected)
        self.usage = _sum(self.usage, result.usage)
        self.failures += [(result.article.id, problem.message) for problem in result.problems]


def _sum(left: Usage, right: Usage) -> Usage:
    counts: Mapping[str, int] = right.model_dump()
    return Usage(**{name: value + counts[name] for name, value in left.model_dump().items()})
