"""Run over a folder: articles in, results out in the same order; one bad article stops no other."""

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

from extractor.article import SUFFIXES, Article, path_text, read_article
from extractor.errors import ConfigurationError, ExtractorError, NoSuchFolder
from extractor.pipeline import ExtractionFailed
from extractor.runs.summary import Summary
from extractor.schemas.extraction.v1 import ArticleInfo, Extraction, Problem

LEDGER = "extractions.jsonl"
"""The file of results in the output folder: one extraction/v1 object a line."""

AHEAD = 4
"""Finished results that may wait for a slower article before them, as a multiple of the concurrency."""

Progress = Callable[[Extraction, int], None]
"""Called after each article with its result and the number of articles in the run."""


def find_articles(folder: Path) -> list[Path]:
    """The article files in and below a folder, sorted by path.

    Hidden files and folders are left out, and links to folders are not followed: they may lead in circles.

    Raises:
        NoSuchFolder: it is missing, no folder, or holds no article.
    """
    if not folder.is_dir():
        raise NoSuchFolder(str(folder), "there is no such folder")
    paths = [
        Path(place, name)
        for place, folders, names in os.walk(folder, onerror=_cannot_be_read)
        if _keep_visible(folders)
        for name in names
        if name.lower().endswith(SUFFIXES) and not name.startswith(".")
    ]
    if not paths:
        raise NoSuchFolder(str(folder), f"holds no {' or '.join(SUFFIXES)} file")
    return sorted(paths, key=lambda path: path.relative_to(folder).as_posix())


async def run_folder(
    folder: Path,
    out: Path,
    extract: Callable[[Article], Awaitable[Extraction]],
    concurrency: int,
    progress: Progress | None,
) -> Summary:
    """Extract every article of a folder; see ``Extractor.extract_folder``."""
    paths = find_articles(folder)
    summary = Summary()
    ledger = _open_ledger(out)
    with ledger.open("w", encoding="utf-8", newline="\n") as lines:
        async for result in _results(paths, folder, extract, concurrency):
            lines.write(result.model_dump_json() + "\n")
            lines.flush()
            summary.add(result)
            if progress:
                progress(result, len(paths))
    ledger.replace(out / LEDGER)
    return summary


async def _results(
    paths: Sequence[Path], folder: Path, extract: Callable[[Article], Awaitable[Extraction]], concurrency: int
) -> AsyncIterator[Extraction]:
    """Results in the order of the paths, with ``concurrency`` articles in flight."""
    places = asyncio.Semaphore(concurrency)

    async def work(path: Path) -> Extraction:
        async with places:
            return await _extract_file(path, folder, extract)

    waiting: deque[asyncio.Task[Extraction]] = deque()
    try:
        for path in paths:
            waiting.append(asyncio.create_task(work(path)))
            if len(waiting) >= AHEAD * concurrency:
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _extract_file(
    path: Path, folder: Path, extract: Callable[[Article], Awaitable[Extraction]]
) -> Extraction:
    article: Article | None = None
    id_ = path_text(path.relative_to(folder))
    try:
        article = read_article(path, root=folder)
        return await extract(article)
    except ConfigurationError:
        raise
    except ExtractionFailed as failure:
        return failure.result
    except ExtractorError as error:
        return _failed(id_, article, type(error).__name__, str(error))
    except Exception as error:  # noqa: BLE001 - the one place that isolates an article: no bug loses the others
        return _failed(id_, article, type(error).__name__, f"unexpected: {error}")


def _failed(id_: str, article: Article | None, error: str, message: str) -> Extraction:
    return Extraction(
        article=ArticleInfo(
            id=id_,
            title=None,
            url=None,
            published=None,
            language=None,
            sha256=article.sha256 if article else None,
            characters=len(article.text) if article else 0,
        ),
        status="failed",
        problems=(Problem(error=error, record=None, message=message),),
    )


def _open_ledger(out: Path) -> Path:
    try:
        out.mkdir(parents=True, exist_ok=True)
        ledger = out / f"{LEDGER}.part"
        ledger.touch()
    except OSError as error:
        raise NoSuchFolder(str(out), error.strerror or "cannot be written") from error
    return ledger


def _cannot_be_read(error: OSError) -> None:
    raise NoSuchFolder(str(error.filename), error.strerror or "cannot be read") from error


def _keep_visible(folders: list[str]) -> bool:
    folders[:] = [name for name in folders if not name.startswith(".")]
    return True
