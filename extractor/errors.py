"""Every error the package raises, as values: facts are attributes, the message is built from them.

ExtractorError
├── ConfigurationError      the caller has to change something; a folder run stops
│   ├── InvalidSetting, NoModel, NoSuchPrompt, NoSuchFolder, NoSuchCase, InvalidBatchFile
│   ├── InvalidReference, InvalidInput, NoBatches, CannotWrite, OutInUse, LedgerDamaged
│   ├── NotAsked, NotConfirmed, NotInCI, NotSeparable, MissingExtra, LocalModelUnusable
│   ├── PromptEdited
│   └── CacheUnusable, KeyRefused, UnknownModel, QuotaExhausted, NoPrice
├── RunStopped              a folder run ends early, on purpose
│   └── EndpointDown, BudgetSpent, LimitsLost
├── ArticleError            one article cannot be read
│   ├── UnreadableArticle, EmptyArticle, NoArticle, ArticleTooLarge, NothingToClaim
│   └── InvalidRow, DuplicateId
├── ModelError              a call gave no usable reply
│   ├── ModelUnavailable    the only kind that is retried
│   ├── DeadlineExceeded, ModelRefused, ReplyTruncated, ContextWindowExceeded, RequestRejected
│   └── ReplyNotKept, WorkerDied
├── ReplyError              a reply that came but cannot be used, after re-asking
│   └── ReplyNotJSON, ReplyInvalid
└── ReplayError             recorded replies
    └── ReplyMissing, RecordingUnreadable
"""

from dataclasses import dataclass

_PASSED_IN = ("text", "id", "title", "url", "published", "language", "author", "site")


class ExtractorError(Exception):
    """Root of all errors raised on purpose; ``str(error)`` is one sentence for a person."""

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by facts: an exception's own way loses those that were given by name."""
        return _again, (type(self), vars(self))


def _again(kind: type[ExtractorError], facts: dict[str, object]) -> ExtractorError:
    error = kind.__new__(kind)
    vars(error).update(facts)
    return error


class ConfigurationError(ExtractorError):
    """A setting, a name or a credential is wrong: the same call would fail again."""


class ArticleError(ExtractorError):
    """One article cannot be read as text."""


class ModelError(ExtractorError):
    """A model call gave no usable reply."""


class ReplyError(ExtractorError):
    """A reply came and stayed unusable after re-asking."""


class ReplayError(ExtractorError):
    """Recorded replies do not answer what is asked."""


@dataclass(unsafe_hash=True)
class RunStopped(ExtractorError):
    """A folder run ends before its last article, because that was asked for."""

    reason: str = "stopped on request"

    def __str__(self) -> str:
        return self.reason


@dataclass(unsafe_hash=True)
class EndpointDown(RunStopped):
    """So many articles in a row had no answer that the others would have none either."""

    reason: str = ""
    articles: int = 0

    def __str__(self) -> str:
        return f"the endpoint gave no answer about {self.articles} articles in a row"


@dataclass(unsafe_hash=True)
class BudgetSpent(RunStopped):
    """The next call could cost more than what is left of the most that a run may cost."""

    reason: str = ""
    limit: float = 0.0

    def __str__(self) -> str:
        return f"the next call could cost more than is left of --max-cost {self.limit:g}"


@dataclass(unsafe_hash=True)
class LimitsLost(RunStopped):
    """The process that keeps the limits of a cluster is gone, and without it nothing may be asked."""

    reason: str = "the process that keeps the limits of the cluster ended"


