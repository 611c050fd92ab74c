"""The input record: an article's text exactly as it was read, and the reading of files."""

import codecs
import os
import re
import stat
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from extractor.errors import ArticleTooLarge, EmptyArticle, UnreadableArticle
from extractor.pages import SUFFIXES as PAGES
from extractor.pages import read_page

MAX_SIZE = 5_000_000
"""Largest article, in bytes of a file or code points of text: a long book; more is not one article."""

SUFFIXES = (".txt", ".md", *PAGES)
"""File name endings that are read as articles."""

METADATA = ("title", "url", "published", "language", "author", "site")
"""What may be known of an article apart from its text."""

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Article:
    """One article; all offsets of a result count code points of ``text``, which is never changed.

    Args:
        text: the article with everything the scraper left in.
        id: names the article in results; by default the first 16 hex digits of ``sha256``.
        title: the title, if known apart from the text.
        url: where the article was found.
        published: publication date as known to the caller, ISO 8601 preferred; helps to resolve dates.
        language: BCP 47 tag; by default the model says.
        author: who wrote it, if known apart from the text.
        site: the name of the site or outlet that published it.

    Raises:
        EmptyArticle: the text is empty or only white space.
        UnreadableArticle: the text holds a NUL, or it or another field a lone surrogate.
        ArticleTooLarge: the text is over ``MAX_SIZE`` code points.
    """

    text: str
    id: str = ""
    title: str | None = None
    url: str | None = None
    published: str | None = None
    language: str | None = None
    author: str | None = None
    site: str | None = None

    def __post_init__(self) -> None:
        _check_text(self.text, source="text")
        for name in ("id", *METADATA):
            if lone := _SURROGATE.search(getattr(self, name) or ""):
                raise UnreadableArticle(name, "a lone surrogate", lone.start())
        if not self.id:
            object.__setattr__(self, "id", self.sha256[:16])

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the text's UTF-8 bytes, hexadecimal."""
        return sha256(self.text.encode()).hexdigest()


def read_article(path: Path, *, root: Path | None = None, id_: str | None = None) -> Article:
    """Read a text file, UTF-8 with or without a byte order mark or UTF-16 with one, or a web page.

    Of a text file line ends and everything else stay as they are; only the byte order mark is dropped. Of a
    page (.html, .htm, .xhtml) ``pages.read_page`` gives the text and what it says of itself. The article's id
    is ``id_``, or the file's path below ``root`` with forward slashes, or the file's name.

    Raises:
        UnreadableArticle: not a file, not readable, or not text; names the byte offset.
        EmptyArticle: nothing but white space.
        NoArticle: a page without an article.
        ArticleTooLarge: over ``MAX_SIZE`` bytes.
    """
    data, source = _read_bytes(path), path_text(path)
    id_ = id_ or path_text(path.relative_to(root) if root else Path(path.name))
    if path.suffix.lower() in PAGES:
        return Article(id=id_, **asdict(read_page(data, source=source)))
    return Article(_decode(data, source=source), id=id_)


def path_text(path: Path) -> str:
    """A path as text with forward slashes; bytes of a file name that are no UTF-8 are escaped."""
    return os.fsencode(path.as_posix()).decode(errors="backslashreplace")


def _read_bytes(path: Path) -> bytes:
    try:
        status = path.stat()
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            raise UnreadableArticle(path_text(path), "no file but a pipe, socket or device")
        if status.st_size > MAX_SIZE:
            raise ArticleTooLarge(path_text(path), status.st_size, MAX_SIZE)
        return path.read_bytes()
    except OSError as error:
        raise UnreadableArticle(path_text(path), error.strerror or "cannot be opened") from error


def _decode(data: bytes, *, source: str) -> str:
    bom, encoding = _encoding(data, source=source)
    try:
        text = data[len(bom) :].decode(encoding)
    except UnicodeDecodeError as error:
        reason = f"no valid {encoding.upper()} ({error.reason})"
        raise UnreadableArticle(source, reason, len(bom) + error.start) from error
    if "\0" in text:
        before = text[: text.index("\0")].encode(encoding)
        raise UnreadableArticle(source, "a NUL byte", len(bom) + len(before))
    _check_text(text, source=source)
    return text


def _encoding(data: bytes, *, source: str) -> tuple[bytes, str]:
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise UnreadableArticle(source, "UTF-32, which is not read: save it as UTF-8", 0)
    for bom, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(bom):
            return bom, encoding
    return b"", "utf-8"


def _check_text(text: str, *, source: str) -> None:
    if len(text) > MAX_SIZE:
        raise ArticleTooLarge(source, len(text), MAX_SIZE)
    if not text.strip():
        raise EmptyArticle(source)
    if "\0" in text:
        raise UnreadableArticle(source, "a NUL character", text.index("\0"))
    if lone := _SURROGATE.search(text):
        raise UnreadableArticle(source, "a lone surrogate", lone.start())
