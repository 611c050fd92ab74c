"""HTML pages: the article, the readers' comments, what the page says of itself, in whatever encoding."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.article import read_article
from extractor.decoding import decode_page
from extractor.errors import ArticleError, NoArticle, UnreadableArticle
from extractor.pages import read_page

HEAD = """<title>Le port rouvre - L'Écho</title>
<meta property="og:title" content="Le port rouvre"><meta property="og:site_name" content="L'Écho">
<meta property="article:published_time" content="2024-03-12T08:00:00+01:00">
<meta name="author" content="Anne Roux"><link rel="canonical" href="https://echo.example/port">"""
BODY = """<nav><a href="/">Accueil</a> <a href="/eco">Économie</a></nav>
<article><h1>Le port rouvre</h1>
<p>Selon la préfecture, le port de Nantes rouvre lundi après trois semaines de grève, rapporte L'Écho.</p>
<p>Le maire nie : « C’est faux &amp; absurde. » Il a ajouté que les syndicats n'ont rien signé à ce jour.</p>
<script>alert("nothing of this")</script><p><a href="/x">LIRE AUSSI : la grève en cartes</a></p></article>
<section id="comments" class="comments">
<div class="comment"><p>Bravo 👏🏿🔥 enfin une bonne nouvelle !</p></div>
<div class="comment"><p>Et qui paie ? Toujours les mêmes, on connaît la chanson.</p></div></section>
<footer>© 2024 L'Écho</footer>"""


def page(charset: str = "utf-8", head: str = HEAD, body: str = BODY) -> str:
    declared = f'<meta charset="{charset}">' if charset else ""
    return f'<!DOCTYPE html><html lang="fr"><head>{declared}{head}</head><body>{body}</body></html>'


def test_a_page_gives_its_article_and_the_comments_after_it() -> None:
    lines = read_page(page().encode(), source="x").text.split("\n")
    assert "Selon la préfecture, le port de Nantes rouvre lundi" in "\n".join(lines)
    assert "Le maire nie : « C’est faux & absurde. »" in "\n".join(lines)
    assert lines[-2:] == [
        "Bravo 👏🏿🔥 enfin une bonne nouvelle !",
        "Et qui paie ? Toujours les mêmes, on connaît la chanson.",
    ]
    assert "alert" not in "\n".join(lines)


def test_a_page_says_title_date_address_author_site_and_language() -> None:
    found = read_page(page().encode(), source="x")
    assert (found.title, found.published, found.url) == (
        "Le port rouvre", "2024-03-12", "https://echo.example/port"
    )  # fmt: skip
    assert (found.author, found.site, found.language) == ("Anne Roux", "L'Écho", "fr")


def test_a_file_of_html_is_an_article_with_what_the_page_says(tmp_path: Path) -> None:
    path = tmp_path / "Port.HTML"
    path.write_text(page(), encoding="utf-8")
    article = read_article(path)
    assert (article.id, article.title, article.author, article.site) == (
        "Port.HTML", "Le port rouvre", "Anne Roux", "L'Écho"
    )  # fmt: skip
    assert article.text == read_page(path.read_bytes(), source="x").text


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("iso-8859-1", "cp1252"),  # HTML means Windows' by it: curly quotes are in it
        ("windows-1252", "cp1252"),
        ("utf-8", "utf-8"),
        ("", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("utf-8", "utf-16"),
        ("iso-8859-1", "utf-8"),  # declared wrongly: valid UTF-8 is no accident
        ("utf-16", "utf-8"),
    ],
)
def test_the_encoding_is_the_one_of_the_bytes_or_the_declared_one(charset: str, encoding: str) -> None:
    text = page(charset, body=BODY.replace("👏🏿🔥", ""))
    assert decode_page(text.encode(encoding), source="x") == text


@pytest.mark.parametrize("encoding", ["cp1252", "cp1251", "shift_jis"])
def test_an_encoding_that_is_not_declared_is_detected(encoding: str) -> None:
    words = {
        "cp1252": BODY.replace("👏🏿🔥", ""),
        "cp1251": "<p>" + "Порт снова открыт, сообщает газета. Мэр это отрицает. " * 20 + "</p>",
        "shift_jis": "<p>" + "港は月曜日に再開すると新聞が伝えた。市長は否定した。" * 20 + "</p>",
    }
    text = page("", body=words[encoding], head="<title>x</title>")
    assert decode_page(text.encode(encoding), source="x") == text