@dataclass(unsafe_hash=True)
class InvalidSetting(ConfigurationError):
    """A setting is unknown or has a value it cannot have."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"setting {self.name!r}: {self.reason}"


@dataclass(unsafe_hash=True)
class PromptEdited(ConfigurationError):
    """A released prompt or schema is no longer what was released."""

    name: str
    file: str
    what: str
    successor: str

    def __str__(self) -> str:
        return f"{self.file} {self.what}, and {self.name} is released: put it back and make {self.successor}"


@dataclass(unsafe_hash=True)
class NotAsked(ConfigurationError):
    """A change has to be confirmed, and there is nobody to ask."""

    def __str__(self) -> str:
        return "no terminal to ask on: --all accepts every change without asking"


@dataclass(unsafe_hash=True)
class NotConfirmed(ConfigurationError):
    """Results would be paid for again, and there is nobody to ask."""

    articles: int

    def __str__(self) -> str:
        return (
            f"{self.articles} articles would be done again, and there is no terminal to ask on: --yes does it"
        )


@dataclass(unsafe_hash=True)
class NotInCI(ConfigurationError):
    """An expectation is changed by a person; the environment says that this is a build."""

    def __str__(self) -> str:
        return "CI is set: a build accepts nothing; accept on your own machine and commit expected.json"


@dataclass(unsafe_hash=True)
class NotSeparable(ConfigurationError):
    """Some changes of a golden case make no result without the others."""

    reason: str

    def __str__(self) -> str:
        return f"these changes cannot be taken without the others: {self.reason}"


@dataclass(unsafe_hash=True)
class MissingExtra(ConfigurationError):
    """Something needs a package that an extra of this one installs."""

    package: str
    extra: str

    def __str__(self) -> str:
        return f"needs {self.package}, which is not installed: pip install 'article-extractor[{self.extra}]'"


@dataclass(unsafe_hash=True)
class LocalModelUnusable(ConfigurationError):
    """A model file of one's own cannot be run here."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"the model {self.path} cannot be run here: {self.reason}"


@dataclass(unsafe_hash=True)
class NoModel(ConfigurationError):
    """Nothing was said about where replies come from."""

    missing: str

    def __str__(self) -> str:
        return (
            f"no model to ask: {self.missing}. Choose one of four: "
            "a hosted model (OPENAI_API_KEY and EXTRACTOR_MODEL, or --model); "
            "a server of your own that speaks the OpenAI protocol (OPENAI_BASE_URL and --model); "
            "a model file on this machine (--model FILE.gguf); "
            "recorded replies (--replay FOLDER)"
        )


@dataclass(unsafe_hash=True)
class NoSuchPrompt(ConfigurationError):
    """The catalog holds no prompt or schema of that record and version."""

    name: str
    known: tuple[str, ...]

    def __str__(self) -> str:
        return f"no prompt or schema {self.name!r}; there are: {', '.join(self.known)}"


@dataclass(unsafe_hash=True)
class NoSuchFolder(ConfigurationError):
    """A folder that is to be read is missing, unreadable or holds nothing to read."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"folder {self.path}: {self.reason}"


@dataclass(unsafe_hash=True)
class NoBatches(ConfigurationError):
    """The endpoint has no Batch API, or does not know the batch."""

    reason: str

    def __str__(self) -> str:
        return f"the endpoint does not take batches here (HTTP 404): {self.reason}; run without --batch"


@dataclass(unsafe_hash=True)
class CannotWrite(ConfigurationError):
    """An output file cannot be written: no space, no permission; what was written before is whole."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"cannot write {self.path}: {self.reason}; what was written before is kept, run again to go on"


@dataclass(unsafe_hash=True)
class OutInUse(ConfigurationError):
    """Another run is writing to the output folder."""

    path: str

    def __str__(self) -> str:
        return f"another run is writing to {self.path}: wait for it or name another --out"


@dataclass(unsafe_hash=True)
class LedgerDamaged(ConfigurationError):
    """A line in the middle of a run's results is no result."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}, line {self.line} is no result: remove the line, or name another --out"


@dataclass(unsafe_hash=True)
class InvalidInput(ConfigurationError):
    """A list of articles cannot be read as what it is said to be."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"input {self.path}: {self.reason}"


