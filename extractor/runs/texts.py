"""The results of a run with the texts that they are about, read again from where they came."""

from collections.abc import Iterator
from pathlib import Path

from extractor.errors import ArticleError, NoSuchFolder
from extractor.runs.inputs import Inputs
from extractor.runs.ledger import LEDGER, digest, read_entered, read_result, read_results
from extractor.schemas.extraction.v1 import Extraction


def results_with_texts(out: Path, inputs: Inputs) -> Iterator[tuple[Extraction, str | None]]:
    """Each result of an output folder, in the order of the inputs, with its article's text.

    The text is None where the article is gone, cannot be read, or is no longer the one that was read then:
    offsets would point at other words. Results of articles that the inputs no longer have come last.

    Raises:
        NoSuchFolder: the folder holds no results, or the inputs are gone as a whole.
        LedgerDamaged: a line is no result.
        InvalidInput: a table or list cannot be read.
    """
    if not (out / LEDGER).is_file():
        raise NoSuchFolder(str(out), f"holds no {LEDGER}")
    find = read_entered(out)
    seen: set[bytes] = set()
    for entry in inputs:
        entered = find(entry.id)
        if entered is None or digest(entry.id) in seen:
            continue
        seen.add(digest(entry.id))
        result = read_result(out, entered)
        try:
            article = entry.read()
        except ArticleError:
            yield result, None
        else:
            yield result, article.text if article.sha256 == result.article.sha256 else None
    for result in read_results(out):
        if digest(result.article.id) not in seen:
            yield result, None
