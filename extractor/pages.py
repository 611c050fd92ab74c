"""Web pages: from HTML to the article's text with its reader comments, and what the page says of itself.

Extraction is trafilatura's, with preference for recall: what is too much in the text becomes a segment of its
own, what is missing cannot come back. Offsets of a result count the extracted text.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from extractor.errors import NoArticle, UnreadableArticle

SUFFIXES = (".html", ".htm", ".xhtml")
"""File name endings that are read as pages."""

_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})|<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""",
    re.IGNORECASE,
)
_SENTENCE = 40
"""Code points of a line that can be prose: a page of shorter ones, or of links alone, holds no article."""

_BEGINNING = 20_000
"""Code points of a text in which prose is looked for."""

_TROUBLES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What trafilatura and lxml raise over markup that nobody foresaw."""

_HEAD = 4096
"""Bytes in which an encoding is declared; HTML asks for the first 1024, pages are less orderly."""

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True)
class Page:
    """What a page holds and says of itself; what it does not say is None.

    Args:
        text: the article, then the readers' comments after an empty line.
        title: of the article.
        url: the address that it gives as its own.
        published: date, ISO 8601.
        language: BCP 47 tag that it declares.
        author: one or several, as it names them.
        site: the name of the site.
    """

    text: str
    title: str | None
    url: str | None
    published: str | None
    language: str | None
    author: str | None
    site: str | None


def read_page(data: bytes, *, source: str) -> Page:
    """The article of a page.

    Args:
        data: the page's bytes.
        source: names the page in errors.

    Raises:
        NoArticle: the page holds none.
        UnreadableArticle: it is no text, or no HTML.
    """
    found = _extracted(decode_page(data, source=source), source)
    if found is None:
        raise NoArticle(source)
    parts = [part.strip() for part in (found.text, found.comments) if part and part.strip()]
    return Page(
        "\n\n".join(parts),
        title=found.title or None,
        url=found.url or None,
        published=found.date or None,
        language=found.language or None,
        author=found.author or None,
        site=found.sitename or None,
    )


def decode_page(data: bytes, *, source: str) -> str:
    """The text of a page's bytes.

    A byte order mark decides; then UTF-8, where the bytes are valid in it; then what the page declares; then
    what its bytes look like.

    Raises:
        UnreadableArticle: the bytes are valid in none of these, or hold a NUL.
    """
    for encoding, skipped in _encodings(data):
        try:
            text = data[skipped:].decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\0" in text:
            raise UnreadableArticle(source, "a NUL byte", data.find(b"\0"))
        return text
    raise UnreadableArticle(source, "no text in any encoding that it declares or looks like")


def _encodings(data: bytes) -> Iterator[tuple[str, int]]:
    """Encodings to try, with the bytes of a mark to skip."""
    import webencodings  # noqa: PLC0415 - only pages need them
    from charset_normalizer import from_bytes  # noqa: PLC0415

    for mark, encoding in _BOMS:
        if data.startswith(mark):
            yield encoding, len(mark)
    yield "utf-8", 0
    if declared := _DECLARED.search(data[:_HEAD]):
        label = (declared[1] or declared[2]).decode("ascii")
        known = webencodings.lookup(label)
        # HTML reads a page that declares UTF-16 in ASCII letters as UTF-8, which was tried
        if known and not known.name.startswith("utf-16"):
            yield known.codec_info.name, 0
    if likely := from_bytes(data).best():
        yield likely.encoding, 0


def _extracted(page: str, source: str) -> Any:
    """What trafilatura finds, None if that is no article."""
    from trafilatura import (  # noqa: PLC0415 - 0.5 s, which only pages need
        bare_extraction,
        load_html,
    )

    try:
        tree: Any = load_html(page)
        if tree is None:
            return None
        language: str | None = tree.get("lang")
        links = {" ".join(link.text_content().split()) for link in tree.iter("a")}
        found: Any = bare_extraction(
            tree,
            favor_recall=True,
            include_comments=True,
            with_metadata=True,
            date_extraction_params={"original_date": True, "extensive_search": False},
        )
    except _TROUBLES as error:
        raise UnreadableArticle(source, f"no page that can be read ({type(error).__name__})") from error
    if found is None or not _has_prose(found.text or "", links):
        return None
    if language and re.fullmatch(r"[A-Za-z]{2,3}(-[\w-]{1,20})?", language):
        found.language = language
    return found


def _has_prose(text: str, links: Iterable[str]) -> bool:
    """Whether a line stays long enough without the links in it; the beginning of a text tells."""
    left = text[:_BEGINNING]
    for link in sorted(links, key=len, reverse=True):
        left = left.replace(link, "") if link else left
    return any(len(line.strip()) >= _SENTENCE for line in left.splitlines())
