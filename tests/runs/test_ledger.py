"""The file of results: what counts in it, what is cut from it, and who may write to it."""

import json
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor import Extraction
from extractor.configuration import DIGITS
from extractor.errors import LedgerDamaged, NoSuchFolder, OutInUse
from extractor.runs.ledger import LEDGER, Ledger, read_entered, read_results
from extractor.schemas.extraction.v1 import ArticleInfo, Problem, Provenance, Segment, Status, Usage


def input_of(id_: str) -> str:
    return sha256(id_.encode()).hexdigest()[:DIGITS]


def result(id_: str, status: Status = "complete", *, url: str = "", **usage: Any) -> Extraction:
    return Extraction(
        article=ArticleInfo(
            id=id_, title=None, url=url, published=None, language=None, sha256="0" * 64, characters=1
        ),
        status=status,
        segments=(Segment(label="body", start=0, end=1),) if status != "failed" else (),
        problems=() if status == "complete" else (Problem(error="E", record=None, message="m"),),
        provenance=Provenance(
            package="0", model="m", records={}, configuration="c0" * 8, input=input_of(id_)
        ),
        usage=Usage(**usage),
    )


def write(out: Path, *results: Extraction) -> bytes:
    with Ledger(out) as ledger:
        for each in results:
            ledger.add(each)
    return (out / LEDGER).read_bytes()


def ids(out: Path) -> list[str]:
    return [each.article.id for each in read_results(out)]


def test_the_last_line_of_an_id_counts(tmp_path: Path) -> None:
    write(tmp_path, result("a", "failed"), result("b"), result("a", "partial"))
    data = write(tmp_path, result("a", url="u"))
    assert [(each.article.id, each.status, each.article.url) for each in read_results(tmp_path)] == [
        ("a", "complete", "u"),
        ("b", "complete", ""),
    ]
    assert data.count(b"\n") == 4


def test_what_was_added_is_found_at_once_and_when_opened_again(tmp_path: Path) -> None:
    both = result("a", calls=3, input_tokens=7, output_tokens=5, cost=0.5), result("b", "failed")
    with Ledger(tmp_path) as ledger:
        assert ledger.find("a") is None
        for each in both:
            ledger.add(each)
        found = [ledger.find(each.article.id) for each in both]
        assert [ledger.read(entered) for entered in found if entered] == list(both)
    assert found[0] is not None
    assert (found[0].status, found[0].input, found[0].configuration) == ("complete", input_of("a"), "c0" * 8)
    assert (found[0].calls, found[0].tokens, found[0].cost) == (3, (7, 5), 0.5)
    with Ledger(tmp_path) as ledger:
        assert [ledger.find(each.article.id) for each in both] == found
    assert [read_entered(tmp_path)(each.article.id) for each in both] == found


def test_a_result_that_knows_no_provenance_is_entered_without_fingerprints(tmp_path: Path) -> None:
    write(tmp_path, result("a", "failed").model_copy(update={"provenance": None}))
    entered = read_entered(tmp_path)("a")
    assert entered is not None
    assert (entered.status, entered.input, entered.configuration) == ("failed", None, None)


