"""What a run amounted to: sums, and failures by their cause with what to do about each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from extractor.models.meter import added
from extractor.schemas.extraction.v1 import Extraction, Status, Usage

EXAMPLES = 1000
"""Articles that are named for each cause; the others are only counted."""

ADVICE: Mapping[str, str] = {
    "ModelUnavailable": "run again: it asks only what is missing; more --attempts and --deadline help",
    "DeadlineExceeded": "run again, or allow more with --article-deadline",
    "WorkerDied": "run again; if it happens again, less memory is there than the articles need",
    "ModelRefused": "the model will not answer this text: try another model for these articles",
    "ReplyTruncated": "allow longer replies with --max-tokens, or cut the article with --window",
    "ContextWindowExceeded": "cut the article with a lower --window, or use a model with a larger context",
    "RequestRejected": "read the endpoint's words; --no-strict or another --mode often helps",
    "ReplyNotJSON": "the model does not keep to JSON: try --mode tools or md_json, or another model",
    "ReplyInvalid": "the model does not keep to the schema: more --reasks, or another model",
    "ReplyNotKept": "a change of the code asks something new here: run without --replay to ask it",
    "ReplyMissing": "record it: extractor golden record, or run without --replay",
    "UnreadableArticle": "save the file as UTF-8 text",
    "EmptyArticle": "nothing to do: the article has no text",
    "NoArticle": "nothing to do: a list of links, a form, or a page that only scripts fill",
    "ArticleTooLarge": "cut the file into articles",
    "NothingToClaim": "probably a page without an article; --claims-from takes claims from other segments",
    "InvalidRow": "correct the row; --column names columns that are called otherwise",
    "DuplicateId": "give each article an id of its own",
}
"""What to do about an error, by its name."""


@dataclass
class Cause:
    """Articles that lack something for the same reason.

    Args:
        error: the error's name.
        articles: how many.
        examples: ids and messages of the first of them.
    """

    error: str
    articles: int = 0
    examples: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    @property
    def advice(self) -> str:
        """What to do."""
        return ADVICE.get(self.error, "an error nobody expected: please report it with its message")


@dataclass
class Summary:
    """Sums over the articles that a run worked on.

    Args:
        statuses: articles by status.
        skipped: articles that were done before.
        duplicates: articles whose text another article of the run has; extracted once.
        repeated: articles that came more than once under one id; extracted once.
        claims, rejected: items of the results.
        usage: sum over the results.
        paid: calls, tokens and cost of this run alone.
        causes: failures by the name of their error.
        stopped: why the run ended early, None if it did not.
    """

    statuses: dict[Status, int] = field(default_factory=lambda: {"complete": 0, "partial": 0, "failed": 0})
    skipped: int = 0
    duplicates: int = 0
    repeated: int = 0
    claims: int = 0
    rejected: int = 0
    usage: Usage = field(default_factory=Usage)
    paid: Usage = field(default_factory=Usage)
    causes: dict[str, Cause] = field(default_factory=dict[str, Cause])
    stopped: str | None = None

    @property
    def articles(self) -> int:
        """How many articles were worked on."""
        return sum(self.statuses.values())

    @property
    def is_complete(self) -> bool:
        """Whether every article is complete."""
        return not self.causes and self.stopped is None

    @property
    def failures(self) -> list[tuple[str, str]]:
        """Ids and messages of articles that are not complete, by cause."""
        return [example for cause in self.causes.values() for example in cause.examples]

    def add(self, result: Extraction) -> None:
        """Count one result."""
        self.statuses[result.status] += 1
        self.claims += len(result.claims)
        self.rejected += len(result.rejected)
        self.usage = added(self.usage, result.usage)
        for problem in result.problems:
            self.note(problem.error, result.article.id, problem.message)

    def note(self, error: str, id_: str, message: str) -> None:
        """Count an article that lacks something."""
        cause = self.causes.setdefault(error, Cause(error))
        cause.articles += 1
        if len(cause.examples) < EXAMPLES:
            cause.examples.append((id_, message))
