"""The encoding of a web page: what its bytes are, what it declares, what browsers make of it."""

import codecs
import re
from collections.abc import Iterator
from unicodedata import name

from extractor.errors import UnreadableArticle

_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})|<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""",
    re.IGNORECASE,
)
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
_SAMPLE = 20_000
"""Code points of a text whose letters tell its script."""

_SIGNS = 3
"""Signs in words that are no accident."""

_CONTROLS = re.compile("[\udc80-\udcff]")
_HEAD = 4096
"""Bytes in which an encoding is declared; HTML asks for the first 1024, pages are less orderly."""

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


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
    letters = [each for each in text[:_SAMPLE] if each.isalpha() and not each.isascii()]
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
