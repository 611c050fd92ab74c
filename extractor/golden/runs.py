"""Two runs over the same articles, compared by meaning."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from extractor.errors import ArticleError
from extractor.golden.comparison import compare
from extractor.golden.difference import Difference
from extractor.runs.inputs import Entry
from extractor.schemas.extraction.v1 import Extraction


@dataclass(frozen=True)
class Compared:
    """What became of an article between two runs.

    Args:
        id: the article's.
        differences: what changed, by meaning.
        trouble: why it could not be compared, None if it was.
    """

    id: str
    differences: tuple[Difference, ...] = ()
    trouble: str | None = None

    @property
    def is_same(self) -> bool:
        """Whether it was compared and nothing changed."""
        return not self.differences and self.trouble is None

    def lines(self) -> Iterator[str]:
        """The report: what happened to the article, then one line a difference."""
        count = len(self.differences)
        state = self.trouble or ("same" if not count else f"{count} difference{'' if count == 1 else 's'}")
        yield f"{self.id}: {state}"
        yield from (f"  {each.told}" for each in self.differences)


def compare_runs(
    before: Iterable[Extraction], after: Iterable[Extraction], entries: Iterable[Entry]
) -> Iterator[Compared]:
    """Every article that either run has a result of, in the order of the first run.

    Args:
        before: the results that count of one run.
        after: those of the other.
        entries: the articles, for their texts; the first of an id counts.
    """
    ones, others = ({result.article.id: result for result in results} for results in (before, after))
    texts: dict[str, Entry] = {}
    for entry in entries:
        texts.setdefault(entry.id, entry)
    for id_ in dict.fromkeys((*ones, *others)):
        if id_ not in ones or id_ not in others:
            yield Compared(id_, trouble=f"only in the {'second' if id_ not in ones else 'first'}")
        else:
            yield _compared(ones[id_], others[id_], texts.get(id_))


def _compared(before: Extraction, after: Extraction, entry: Entry | None) -> Compared:
    id_ = before.article.id
    if not before.segments and not after.segments:
        return Compared(id_, trouble="failed in both")
    try:
        text = entry.read().text if entry else None
    except ArticleError as error:
        return Compared(id_, trouble=str(error))
    if text is None:
        return Compared(id_, trouble="its text is not among the articles")
    return Compared(id_, tuple(compare(before, after, text)))