@dataclass(unsafe_hash=True)
class NoSuchCase(ConfigurationError):
    """A folder is no golden case."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"no golden case in {self.path}: {self.reason}"


@dataclass(unsafe_hash=True)
class InvalidReference(ConfigurationError):
    """A reference annotation is not of the form, or says what its article does not bear out."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"reference {self.path}: {self.reason}"


@dataclass(unsafe_hash=True)
class InvalidBatchFile(ConfigurationError):
    """A batch output file has a line that is not one."""

    path: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.reason}"


@dataclass(unsafe_hash=True)
class KeyRefused(ConfigurationError):
    """The endpoint does not accept the key (HTTP 401 or 403)."""

    status: int
    reason: str

    def __str__(self) -> str:
        return f"the endpoint refused the key (HTTP {self.status}): {self.reason}"


@dataclass(unsafe_hash=True)
class UnknownModel(ConfigurationError):
    """The endpoint does not know the model, or the base URL points beside the API (HTTP 404)."""

    model: str
    reason: str

    def __str__(self) -> str:
        return f"the endpoint does not know model {self.model!r} (HTTP 404): {self.reason}"


@dataclass(unsafe_hash=True)
class QuotaExhausted(ConfigurationError):
    """The account has no credit left (HTTP 429 with code insufficient_quota); waiting does not help."""

    reason: str

    def __str__(self) -> str:
        return f"the account's quota is used up: {self.reason}"


@dataclass(unsafe_hash=True)
class CacheUnusable(ConfigurationError):
    """The reply cache cannot be opened, read or written, or was tampered with."""

    path: str
    reason: str

    def __str__(self) -> str:
        advice = "see to its server" if "://" in self.path else "name another folder, delete it"
        return f"reply cache {self.path}: {self.reason}; {advice}, or run without a cache"


@dataclass(unsafe_hash=True)
class UnreadableArticle(ArticleError):
    """An article's bytes or characters are not text.

    Args:
        source: the file's path, or the field of an Article that was passed in, such as "text".
        reason: what stands there.
        offset: where, in bytes for a file and in code points for text; None if it has no place.
    """

    source: str
    reason: str
    offset: int | None = None

    def __str__(self) -> str:
        unit = "character" if self.source in _PASSED_IN else "byte"
        place = "" if self.offset is None else f" at {unit} {self.offset}"
        return f"cannot read {self.source}: {self.reason}{place}"


@dataclass(unsafe_hash=True)
class EmptyArticle(ArticleError):
    """An article holds nothing but white space."""

    source: str

    def __str__(self) -> str:
        return f"{self.source} is empty"


@dataclass(unsafe_hash=True)
class NoArticle(ArticleError):
    """A web page holds no article: a list of links, a form, a page that only scripts fill."""

    source: str

    def __str__(self) -> str:
        return f"{self.source} is a page without an article"


@dataclass(unsafe_hash=True)
class ArticleTooLarge(ArticleError):
    """An article is over the size limit (bytes for a file, code points for text)."""

    source: str
    size: int
    limit: int

    def __str__(self) -> str:
        return f"{self.source} is too large for an article: {self.size:,} over the limit of {self.limit:,}"


@dataclass(unsafe_hash=True)
class InvalidRow(ArticleError):
    """A row of a table of articles says nothing that could be extracted."""

    place: str
    reason: str

    def __str__(self) -> str:
        return f"the row cannot be read: {self.reason}"


@dataclass(unsafe_hash=True)
class DuplicateId(ArticleError):
    """Another article of the run has the same id; only the first is extracted."""

    id: str

    def __str__(self) -> str:
        return f"another article of this run is called {self.id!r} and is another text: give it its own id"


@dataclass(unsafe_hash=True)
class NothingToClaim(ArticleError):
    """No segment has a label that claims are taken from: a page without an article, for instance."""

    labels: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"nothing in the article is {' or '.join(self.labels)}, so there is nothing to take claims from"
        )


