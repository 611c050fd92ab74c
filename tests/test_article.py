import codecs
from pathlib import Path

import pytest

from extractor import Article, read_article
from extractor.article import MAX_SIZE
from extractor.errors import ArticleTooLarge, EmptyArticle, UnreadableArticle


def write(folder: Path, data: bytes) -> Path:
    path = folder / "a.txt"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("bom", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_text_is_kept_exactly_and_only_the_byte_order_mark_is_dropped(
    tmp_path: Path, bom: bytes, encoding: str
) -> None:
    text = " \tL\u2019été\r\n\r\n« oui »\u00a0!\r👏🏿🔥\n{{ x }}\u241f "
    assert read_article(write(tmp_path, bom + text.encode(encoding))).text == text


def test_the_id_of_a_file_is_its_path_below_the_root(tmp_path: Path) -> None:
    folder = tmp_path / "b" / "c"
    folder.mkdir(parents=True)
    path = write(folder, b"x")
    assert read_article(path).id == "a.txt"
    assert read_article(path, root=tmp_path).id == "b/c/a.txt"


def test_the_id_of_a_text_is_the_start_of_its_sha256() -> None:
    article = Article("abc")
    assert article.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert article.id == "ba7816bf8f01cfea"


@pytest.mark.parametrize(
    ("data", "offset", "reason"),
    [
        (b"ab\xff", 2, "no valid UTF-8"),
        (codecs.BOM_UTF8 + b"a\xe9", 4, "no valid UTF-8"),
        (b"caf\xe9 au lait", 3, "no valid UTF-8"),
        (b"a\xed\xa0\x80", 1, "no valid UTF-8"),
        (codecs.BOM_UTF16_LE + b"a\x00b", 4, "no valid UTF-16-LE"),
        (codecs.BOM_UTF16_LE + b"a\x00\x00\xd8b\x00", 4, "no valid UTF-16-LE"),
        (b"ab\x00c", 2, "a NUL byte"),
        ("é\0".encode(), 2, "a NUL byte"),
        (codecs.BOM_UTF16_BE + "a\0b".encode("utf-16-be"), 4, "a NUL byte"),
        (codecs.BOM_UTF32_LE + "ab".encode("utf-32-le"), 0, "UTF-32"),
    ],
)
def test_what_is_no_text_is_named_with_file_and_byte_offset(
    tmp_path: Path, data: bytes, offset: int, reason: str
) -> None:
    path = write(tmp_path, data)
    with pytest.raises(UnreadableArticle) as caught:
        read_article(path)
    assert (caught.value.source, caught.value.offset) == (str(path), offset)
    assert caught.value.reason.startswith(reason)
    assert f"at byte {offset}" in str(caught.value)


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE + b"\n\x00"])
def test_an_empty_file_is_named(tmp_path: Path, data: bytes) -> None:
    path = write(tmp_path, data)
    with pytest.raises(EmptyArticle) as caught:
        read_article(path)
    assert caught.value == EmptyArticle(str(path))


def test_a_file_of_fifty_megabytes_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(50_000_000)

    def read_bytes(_: Path) -> bytes:
        pytest.fail("the file was read")

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    with pytest.raises(ArticleTooLarge) as caught:
        read_article(path)
    assert caught.value == ArticleTooLarge(str(path), 50_000_000, MAX_SIZE)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableArticle, match="No such file"):
        read_article(tmp_path / "missing.txt")
    with pytest.raises(UnreadableArticle, match="Is a directory"):
        read_article(tmp_path)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", EmptyArticle("text")),
        (" \n", EmptyArticle("text")),
        ("a\0", UnreadableArticle("text", "a NUL character", 1)),
        ("👏\ud83d", UnreadableArticle("text", "a lone surrogate", 1)),
        ("x" * (MAX_SIZE + 1), ArticleTooLarge("text", MAX_SIZE + 1, MAX_SIZE)),
    ],
)
def test_text_passed_in_is_checked_too(text: str, error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        Article(text)
    assert caught.value == error


@pytest.mark.parametrize("field", ["id", "title", "url", "published", "language"])
def test_metadata_with_a_lone_surrogate_is_named(field: str) -> None:
    with pytest.raises(UnreadableArticle) as caught:
        Article("x", **{field: "a\ud83d"})
    assert caught.value == UnreadableArticle(field, "a lone surrogate", 1)


def test_the_seed_article_is_read_as_supplied(golden: Path) -> None:
    article = read_article(golden / "seed" / "article.txt")
    assert article.sha256 == "1cb68586422623a9170f9da195be2f7289792266aabe732018c1b1c73235d367"
    assert len(article.text) == 2475
