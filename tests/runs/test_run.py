import codecs
import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from doubles.faults import serve_faults
from doubles.loopback import Answer, Body, completion, failure, serve
from doubles.notices import answer, write_articles
from doubles.scripted import body_reply

from extractor import Extraction, Extractor
from extractor.errors import KeyRefused, NoSuchFolder, RunStopped
from extractor.runs.inputs import as_inputs, find_articles
from extractor.runs.ledger import LEDGER


def write(folder: Path, **files: bytes | str) -> Path:
    for name, data in files.items():
        path = folder / name.replace("__", "/").replace("_txt", ".txt").replace("_md", ".md")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


def answers(body: Body) -> Answer:
    shown = body["messages"][-1]["content"]
    if "refuse me" in shown:
        return completion(None, refusal="no")
    if body["response_format"]["json_schema"]["name"] == "segments_v1":
        return completion(json.dumps(body_reply(1)))
    return completion("not JSON" if "no claims" in shown else '{"claims": []}')


def run(folder: Path, out: Path, url: str, **options: Any) -> Any:
    with Extractor(base_url=url, model="m", reasks=0, backoff=0, **options) as extractor:
        return extractor.extract_folder(folder, out=out)


def lines(out: Path) -> list[Extraction]:
    return [
        Extraction.model_validate_json(line)
        for line in (out / LEDGER).read_text(encoding="utf-8").splitlines()
    ]


def test_every_text_file_is_found_in_the_order_of_the_paths(tmp_path: Path) -> None:
    write(tmp_path, b_txt="x", a_md="x", c__a_TXT="x", _hidden_txt="x")
    write(tmp_path / ".git", x_txt="x")
    (tmp_path / "c" / "d.TXT").write_text("x")
    (tmp_path / "e.pdf").write_text("x")
    (tmp_path / ".f.txt").write_text("x")
    assert [path.relative_to(tmp_path).as_posix() for path in find_articles(tmp_path)] == [
        "_hidden.txt", "a.md", "b.txt", "c/d.TXT",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_folder_with_nothing_to_read_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoSuchFolder):
        list(as_inputs(tmp_path / name))


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    write(tmp_path, a_txt="x")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert len(list(find_articles(tmp_path))) == 1


def test_one_bad_article_stops_no_other(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "in",
        a_txt="Bonjour.",
        b_txt="",
        c_txt=b"caf\xe9",
        d_txt="a\0b",
        e_txt="refuse me",
        f_txt="no claims",
        g_txt=codecs.BOM_UTF16_LE + "Fin.".encode("utf-16-le"),
    )
    (folder / "h.txt").mkdir()
    with (folder / "i.txt").open("wb") as file:
        file.truncate(50_000_000)
    (folder / "j.txt").symlink_to("nowhere")
    with serve(answers) as server:
        summary = run(folder, tmp_path / "out", server.url)
    results = {result.article.id: result for result in lines(tmp_path / "out")}
    errors = {id_: [problem.error for problem in result.problems] for id_, result in results.items()}
    assert errors == {
        "a.txt": [],
        "b.txt": ["EmptyArticle"],
        "c.txt": ["UnreadableArticle"],
        "d.txt": ["UnreadableArticle"],
        "e.txt": ["ModelRefused"],
        "f.txt": ["ReplyNotJSON"],
        "g.txt": [],
        "i.txt": ["ArticleTooLarge"],
        "j.txt": ["UnreadableArticle"],
    }
    assert summary.statuses == {"complete": 2, "partial": 1, "failed": 6}
    assert results["f.txt"].segments[0].label == "body"
    assert results["e.txt"].article.sha256 is not None
    assert results["e.txt"].usage.calls == 1
    assert summary.usage.calls == len(server.bodies)
    assert not summary.is_complete
    assert {id_ for id_, _ in summary.failures} == set(errors) - {"a.txt", "g.txt"}


