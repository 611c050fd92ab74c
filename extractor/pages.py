"""Web pages: from HTML to the article's text with its reader comments, and what the page says of itself.

Extraction is trafilatura's, with preference for recall: what is too much in the text becomes a segment of its
own, what is missing cannot come back. Offsets of a result count the extracted text.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width

from extractor.decoding import decode_page
from extractor.errors import NoArticle, UnreadableArticle

SUFFIXES = (".html", ".htm", ".xhtml")
"""File name endings that are read as pages."""

_SENTENCE = 40
"""Letters of a line that can be prose: a page of links and labels alone holds no article."""

_ENDS = (".", "!", "?", "…", "»", "”", "。", "！", "？", "」")
"""How lines of prose end; several short ones are as good as a long one."""

_NO_PROSE = ("a", "button", "label", "legend", "option")
"""Elements whose words alone make no article."""

_WIDE = 3
"""Letters that a Chinese, Japanese or Korean character stands for: their sentences are that much shorter."""

_REFERENCE = re.compile(r"&#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6});?")

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


def _extracted(page: str, source: str) -> Any:
    """What trafilatura finds, None if that is no article."""
    from trafilatura import (  # noqa: PLC0415 - 0.5 s, which only pages need
        bare_extraction,
        load_html,
    )

    try:
        tree: Any = load_html(_REFERENCE.sub(_representable, page))
        if tree is None:
            return None
        language = _language(tree)
        _keep_captions(tree)
        links = {" ".join(each.text_content().split()) for each in tree.iter(*_NO_PROSE)}
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


def _language(tree: Any) -> str | None:
    """The language that a page says it is in."""
    names = ("lang", "xml:lang", "{http://www.w3.org/XML/1998/namespace}lang")
    said: str | None = next((found for key in names if (found := tree.get(key))), None)
    for each in () if said else tree.iter("meta"):
        if str(each.get("http-equiv", "")).lower() == "content-language":
            return str(each.get("content", "")).split(",")[0].strip() or None
    return said


def _keep_captions(tree: Any) -> None:
    """Let captions be paragraphs after their figures, which trafilatura keeps; drop words for no scripts."""
    for each in list(tree.iter("noscript")):
        each.drop_tree()
    for each in list(tree.iter("figcaption")):
        for block in each.iter("br", "div", "li", "p", "span"):
            block.tail = f" {block.tail or ''}"
        words = " ".join(each.text_content().split())
        figure = next(each.iterancestors("figure"), each)
        if words and figure.getparent() is not None:
            caption = tree.makeelement("p")
            caption.text = words
            figure.addnext(caption)
        if figure is not each or words:
            each.drop_tree()


def _representable(reference: re.Match[str]) -> str:
    """The reference, unless it is of a character that no page can hold: lxml ends there."""
    return reference[0] if html.unescape(reference[0]) else ""


def _has_prose(text: str, links: Iterable[str]) -> bool:
    """Whether a line stays long enough without the links in it; the beginning of a text tells."""
    left = text[:_BEGINNING]
    for link in sorted(links, key=len, reverse=True):
        left = left.replace(link, "") if link else left
    lines = [line.strip() for line in left.splitlines()]
    sentences = sum(_letters(line) for line in lines if line.endswith(_ENDS))
    return sentences >= _SENTENCE or any(_letters(line) >= _SENTENCE for line in lines)


def _letters(line: str) -> int:
    return sum(_WIDE if east_asian_width(character) in "WF" else 1 for character in line)
