"""Web pages: from HTML to the article's text with its reader comments, and what the page says of itself.

Extraction is trafilatura's, with preference for recall: what is too much in the text becomes a segment of its
own, what is missing cannot come back. Offsets of a result count the extracted text.
"""

import codecs
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width, name

from extractor.errors import NoArticle, UnreadableArticle

SUFFIXES = (".html", ".htm", ".xhtml")
"""File name endings that are read as pages."""

_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})|<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""",
    re.IGNORECASE,
)
_SENTENCE = 40
"""Letters of a line that can be prose: a page of links and labels alone holds no article."""

_ENDS = (".", "!", "?", "…", "»", "”", "。", "！", "？", "」")
"""How lines of prose end; several short ones are as good as a long one."""

_NO_PROSE = ("a", "button", "label", "legend", "option")
"""Elements whose words alone make no article."""

_WIDE = 3
"""Letters that a Chinese, Japanese or Korean character stands for: their sentences are that much shorter."""

_PER_FAULT = 2
"""Valid characters beyond ASCII for each invalid one in a text that is near to an encoding.

Bytes of another encoding are valid UTF-8 by accident far more seldom.
"""

_WIDER = {
    "windows-1252": "cp1252",
    "gbk": "gb18030",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "iso-2022-jp": "iso2022_jp",
}
"""Python's names for the tables that HTML means by these."""

_BY_LANGUAGE = {
    **dict.fromkeys(("cs", "hr", "hu", "pl", "ro", "sk", "sl", "sq"), "cp1250"),
    **dict.fromkeys(("az", "ku", "tr"), "cp1254"),
    **dict.fromkeys(("et", "lt", "lv"), "cp1257"),
    "vi": "cp1258",
}
"""Latin encodings by language where it is not windows-1252, as HTML's table of defaults has them."""

_LANGUAGE = re.compile(
    rb"""<html[^>]{0,500}?[\s"'](?:xml:)?lang\s*=\s*["']?\s*([A-Za-z]{2,3})\b"""
    rb"""|content-language["']?[^>]{0,80}?content\s*=\s*["']?\s*([A-Za-z]{2,3})\b""",
    re.IGNORECASE,
)
_CUT_OFF = re.compile(rb"[\xf0-\xf4][\x80-\xbf]{2}(?![\x80-\xbf])")
"""Three bytes of a character of four in UTF-8: in other encodings they hardly stand together."""

_SIGN_IN_WORD = re.compile(
    r"[^\W\d_][\xa1-\xa9\xac\xae-\xb9\xbc-\xbf]|[\xa2-\xa9\xac\xae-\xb9\xbc-\xbe][^\W\d_]"
)
_SIGNS = 3
"""Signs in words that are no accident."""

_CONTROLS = re.compile("[\udc80-\udcff]")
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

    A byte order mark decides; then UTF-8, where the bytes are valid in it; then what the page declares, by
    the names and tables of HTML (https://encoding.spec.whatwg.org); then what the bytes look like. Where
    UTF-8 or the declared encoding fits all but a few bytes, each of these is U+FFFD, as in a browser.

    Raises:
        UnreadableArticle: the bytes are near to text in none of these, or hold a NUL.
    """
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise UnreadableArticle(source, "UTF-32, which is not read: save it as UTF-8", 0)
    text = next((text for text in _readings(data) if text is not None), None)
    if text is None:
        raise UnreadableArticle(source, "no text in any encoding that it declares or looks like")
    if "\0" in text:
        raise UnreadableArticle(source, "a NUL byte", data.find(b"\0"))
    return text


def _readings(data: bytes) -> Iterator[str | None]:
    """The bytes as text in one way after the other, None where they are not near to it."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            yield _near(data[len(mark) :], encoding)
    declared = _declared(data)
    # in the escapes of a seven-bit encoding every byte is valid UTF-8
    if declared == "iso2022_jp" and b"\x1b" in data:
        yield _strictly(data, declared)
    yield _strictly(data, "utf-8")
    if declared:
        yield _strictly(data, declared)
    yield _damaged_utf8(data)
    if declared and declared != "utf-8":
        yield _near(data, declared)
    from charset_normalizer import from_bytes  # noqa: PLC0415 - only pages need it

    if likely := from_bytes(data).best():
        guessed = _strictly(data, likely.encoding)
        yield _latin(data, guessed) if guessed and _is_latin(guessed) else guessed


def _damaged_utf8(data: bytes) -> str | None:
    """The text if it is UTF-8 but for a few bytes: characters of several bytes are no accident."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    letters = [character for character in text if not character.isascii() and character != "\ufffd"]
    return text if len(letters) + len(_CUT_OFF.findall(data)) >= bad else None


def _is_latin(text: str) -> bool:
    """Whether most letters beyond ASCII are Latin ones."""
    letters = [each for each in text[:_BEGINNING] if each.isalpha() and not each.isascii()]
    return sum(name(each, "").startswith("LATIN") for each in letters) * 2 >= len(letters)


def _latin(data: bytes, guessed: str) -> str | None:
    """A page in an undeclared Latin encoding, among which statistics tell little.

    Browsers go by the language that a page declares. Without one it is windows-1252, unless that puts signs
    into its words.
    """
    if found := _LANGUAGE.search(data[:_HEAD]):
        language = (found[1] or found[2]).decode("ascii").lower()
        return _strictly(data, _BY_LANGUAGE.get(language, "cp1252"))
    western = _strictly(data, "cp1252") or ""
    signs = len(_SIGN_IN_WORD.findall(western))
    return guessed if signs >= _SIGNS and signs > len(_SIGN_IN_WORD.findall(guessed)) else western


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        if encoding == "cp1252":  # five bytes without a letter are controls in HTML
            return _CONTROLS.sub(
                lambda each: chr(ord(each[0]) - 0xDC00), data.decode(encoding, "surrogateescape")
            )
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _near(data: bytes, encoding: str) -> str | None:
    """The text if most of it beyond ASCII is valid, with U+FFFD for the rest."""
    try:
        text = data.decode(encoding, "replace")
    except LookupError:
        return None
    bad = text.count("\ufffd")
    letters = sum(not character.isascii() for character in text) - bad
    return text if letters > _PER_FAULT * bad else None


def _declared(data: bytes) -> str | None:
    """The name that Python gives to the encoding a page declares."""
    import webencodings  # noqa: PLC0415 - only pages need it

    if not (found := _DECLARED.search(data[:_HEAD])):
        return None
    known = webencodings.lookup((found[1] or found[2]).decode("ascii"))
    # HTML reads a page that declares UTF-16 in ASCII letters as UTF-8
    if known is None or known.name.startswith("utf-16"):
        return "utf-8" if known else None
    return _WIDER.get(known.name, known.codec_info.name)


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