def test_the_second_run_makes_no_call_and_the_same_bytes(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", a_txt="Un.", b_txt="Deux.", c_txt="Trois.")
    with serve(answers) as server:
        first = run(folder, tmp_path / "one", server.url)
        second = run(folder, tmp_path / "two", server.url, concurrency=1)
    assert (first.usage.calls, first.usage.cached, len(server.bodies)) == (6, 0, 6)
    assert (second.usage.calls, second.usage.cached) == (6, 6)
    data = [
        (tmp_path / out / LEDGER).read_text().replace('"cached":2', '"cached":0') for out in ("one", "two")
    ]
    assert data[0] == data[1]


def test_as_many_articles_are_in_flight_as_asked_for(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", **{f"a{at}_txt": f"Texte {at}." for at in range(12)})
    here, most = 0, 0
    door = threading.Lock()

    def count(body: Body) -> Answer:
        nonlocal here, most
        with door:
            here += 1
            most = max(most, here)
        time.sleep(0.02)
        with door:
            here -= 1
        return answers(body)

    with serve(count) as server:
        run(folder, tmp_path / "out", server.url, concurrency=3)
    assert most == 3


def test_a_text_that_stands_in_several_files_is_paid_for_once(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", **{f"a{at}_txt": "Un." for at in range(6)})
    with serve(answers) as server:
        summary = run(folder, tmp_path / "out", server.url)
    assert (summary.statuses["complete"], summary.usage.calls, summary.usage.cached) == (6, 12, 10)
    assert len(server.bodies) == 2


def test_a_file_name_that_is_no_utf8_stops_no_other(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", a_txt="Un.", z_txt="Fin.")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text("Deux.")
    Path(os.fsdecode(os.fsencode(folder) + b"/vide\xe9.txt")).write_text("")
    with serve(answers) as server:
        run(folder, tmp_path / "out", server.url)
    assert [(each.article.id, each.status) for each in lines(tmp_path / "out")] == [
        ("a.txt", "complete"), ("caf\\xe9.txt", "complete"), ("vide\\xe9.txt", "failed"),
        ("z.txt", "complete"),
    ]  # fmt: skip


def test_any_concurrency_gives_the_same_bytes(tmp_path: Path, golden: Path) -> None:
    outs: set[bytes] = set()
    folder = Path(__file__).parents[2] / "examples" / "articles"
    for concurrency in (1, 2, 50):
        with Extractor(replay=golden, concurrency=concurrency) as extractor:
            extractor.extract_folder(folder, out=tmp_path)
        outs.add((tmp_path / LEDGER).read_bytes())
    assert len(outs) == 1


def test_a_refused_key_ends_the_run_and_keeps_the_results_of_before(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", **{f"a{at}_txt": f"Texte {at}." for at in range(30)})
    out = tmp_path / "out"
    with serve(answers) as server:
        run(write(tmp_path / "first", b_txt="Un."), out, server.url)
    before = (out / LEDGER).read_text()
    with serve(lambda _: failure(401, "bad key")) as server, pytest.raises(KeyRefused):
        run(folder, out, server.url, concurrency=2)
    assert before
    assert (out / LEDGER).read_text() == before
    assert len(server.bodies) <= 4


def test_a_bug_in_one_article_stops_no_other(
    tmp_path: Path, golden: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "in", a_txt="x", b_txt="y")

    async def broken(*_: object) -> Extraction:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("extractor.library.attempt_article", broken)
    with Extractor(replay=golden) as extractor:
        summary = extractor.extract_folder(folder, out=tmp_path / "out")
    assert summary.statuses["failed"] == 2
    assert [each.problems[0].message for each in lines(tmp_path / "out")] == ["unexpected: a bug"] * 2


def test_progress_is_told_in_order(tmp_path: Path, golden: Path) -> None:
    told: list[tuple[str, int | None]] = []
    folder = write(tmp_path / "in", a_txt="x", b_txt="y")
    with Extractor(replay=golden) as extractor:
        extractor.extract_folder(
            folder,
            out=tmp_path,
            watch=lambda progress, result: told.append((result.article.id if result else "", progress.total)),
        )
    assert told == [("", 2), ("a.txt", 2), ("b.txt", 2)]


def test_an_output_folder_that_cannot_be_made_is_named(tmp_path: Path, golden: Path) -> None:
    folder = write(tmp_path / "in", a_txt="x")
    with (
        Extractor(replay=golden) as extractor,
        pytest.raises(NoSuchFolder, match=r"Not a directory|File exists"),
    ):
        extractor.extract_folder(folder, out=folder / "a.txt")


def test_a_pipe_is_not_waited_for(tmp_path: Path, golden: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    os.mkfifo(folder / "a.txt")
    with Extractor(replay=golden) as extractor:
        extractor.extract_folder(folder, out=tmp_path)
    assert lines(tmp_path)[0].problems[0].error == "UnreadableArticle"


def test_a_stop_between_two_runs_ends_the_next_one_and_no_other(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 3)
    with (
        serve_faults(answer, plan=lambda _: None) as server,
        Extractor(base_url=server.url, model="m", cache=False) as extractor,
    ):
        extractor.stop()
        stopped = extractor.extract_folder(tmp_path / "in", out=tmp_path / "out")
        assert stopped.stopped == str(RunStopped())
        assert (stopped.articles, server.log) == (0, [])
        assert extractor.extract_folder(tmp_path / "in", out=tmp_path / "out").is_complete