@pytest.mark.parametrize(
    ("charset", "encoding", "words"),
    [
        ("iso-2022-jp", "iso2022_jp", "港は月曜日に再開すると新聞が伝えた。"),
        ("gb2312", "gb18030", "港口将于下周重新开放，朱镕基说。㐀"),
        ("shift_jis", "cp932", "髙橋市長は①否定した。"),
        ("euc-kr", "cp949", "시장은 부인했다. 똠방각하"),
        ("big5", "big5", "市長否認了這個消息。"),
    ],
)
def test_a_declared_encoding_is_the_one_that_html_means_by_its_name(
    charset: str, encoding: str, words: str
) -> None:
    text = page(charset, body=f"<p>{words}</p>", head="<title>x</title>")
    assert decode_page(text.encode(encoding), source="x") == text


def test_a_byte_without_a_letter_is_a_control_in_windows_1252() -> None:
    data = (
        page("windows-1252", body=BODY.replace("👏🏿🔥", "")).encode("cp1252").replace(b"Bravo", b"Bravo\x81")
    )
    assert "Bravo\x81" in decode_page(data, source="x")


@pytest.mark.parametrize(("charset", "encoding"), [("utf-8", "utf-8"), ("", "utf-8"), ("shift_jis", "cp932")])
def test_a_bad_byte_is_a_mark_in_its_place_and_costs_no_other_character(charset: str, encoding: str) -> None:
    body = (
        BODY if encoding == "utf-8" else "<p>港は月曜日に再開すると新聞が伝えた。Bravo 市長は否定した。</p>"
    )
    text = page(charset, body=body, head="<title>x</title>")
    data = text.encode(encoding).replace(b"Bravo", b"Bra\x81 vo")
    assert decode_page(data, source="x") == text.replace("Bravo", "Bra\ufffd vo")


def test_latin_bytes_in_a_page_that_declares_utf_8_are_detected() -> None:
    text = page("utf-8", body=BODY.replace("👏🏿🔥", ""))
    assert decode_page(text.encode("cp1252"), source="x") == text


ENGLISH = b"<meta charset=utf-8><p>" + b"The mayor said that the town would pay for the bridge. " * 20
SPANISH = "<p>El señor Muñoz dijo que el año próximo habrá más niños en la escuela.</p>" * 20
SWEDISH = "<p>Borgmästaren sade på måndagen att bron öppnas först nästa år.</p>" * 20
POLISH = "<p>Burmistrz powiedział, że most zostanie otwarty dopiero w przyszłym roku.</p>" * 20


@pytest.mark.parametrize(
    ("bad", "shown"),
    [
        (b"the town\x92s road", "the town’s road"),
        (b"a cut \xf0\x9f\x98 emoji", "a cut \ufffd emoji"),
        ("Café na".encode() + b"\xefve", "Café na\ufffdve"),
        (b"Beyonc\xe9\x92s car", "Beyoncé’s car"),
    ],
)
def test_a_stray_byte_swallows_no_letter_of_a_page_in_ascii(bad: bytes, shown: str) -> None:
    text = decode_page(ENGLISH + bad + ENGLISH, source="x")
    assert shown in text
    assert text.replace(shown, "").isascii()


@pytest.mark.parametrize(
    ("language", "encoding", "words"),
    [
        ("es", "cp1252", SPANISH),
        ("sv", "cp1252", SWEDISH),
        ("", "cp1252", SPANISH),
        ("pl", "cp1250", POLISH),
        ("", "cp1250", POLISH),
    ],
)
@pytest.mark.parametrize("charset", ["", "utf-8"])
def test_a_latin_page_that_declares_no_encoding_or_a_wrong_one_is_read_by_its_language(
    charset: str, language: str, encoding: str, words: str
) -> None:
    text = page(charset, body=words, head="<title>x</title>").replace('lang="fr"', f'lang="{language}"')
    assert decode_page(text.encode(encoding), source="x") == text


CAPTION = "Le pont de Lure, un soir d'été."


