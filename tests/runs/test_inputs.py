"""Where the articles of a run come from: folders, files, patterns, lists, tables, standard input."""

import codecs
import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from extractor import Article
from extractor.errors import EmptyArticle, InvalidInput, InvalidRow, NoSuchFolder, UnreadableArticle
from extractor.runs.inputs import Inputs, as_inputs

TEXT = "Le port rouvre."


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(*names: str, text: str = TEXT) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def ids(*places: str, lists: tuple[str, ...] = ()) -> list[str]:
    return [entry.id for entry in Inputs(places, lists)]


def read(place: str, **columns: str) -> list[Article]:
    return [entry.read() for entry in Inputs((place,), columns=columns)]


def only(place: str, **columns: str) -> Callable[[], Article]:
    (entry,) = Inputs((place,), columns=columns)
    return entry.read


def test_articles_of_the_only_folder_are_named_by_their_path_below_it() -> None:
    write("in/b.txt", "in/a/c/d.MD", "in/a/e.txt", "in/z.pdf")
    assert ids("in") == ["a/c/d.MD", "a/e.txt", "b.txt"]
    assert [entry.read().id for entry in as_inputs(Path("in"))] == ids("in")


def test_articles_of_several_folders_are_named_by_the_folder_too() -> None:
    write("x/2012/a.txt", "x/2013/a.txt", "x/2013/b/c.txt")
    assert ids("x/2013", "x/2012") == ["x/2013/a.txt", "x/2013/b/c.txt", "x/2012/a.txt"]
    assert [entry.read().id for entry in as_inputs(["x/2013", "x/2012"])] == ids("x/2013", "x/2012")


def test_the_folder_one_is_in_has_a_name_too() -> None:
    write("a.txt", "b/c.txt")
    assert ids(".", "b") == ["./a.txt", "./b/c.txt", "b/c.txt"]


def test_a_file_is_read_whatever_its_name_ends_in() -> None:
    write("in/page.html")
    assert ids("in/page.html") == ["page.html"]
    assert ids("in/page.html", "in/page.html") == ["in/page.html", "in/page.html"]


def test_a_pattern_finds_files_at_every_depth_in_the_order_of_their_paths() -> None:
    write("2012/b.txt", "2012/01/c.txt", "2012/01/02/a.txt", "2012/d.md", "2012/.e.txt")
    assert ids("2012/**/*.txt") == ["2012/01/02/a.txt", "2012/01/c.txt", "2012/b.txt"]
    assert ids("2012/*.md") == ["2012/d.md"]
    assert ids(f"{Path.cwd()}/2012/?.txt") == [f"{Path.cwd()}/2012/b.txt"]


def test_a_file_whose_name_could_be_a_pattern_is_that_file() -> None:
    write("a[1].txt", "a1.txt")
    assert ids("a[1].txt") == ["a[1].txt"]


def test_paths_of_a_list_are_below_its_folder() -> None:
    write("in/a.txt", "in/b/c.txt")
    Path("in/list.txt").write_bytes(codecs.BOM_UTF8 + b"b/c.txt\r\n\n  a.txt  ")
    assert ids(lists=("in/list.txt",)) == ["b/c.txt", "a.txt"]
    assert [entry.read().text for entry in Inputs((), ("in/list.txt",))] == [TEXT, TEXT]
    absolute = f"{Path.cwd()}/in/a.txt"
    write("list.txt", text=absolute)
    assert ids("in/a.txt", lists=("list.txt",)) == ["a.txt", absolute]


def test_a_missing_file_of_a_list_stops_no_other() -> None:
    write("a.txt")
    write("list.txt", text="gone.txt\na.txt\n")
    gone, there = Inputs((), ("list.txt",))
    with pytest.raises(UnreadableArticle, match="No such file"):
        gone.read()
    assert there.read().text == TEXT


@pytest.mark.parametrize("ending", ["jsonl", "ndjson", "JSONL"])
def test_a_line_of_json_is_an_article(ending: str) -> None:
    row = (
        '{"id": "a", "text": "Un.\\nDeux.", "title": "T", "url": "u", "published": "2012", "language": "fr"}'
    )
    write(f"a.{ending}", text=f'{row}\n\n{{"text": "Trois.\\u2028", "more": [1]}}')
    first, second = read(f"a.{ending}")
    assert first == Article("Un.\nDeux.", "a", title="T", url="u", published="2012", language="fr")
    assert second == Article("Trois.\u2028", f"a.{ending}:3")


def test_a_line_separator_inside_json_ends_no_line() -> None:
    write("a.jsonl", text='{"text": "Un.\u2028Deux.\x85Trois."}\r\n{"text": "Quatre."}\r\n')
    assert [article.text for article in read("a.jsonl")] == ["Un.\u2028Deux.\x85Trois.", "Quatre."]


@pytest.mark.parametrize(("name", "sign"), [("a.csv", ","), ("a.tsv", "\t"), ("a.CSV", ",")])
def test_a_row_of_a_table_is_an_article(name: str, sign: str) -> None:
    header = sign.join(("title", "text", "id", "more"))
    row = sign.join(("T", '"Un, ""deux"",\tet\r\ntrois.\n"', "a", "x"))
    write(name, text=f"{header}\r\n{row}\r\n{sign.join(('', 'Fin.', '', ''))}\r\n")
    first, second = read(name)
    assert first == Article('Un, "deux",\tet\r\ntrois.\n', "a", title="T")
    assert second == Article("Fin.", f"{name}:2")


