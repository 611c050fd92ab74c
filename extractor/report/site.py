"""``OUT/report``: an index, a page an article and a page of sources, which need no server and no network."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from markupsafe import Markup

from extractor.exports.folders import FileNames, writing_to
from extractor.report.graph import draw
from extractor.report.marks import title_of
from extractor.report.pages import article_page, index_page, sources_page
from extractor.report.sources import Sources
from extractor.schemas.extraction.v1 import Extraction

FOLDER = "report"
"""Where in an output folder the site goes."""

PAGES = "pages.txt"
"""The names of the article pages, by which the next report takes away those that it has no article for."""

ASSETS = ("report.css", "report.js")
SOURCES = 3_000
"""Sources on the page of sources; what is more is said there."""

_COLUMNS = (
    "id", "page", "title", "status", "published", "site", "claims", "denied", "attributed", "rejected",
    "comments", "labels", "sources",
)  # fmt: skip
_SOURCE_COLUMNS = ("name", "kind", "articles", "affirms", "denies", "carries", "through", "carriers", "says")

Result = tuple[Extraction, str | None]
"""A result and its article's text, None where that is gone."""


@dataclass
class _Site:
    """What is known once every article's page is written."""

    rows: list[list[Any]] = field(default_factory=list[list[Any]])
    sources: Sources = field(default_factory=Sources)
    statuses: Counter[str] = field(default_factory=Counter[str])

    def add(self, result: Extraction, text: str | None, page: str) -> None:
        said = [each for claim in result.claims for each in claim.assertions]
        self.statuses[result.status] += 1
        self.sources.add(result, page)
        self.rows.append(
            [
                result.article.id,
                page,
                title_of(result, text),
                result.status,
                result.article.published,
                result.article.site,
                len(result.claims),
                sum(any(each.stance == "denies" for each in claim.assertions) for claim in result.claims),
                sum(bool(each.chain) for each in said),
                len(result.rejected),
                sum(each.label == "comment" for each in result.segments),
                sorted({each.label for each in result.segments}),
                [each.name for each in result.sources],
            ]
        )

    def totals(self) -> dict[str, int]:
        def total(name: str) -> int:
            at = _COLUMNS.index(name)
            return sum(row[at] for row in self.rows)

        return {
            "articles": len(self.rows),
            **dict(sorted(self.statuses.items())),
            **{name: total(name) for name in ("claims", "denied", "attributed", "rejected", "comments")},
        }


def write_report(results: Iterable[Result], folder: Path) -> Path:
    """Write the site; its index.

    What an earlier report left under the same names is written over, and its pages of other articles go.

    Articles go through one by one; what is held is a row of each and the counts of sources.

    Args:
        results: in the order of the index.
        folder: made if it is missing.

    Raises:
        CannotWrite: the folder or a file cannot be written.
    """
    site = _Site()
    with writing_to(folder / "articles"):
        _clear(folder, _write_articles(results, folder / "articles", site))
        for name in ASSETS:
            data = resources.files("extractor.report").joinpath("assets", name).read_text(encoding="utf-8")
            _write(folder / name, data)
        _write(folder / "sources.html", _sources(site.sources))
        _write(folder / "index.html", index_page(_json(_COLUMNS, site.rows), site.totals()))
    return folder / "index.html"


def _clear(folder: Path, pages: set[str]) -> None:
    """Take away the pages of an earlier report that this one has not written; nothing else."""
    listed = folder / PAGES
    before = listed.read_text(encoding="utf-8").splitlines() if listed.is_file() else []
    for page in before:
        if page not in pages and Path(page).name == page:
            (folder / "articles" / page).unlink(missing_ok=True)
    _write(listed, "".join(f"{page}\n" for page in sorted(pages)))


def _write_articles(results: Iterable[Result], folder: Path, site: _Site) -> set[str]:
    """Write each page when the next one's name is known; the names of all."""
    pages: set[str] = set()
    before: str | None = None
    held: tuple[Extraction, str | None, str] | None = None
    names = FileNames()
    for result, text in results:
        page = f"{names.of(result.article.id)}.html"
        pages.add(page)
        if held:
            _write_article(folder, held, before, page)
            before = held[2]
        held = (result, text, page)
        site.add(result, text, _address(page))
    if held:
        _write_article(folder, held, before, None)
    return pages


def _write_article(
    folder: Path, held: tuple[Extraction, str | None, str], before: str | None, after: str | None
) -> None:
    result, text, page = held
    html = article_page(
        result, text, previous=before and _address(before), following=after and _address(after)
    )
    _write(folder / page, html)


def _address(page: str) -> str:
    """A file's name as a link: per cent signs of the name are no escapes."""
    return page.replace("%", "%25").replace("?", "%3F").replace("#", "%23")


def _sources(sources: Sources) -> str:
    found = list(sources)
    rows = [
        [
            each.name,
            each.kind,
            each.articles,
            each.affirms,
            each.denies,
            each.carries,
            [name for name, _ in each.through.most_common(5)],
            len(each.through),
            [list(example) for example in each.says],
        ]
        for each in found[:SOURCES]
    ]
    return sources_page(
        rows=_json(_SOURCE_COLUMNS, rows),
        kinds=sorted({each.kind for each in found}),
        graph=draw(sources.flows),
        left_out=max(0, len(found) - SOURCES),
    )


def _json(columns: Iterable[str], rows: list[list[Any]]) -> Markup:
    """JSON inside a script element: nothing in it can end the element or begin a comment."""
    text = json.dumps({"columns": list(columns), "rows": rows}, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))  # noqa: S704 - no character of it opens markup


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")
