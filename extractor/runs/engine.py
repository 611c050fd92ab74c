"""Where the articles of a run are extracted: in this process, or wherever an engine has them extracted."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from extractor.errors import ExtractorError
from extractor.lines import Growing
from extractor.models.call import Reply
from extractor.runs.run import Attempt
from extractor.settings import Settings


@dataclass(frozen=True)
class Work:
    """What an engine has to know of a run.

    Args:
        settings, model: what is asked.
        run: the name of the run, by which the cache tells what it paid for itself.
        before: US dollars that its earlier starts have spent.
        replies: where every reply is kept.
        count: is told each reply that was paid for.
    """

    settings: Settings
    model: str
    run: str
    before: float
    replies: Growing
    count: Callable[[Reply], None]


@dataclass(frozen=True)
class Crew:
    """Those who extract the articles of a run.

    Args:
        attempt: extracts one article.
        in_flight: articles they work on at a time.
        halt: is given what ends the run, so that no further call begins.
    """

    attempt: Attempt
    in_flight: int
    halt: Callable[[ExtractorError], None]


class Engine(Protocol):
    """Somewhere else than this process."""

    def open(self, work: Work) -> AbstractAsyncContextManager[Crew]:
        """A crew for a run, until the block ends."""
        ...