@pytest.mark.parametrize(
    "figure",
    [
        f"<figure><img src=x><figcaption>{CAPTION}</figcaption></figure>",
        f"<figure class='wp-caption'><figcaption class='wp-caption-text'>{CAPTION}</figcaption></figure>",
        f"<figure><a href=b><img src=a></a><figcaption>{CAPTION}</figcaption></figure>",
        f"<figure><div><img src=a><figcaption><a href=b>{CAPTION}</a></figcaption></div></figure>",
        "<figure><figcaption><div>Le pont de Lure,</div><span>un soir d'été.</span></figcaption></figure>",
    ],
)
def test_a_caption_is_in_the_text_once_and_in_its_place(figure: str) -> None:
    body = BODY.replace("<p>Le maire", f"{figure}<p>Le maire")
    text = read_page(page(body=body).encode(), source="x").text
    assert text.count(CAPTION) == 1
    assert text.index("rouvre lundi") < text.index(CAPTION) < text.index("Le maire nie")


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ('<html xml:lang="fr">', "fr"),
        ('<html><meta http-equiv="Content-Language" content="en-GB, fr">', "en-GB"),
    ],
)
def test_other_ways_to_say_the_language_count(html: str, language: str) -> None:
    text = page().replace('<html lang="fr">', html)
    assert read_page(text.encode(), source="x").language == language


def test_utf_32_is_named() -> None:
    with pytest.raises(UnreadableArticle, match="UTF-32"):
        decode_page(page().encode("utf-32"), source="x")


@pytest.mark.parametrize("reference", ["&#27;", "&#x1b;", "&#xFFFE;", "&#1"])
def test_a_reference_to_what_no_page_can_hold_costs_nothing_else(reference: str) -> None:
    found = read_page(page(body=BODY.replace("Bravo", f"Bra{reference}vo")).encode(), source="x")
    assert "Bravo 👏🏿🔥 enfin" in found.text
    assert "le port de Nantes rouvre lundi" in found.text


@pytest.mark.parametrize(
    "sentence",
    [
        "市长星期一说，桥将关闭。",
        "市长星期一在记者会上表示港口下周开放。",
        "市長は月曜日の会見で否定した。",
        "시장은 월요일 회견에서 사실을 부인했다.",
    ],
)
def test_sentences_in_wide_characters_are_prose(sentence: str) -> None:
    body = f"<article>{f'<p>{sentence}</p>' * 6}</article>"
    assert sentence in read_page(page(body=body, head="<title>x</title>").encode(), source="x").text


def test_a_declaration_in_an_xml_head_counts_too() -> None:
    text = '<?xml version="1.0" encoding="iso-8859-15"?><html><body><p>Prix : 3 €, été</p></body></html>'
    assert decode_page(text.encode("iso-8859-15"), source="x") == text


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<div id='root'></div>",
        "<ul><li><a href='/a'>Un</a></li><li><a href='/b'>Deux</a></li></ul>",
        "".join(
            f"<li><a href='/{n}'>Grève à Nantes : le port est fermé jusqu'à lundi {n}</a></li>"
            for n in range(9)
        ),
        "<form><label>Adresse</label><input><button>Envoyer</button></form>",
        "<form><label>Indiquez ici l'adresse électronique de votre compte de lecteur</label><input></form>",
        "<div id=root></div><noscript>You need to enable JavaScript to run this application here.</noscript>",
    ],
)
def test_a_page_without_an_article_says_so(body: str, tmp_path: Path) -> None:
    path = tmp_path / "list.html"
    path.write_text(page(body=body, head="<title>x</title>"), encoding="utf-8")
    with pytest.raises(NoArticle) as caught:
        read_article(path)
    assert str(caught.value).endswith("list.html is a page without an article")


def test_a_nul_is_refused_as_in_any_text() -> None:
    with pytest.raises(UnreadableArticle, match="NUL"):
        read_page(page().replace("grève", "gr\0ve").encode(), source="x")


@pytest.mark.parametrize("bad", [b"\xff" * 50, b"<div>" * 50_000, b"{}", b"%PDF-1.4", b"<html", b"\x00\x01"])
def test_what_is_no_page_is_an_error_of_its_own(bad: bytes) -> None:
    with pytest.raises(ArticleError):
        read_page(bad, source="x")


TAGS = st.sampled_from(
    ["<p>", "</p>", "<article>", "<!--", "-->", "<script>", "<table><tr>", "<svg>", "&#0;", "<html lang='"]
)


@given(st.lists(TAGS | st.text(max_size=30), max_size=30).map("".join))
def test_any_text_is_a_page_or_a_named_error(text: str) -> None:
    try:
        found = read_page(text.encode(errors="replace"), source="x")
    except ArticleError:
        return
    assert found.text.strip()
