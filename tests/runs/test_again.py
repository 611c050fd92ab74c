"""What a run asks when much of it is done, the same or said twice, counted at the server."""

import json
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from doubles.faults import Asked, Fault, FaultServer, serve_faults
from doubles.notices import answer, notice, write_articles
from doubles.running import answered, bytes_of, results, run

from extractor import Extractor
from extractor.errors import DuplicateId
from extractor.runs.summary import Summary

ARTICLES = 6


@pytest.fixture
def server(tmp_path: Path) -> Generator[FaultServer]:
    """Six articles, and who answers about them."""
    write_articles(tmp_path / "in", ARTICLES)
    with serve_faults(answer, plan=lambda _: None) as server:
        yield server


def again(tmp_path: Path, server: FaultServer, **options: Any) -> tuple[Summary, int]:
    """Run into the same folder; the sums, and how many requests the server saw."""
    before = len(server.log)
    return run(tmp_path / "in", tmp_path / "out", server.url, **options), len(server.log) - before


def table(tmp_path: Path, *rows: tuple[str, int]) -> Path:
    """A table of notices under ids."""
    lines = [json.dumps({"id": id_, "text": notice(number)}) for id_, number in rows]
    (tmp_path / "table.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path / "table.jsonl"


def test_what_is_done_is_neither_asked_nor_written_again(tmp_path: Path, server: FaultServer) -> None:
    assert again(tmp_path, server)[1] == 3 * ARTICLES
    before = bytes_of(tmp_path / "out")
    summary, requests = again(tmp_path, server, cache=False)
    assert (summary.skipped, summary.articles, requests) == (ARTICLES, 0, 0)
    assert summary.is_complete
    assert bytes_of(tmp_path / "out") == before


def test_a_new_and_a_changed_article_alone_are_asked(tmp_path: Path, server: FaultServer) -> None:
    again(tmp_path, server)
    (tmp_path / "in" / "000003.txt").write_text(notice(77), encoding="utf-8")
    (tmp_path / "in" / "000099.txt").write_text(notice(99), encoding="utf-8")
    summary, requests = again(tmp_path, server, cache=False)
    assert (summary.skipped, summary.articles, requests) == (ARTICLES - 1, 2, 6)
    told = [each.article.id for each in results(tmp_path / "out")]
    assert told[ARTICLES:] == ["000003.txt", "000099.txt"]
    assert again(tmp_path, server, cache=False)[1] == 0


def test_a_removed_article_stays_among_the_results(tmp_path: Path, server: FaultServer) -> None:
    again(tmp_path, server)
    before = bytes_of(tmp_path / "out")
    (tmp_path / "in" / "000003.txt").unlink()
    assert again(tmp_path, server)[1] == 0
    assert bytes_of(tmp_path / "out") == before


@pytest.mark.parametrize(("record", "status"), [("segments", "failed"), ("attribution", "partial")])
@pytest.mark.parametrize("cache", [True, False])
def test_what_failed_or_is_partial_alone_is_done_again(
    tmp_path: Path, record: str, status: str, *, cache: bool
) -> None:
    write_articles(tmp_path / "in", ARTICLES)
    refused: list[str] = []

    def refuse_one(asked: Asked) -> Fault | None:
        """The same article for ever until the list is emptied."""
        if not refused and asked.record == record:
            refused.append(asked.article)
        return Fault.REFUSAL if asked.record == record and asked.article in refused else None

    options: dict[str, Any] = {} if cache else {"cache": False}
    with serve_faults(answer, plan=refuse_one) as server:
        summary, _ = again(tmp_path, server, **options)
        assert summary.statuses == {"complete": ARTICLES - 1, "partial": 0, "failed": 0} | {status: 1}
        refused[:] = ["none"]
        summary, requests = again(tmp_path, server, **options)
    assert (summary.skipped, summary.statuses["complete"]) == (ARTICLES - 1, 1)
    # what came before the refusal is in the cache
    assert requests == (3 if record == "segments" or not cache else 1)


def test_force_does_all_again_from_the_cache_at_no_paid_call(tmp_path: Path, server: FaultServer) -> None:
    again(tmp_path, server)
    before = bytes_of(tmp_path / "out")
    summary, requests = again(tmp_path, server, force=True)
    assert (summary.skipped, summary.articles, summary.paid.calls, requests) == (0, ARTICLES, 0, 0)
    assert bytes_of(tmp_path / "out") == before * 2
    summary, requests = again(tmp_path, server, force=True, cache=False)
    assert (summary.articles, summary.paid.calls, requests) == (ARTICLES, 3 * ARTICLES, 3 * ARTICLES)


@pytest.mark.parametrize(
    "options",
    [{"model": "n"}, {"temperature": 0.5}, {"seed": 1}, {"strict": False}, {"max_tokens": 1000}],
)
def test_what_was_asked_otherwise_is_asked_again_and_back_again_from_the_cache(
    tmp_path: Path, server: FaultServer, options: dict[str, Any]
) -> None:
    again(tmp_path, server)
    summary, requests = again(tmp_path, server, **options)
    assert (summary.skipped, summary.articles, requests) == (0, ARTICLES, 3 * ARTICLES)
    assert again(tmp_path, server, **options)[1] == 0
    summary, requests = again(tmp_path, server)
    assert (summary.articles, requests) == (ARTICLES, 0)


@pytest.mark.parametrize(
    "options", [{"concurrency": 1}, {"attempts": 2}, {"timeout": 9}, {"rpm": 9e9}, {"price": (1, 1, 1)}]
)
def test_how_it_is_asked_does_not_matter(
    tmp_path: Path, server: FaultServer, options: dict[str, Any]
) -> None:
    again(tmp_path, server)
    assert again(tmp_path, server, cache=False, **options)[1] == 0


def test_a_text_under_two_ids_is_asked_once_and_each_line_has_its_own_id(
    tmp_path: Path, server: FaultServer
) -> None:
    rows = table(tmp_path, ("a", 1), ("b", 2), ("c", 1), ("d", 1))
    summary = run(rows, tmp_path / "out", server.url, cache=False)
    assert (summary.duplicates, summary.statuses["complete"], len(server.log)) == (2, 4, 6)
    told = results(tmp_path / "out")
    assert [each.article.id for each in told] == ["a", "b", "c", "d"]
    assert [each.usage.cached for each in told] == [0, 0, 3, 3]
    first, _, *copies = (each.model_copy(update={"article": None, "usage": None}) for each in told)
    assert all(each == first for each in copies)
    assert max(answered(server.log).values()) == 1
    assert run(rows, tmp_path / "out", server.url, cache=False).skipped == 4


def test_a_copy_of_a_text_that_was_refused_is_asked_for_itself(tmp_path: Path) -> None:
    rows = table(tmp_path, ("a", 1), ("b", 1))
    refusals: list[Fault] = [Fault.REFUSAL]
    with serve_faults(answer, plan=lambda _: refusals.pop() if refusals else None) as server:
        summary = run(rows, tmp_path / "out", server.url)
    assert summary.statuses == {"complete": 1, "partial": 0, "failed": 1}
    assert [each.article.id for each in results(tmp_path / "out")] == ["a", "b"]
    assert len(server.log) == 4


def test_two_texts_under_one_id_are_told_and_the_first_counts(tmp_path: Path, server: FaultServer) -> None:
    summary = run(table(tmp_path, ("a", 1), ("a", 2), ("b", 3)), tmp_path / "out", server.url)
    assert summary.causes["DuplicateId"].examples == [("a", str(DuplicateId("a")))]
    assert not summary.is_complete
    assert [each.article.id for each in results(tmp_path / "out")] == ["a", "b"]
    assert [each.claims[0].text for each in results(tmp_path / "out")] == [
        "Le port 1 rouvre mardi.", "Le port 3 rouvre jeudi.",
    ]  # fmt: skip
    assert len(server.log) == 6


def test_one_text_twice_under_one_id_is_one_article_said_twice(tmp_path: Path, server: FaultServer) -> None:
    summary = run(table(tmp_path, ("a", 1), ("b", 2), ("a", 1)), tmp_path / "out", server.url)
    assert (summary.repeated, summary.duplicates, summary.articles) == (1, 0, 2)
    assert summary.is_complete
    assert len(server.log) == 6


def test_the_same_request_at_the_same_time_is_one_call(tmp_path: Path) -> None:
    # texts that differ only where nothing is shown of it: other articles, the same requests
    (tmp_path / "in").mkdir()
    for number in range(12):
        text = f"{notice(1)}\n" + "\n" * number
        (tmp_path / "in" / f"{number}.txt").write_text(text, encoding="utf-8")
    with serve_faults(answer, plan=lambda _: None, latency=0.05) as server:
        summary = run(tmp_path / "in", tmp_path / "out", server.url, concurrency=12)
    assert (summary.statuses["complete"], summary.duplicates) == (12, 0)
    assert Counter(each.record for each in server.log) == {"segments": 1, "claims": 1, "attribution": 1}


def test_an_unreadable_article_that_is_named_twice_fails_once(tmp_path: Path, golden: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"caf\xe9")
    with Extractor(replay=golden) as extractor:
        places = [tmp_path / "a.txt", tmp_path / "a.txt"]
        summary = extractor.extract_folder(places, out=tmp_path / "out")
    assert (summary.statuses["failed"], summary.repeated) == (1, 1)