@settings(deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8")), unique=True, max_size=8))
def test_an_article_is_found_by_an_id_of_any_text(names: list[str]) -> None:
    with TemporaryDirectory() as folder:
        out = Path(folder)
        write(out, *map(result, names))
        assert ids(out) == names
        with Ledger(out) as ledger:
            found = [entered for entered in map(ledger.find, names) if entered]
            assert [ledger.read(entered).article.id for entered in found] == names


@settings(deadline=None)
@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=4), st.data())
def test_whatever_byte_a_crash_broke_off_at_every_whole_line_is_left(
    names: list[str], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        out = Path(folder)
        whole = write(out, *map(result, names))
        at = data.draw(st.integers(0, len(whole)))
        (out / LEDGER).write_bytes(whole[:at])
        left = names[: whole[:at].count(b"\n")]
        assert set(ids(out)) == set(left)
        assert write(out) == whole[: whole.rfind(b"\n", 0, at) + 1]
        assert write(out, *map(result, names[len(left) :])) == whole


@pytest.mark.parametrize("length", [65_535, 65_536, 65_537, 131_072, 300_000])
@pytest.mark.parametrize("before", [0, 1, 3])
def test_a_torn_line_of_any_length_is_cut(tmp_path: Path, length: int, before: int) -> None:
    whole = write(tmp_path, *(result(f"a{at}") for at in range(before)))
    torn = result("torn", url="u" * length).model_dump_json().encode()
    for cut in (torn[:length], torn):
        (tmp_path / LEDGER).write_bytes(whole + cut)
        assert write(tmp_path) == whole
    assert write(tmp_path, result("b", url="u" * length)).startswith(whole)
    assert ids(tmp_path) == [*(f"a{at}" for at in range(before)), "b"]


@pytest.mark.parametrize(
    "damage", ["{}", "", "[]", "1", '{"schema":"extraction/v1"', '{"article": {"id": "a"}}', "\0\0"]
)
def test_a_damaged_line_before_the_last_is_named_by_its_number(tmp_path: Path, damage: str) -> None:
    one, other = write(tmp_path, result("a"), result("b")).splitlines(keepends=True)
    data = one + damage.encode() + b"\n" + other
    (tmp_path / LEDGER).write_bytes(data)
    for read in (Ledger, read_entered, ids):
        with pytest.raises(LedgerDamaged) as caught:
            read(tmp_path)
        assert caught.value == LedgerDamaged(str(tmp_path / LEDGER), 2)
    assert (tmp_path / LEDGER).read_bytes() == data


@pytest.mark.parametrize(
    ("whole", "damaged"),
    [
        (b'"characters":1', b'"characters":-1'),
        (b'"title":null', b'"title":"\\ud800"'),
        (b'"status":"complete"', b'"status":"complete","more":1'),
    ],
)
def test_a_line_that_is_json_and_no_result_is_named_when_it_is_read(
    tmp_path: Path, whole: bytes, damaged: bytes
) -> None:
    data = write(tmp_path, result("a"), result("b"))
    (tmp_path / LEDGER).write_bytes(data.replace(whole, damaged).replace(damaged, whole, 1))
    results = read_results(tmp_path)
    assert next(results).article.id == "a"
    with pytest.raises(LedgerDamaged, match="line 2 is no result"):
        next(results)


def test_a_line_of_bytes_that_are_no_text_is_named(tmp_path: Path) -> None:
    write(tmp_path, result("a"))
    with (tmp_path / LEDGER).open("ab") as file:
        file.write(b'{"schema":"\xe9"}\n')
    with pytest.raises(LedgerDamaged, match="line 2"):
        Ledger(tmp_path)


@pytest.mark.parametrize(
    ("foreign", "line"),
    [(b"mine", 1), (b"mine\n", 1), (b"id,text\n1,x", 1), (b'{"schema":"other/v1"', 1), (b"\xff\xfe", 1)],
)
def test_a_file_that_something_else_wrote_is_left_alone(tmp_path: Path, foreign: bytes, line: int) -> None:
    (tmp_path / LEDGER).write_bytes(foreign)
    for _ in range(2):  # the folder is let go again
        with pytest.raises(LedgerDamaged) as caught:
            Ledger(tmp_path)
        assert caught.value == LedgerDamaged(str(tmp_path / LEDGER), line)
    assert (tmp_path / LEDGER).read_bytes() == foreign


def test_an_end_that_something_else_wrote_is_left_alone(tmp_path: Path) -> None:
    whole = write(tmp_path, result("a"), result("b"))
    (tmp_path / LEDGER).write_bytes(whole + b"a note")
    with pytest.raises(LedgerDamaged, match="line 3 is no result"):
        Ledger(tmp_path)
    assert (tmp_path / LEDGER).read_bytes() == whole + b"a note"


def test_a_folder_has_one_writer_until_it_is_let_go(tmp_path: Path) -> None:
    first = Ledger(tmp_path)
    with pytest.raises(OutInUse) as caught:
        Ledger(tmp_path)
    assert caught.value == OutInUse(str(tmp_path))
    first.add(result("a"))
    first.close()
    with Ledger(tmp_path) as second:
        assert second.find("a")


def test_an_error_lets_the_folder_go(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Ledger(tmp_path):
        raise ZeroDivisionError
    Ledger(tmp_path).close()


def test_reading_needs_no_lock_and_writes_nothing(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.add(result("a"))
        with (tmp_path / LEDGER).open("ab") as file:
            file.write(b'{"schema":"extraction/v1","arti')
        before = (tmp_path / LEDGER).read_bytes()
        assert ids(tmp_path) == ["a"]
        assert read_entered(tmp_path)("a")
        assert (tmp_path / LEDGER).read_bytes() == before


def test_a_folder_without_results_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFolder, match=f"holds no {LEDGER}"):
        list(read_results(tmp_path))
    assert read_entered(tmp_path)("a") is None
    assert not list(tmp_path.iterdir())


def test_a_line_is_the_result_as_json(tmp_path: Path) -> None:
    (line,) = write(tmp_path, result("a\n«é»\u2028")).splitlines()
    assert json.loads(line)["article"]["id"] == "a\n«é»\u2028"
    assert line.startswith(b'{"schema":"extraction/v1"')