@pytest.mark.parametrize(("name", "data"), [("a.csv", "text\nUn.\n"), ("a.jsonl", '{"text": "Un."}')])
def test_a_byte_order_mark_is_no_part_of_a_table(name: str, data: str) -> None:
    Path(name).write_bytes(codecs.BOM_UTF8 + data.encode())
    assert [article.text for article in read(name)] == ["Un."]


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.csv", "Nr,body,head\n7,Un.,T\n"), ("a.jsonl", '{"Nr": 7, "body": "Un.", "head": "T", "text": "x"}')],
)
def test_columns_may_be_called_otherwise(name: str, data: str) -> None:
    write(name, text=data)
    assert read(name, id="Nr", text="body", title="head") == [Article("Un.", "7", title="T")]


def test_a_column_that_no_article_has_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        Inputs((), columns={"text": "body", "body": "text"})
    assert caught.value == InvalidInput(
        "body",
        "no column of an article; there are id, text, html, title, url, published, language, author, site",
    )


def test_lines_of_json_come_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO('{"body": "Un."}\n{"id": "b", "body": "Deux."}\n'))
    inputs = Inputs(("-",), columns={"text": "body"})
    assert inputs.count() is None
    assert [entry.read() for entry in inputs] == [Article("Un.", "stdin:1"), Article("Deux.", "b")]


def test_articles_are_counted_where_they_can_be_read_again() -> None:
    write("in/a.txt", "in/b.txt")
    write("a.csv", text='text\n"Un\nligne."\nDeux.\n')
    assert as_inputs(["in", "a.csv"]).count() == 4


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (
            "{text: 1}",
            "no JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1))",
        ),
        ('["Un."]', "no JSON object"),
        ('"Un."', "no JSON object"),
        ("1", "no JSON object"),
        ("null", "no JSON object"),
        ('{"title": "T"}', "there is no column 'text'"),
        ('{"text": null}', "there is no column 'text'"),
        ('{"text": ["Un."]}', "column 'text' is no text"),
        ('{"text": "Un.", "id": 1.5}', "column 'id' is no text"),
        ('{"text": "Un.", "title": {"fr": "T"}}', "column 'title' is no text"),
    ],
)
def test_a_row_that_is_no_article_is_named_and_stops_no_other(row: str, reason: str) -> None:
    write("a.jsonl", text=f'{row}\n{{"text": "Deux."}}\n')
    bad, good = Inputs(("a.jsonl",))
    assert bad.id == "a.jsonl:1"
    with pytest.raises(InvalidRow) as caught:
        bad.read()
    assert caught.value == InvalidRow("a.jsonl:1", reason)
    assert good.read().text == "Deux."


def test_a_missing_column_is_named_as_the_table_would_call_it() -> None:
    write("a.csv", text="id,text\n1,Un.\n")
    with pytest.raises(InvalidRow, match="there is no column 'body'"):
        only("a.csv", text="body")()


def test_a_number_may_be_an_id() -> None:
    write("a.jsonl", text='{"id": 7, "text": "Un.", "published": 2012}')
    assert read("a.jsonl") == [Article("Un.", "7", published="2012")]


def test_a_row_without_text_is_an_empty_article() -> None:
    write("a.csv", text="id,text\n1,\n2,  \n")
    for entry in Inputs(("a.csv",)):
        with pytest.raises(EmptyArticle):
            entry.read()


def test_half_a_surrogate_pair_in_a_row_is_no_text() -> None:
    write("a.jsonl", text='{"text": "Un \\ud83d."}')
    with pytest.raises(UnreadableArticle, match="a lone surrogate at character 3"):
        only("a.jsonl")()


@pytest.mark.parametrize("place", ["gone", "gone.txt", "gone.csv", "gone.jsonl", "gone/**/*.txt"])
def test_a_place_that_is_not_there_is_named(place: str) -> None:
    with pytest.raises(NoSuchFolder) as caught:
        ids(place)
    assert caught.value.path == place


def test_a_list_that_is_not_there_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        ids(lists=("gone",))
    assert caught.value == InvalidInput("gone", "No such file or directory")


def test_a_folder_with_nothing_to_read_is_named_also_among_others() -> None:
    write("in/a.txt", "empty/b.pdf")
    with pytest.raises(NoSuchFolder) as caught:
        ids("in", "empty")
    assert caught.value == NoSuchFolder("empty", "holds no .txt, .md, .html, .htm or .xhtml file")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl", b'{"text": "caf\xe9"}\n'),
        ("a.csv", b"text\ncaf\xe9\n"),
        ("a.tsv", "text\nUn.\n".encode("utf-16")),
        ("a.ndjson", '{"text": "Un."}\n'.encode("utf-16")),
    ],
)
def test_a_table_in_another_encoding_is_named(name: str, data: bytes) -> None:
    Path(name).write_bytes(data)
    with pytest.raises(InvalidInput, match="'utf-8' codec can't decode byte") as caught:
        ids(name)
    assert caught.value.path == name


def test_a_file_in_another_encoding_stops_no_other() -> None:
    write("in/b.txt")
    Path("in/a.txt").write_bytes(b"caf\xe9")
    bad, good = Inputs(("in",))
    with pytest.raises(UnreadableArticle, match="at byte 3"):
        bad.read()
    assert good.read().text == TEXT


def test_a_table_with_a_broken_quote_is_named() -> None:
    write("a.csv", text='text\n"Un."\n"Deux" ou trois.\n')
    with pytest.raises(InvalidInput, match=r"a\.csv: line \d: ',' expected after '\"'"):
        ids("a.csv")