@dataclass(unsafe_hash=True)
class ModelUnavailable(ModelError):
    """No answer for now: connection, time-out, HTTP 408, 409, 429 or 5xx. The only retried kind.

    Args:
        reason: what happened.
        status: the HTTP status, None without an answer.
        retry_after: seconds the endpoint asks to wait, None if it does not say.
    """

    reason: str
    status: int | None = None
    retry_after: float | None = None

    def __str__(self) -> str:
        status = "" if self.status is None else f" (HTTP {self.status})"
        return f"the model is unavailable{status}: {self.reason}"


@dataclass(unsafe_hash=True)
class DeadlineExceeded(ModelError):
    """An article took longer, with all its calls, than it may; ``seconds`` is the limit."""

    seconds: float

    def __str__(self) -> str:
        return f"the article was not done within {self.seconds:g} seconds; what was answered is kept"


@dataclass(unsafe_hash=True)
class NoPrice(ConfigurationError):
    """A cost limit was set for a model whose price is not known."""

    model: str

    def __str__(self) -> str:
        return (
            f"the price of {self.model!r} is not known: --price INPUT,CACHED,OUTPUT names it "
            "in US dollars a million tokens"
        )


@dataclass(unsafe_hash=True)
class WorkerDied(ModelError):
    """The process that worked on an article ended: out of memory, or killed."""

    def __str__(self) -> str:
        return "the process that worked on this article ended before it was done; what was answered is kept"


@dataclass(unsafe_hash=True)
class ModelRefused(ModelError):
    """The model or its content filter declined to answer."""

    reason: str

    def __str__(self) -> str:
        return f"the model refused: {self.reason}"


@dataclass(unsafe_hash=True)
class ReplyTruncated(ModelError):
    """The reply was cut off at the token limit; ``content`` is what came."""

    content: str

    def __str__(self) -> str:
        return f"the reply was cut off at the token limit after {len(self.content):,} characters"


@dataclass(unsafe_hash=True)
class ContextWindowExceeded(ModelError):
    """The request is longer than the model's context window."""

    reason: str

    def __str__(self) -> str:
        return f"the request does not fit the model's context window (lower --window): {self.reason}"


@dataclass(unsafe_hash=True)
class RequestRejected(ModelError):
    """The endpoint rejected the request for another reason (HTTP 400, 413, 422)."""

    status: int
    reason: str

    def __str__(self) -> str:
        return f"the endpoint rejected the request (HTTP {self.status}): {self.reason}"


@dataclass(unsafe_hash=True)
class ReplyNotKept(ModelError):
    """A folder run kept no reply to this; a change of the code asks what was never asked."""

    prompt: str
    folder: str

    def __str__(self) -> str:
        return f"{self.folder} keeps no reply to this request of {self.prompt}: it was never asked"


@dataclass(unsafe_hash=True)
class ReplyNotJSON(ReplyError):
    """The reply is not JSON."""

    reason: str
    content: str

    def __str__(self) -> str:
        return f"the reply is not JSON: {self.reason}"


@dataclass(unsafe_hash=True)
class ReplyInvalid(ReplyError):
    """The reply is JSON but breaks the schema or contradicts the article's units."""

    reason: str
    content: str

    def __str__(self) -> str:
        return f"the reply is invalid: {self.reason}"


@dataclass(unsafe_hash=True)
class ReplyMissing(ReplayError):
    """No recording holds a reply to this request."""

    record: str
    version: int
    key: str
    folder: str

    def __str__(self) -> str:
        return (
            f"no recorded reply to {self.record}@v{self.version} (request {self.key[:12]}) in {self.folder}"
        )


@dataclass(unsafe_hash=True)
class RecordingUnreadable(ReplayError):
    """A recording file is damaged, or its request no longer has the key it is filed under."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"recording {self.path}: {self.reason}"
