"""Extraction as a step of a Ray dataset, on a local cluster of 4 workers."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from doubles.cluster import LocalCluster
from doubles.faults import Exchange, FaultServer, serve_faults
from doubles.notices import answer, notice
from doubles.running import answered, bytes_of, run

from extractor import Article
from extractor.errors import EmptyArticle, InvalidRow

WORKERS = 4
PRICE = (2.0, 1.0, 8.0)
A_CALL = 100 * 2e-6 + 20 * 8e-6
"""US dollars, by the token counts that the server tells."""


def notices(count: int) -> list[dict[str, Any]]:
    return [{"id": f"n{number:03}", "text": notice(number), "title": None} for number in range(1, count + 1)]


def extracted(
    cluster: LocalCluster,
    rows: Sequence[dict[str, Any]],
    server: FaultServer,
    cache: Path | None,
    **more: Any,
) -> list[dict[str, Any]]:
    told = {"base_url": server.url, "model": "m", "backoff": 0.01, "workers": WORKERS, **more}
    return cluster.rows(rows, cache=str(cache) if cache else False, **told)


def folder_run(folder: Path, rows: Iterable[dict[str, Any]], server: FaultServer, **options: Any) -> bytes:
    table = folder / "in.jsonl"
    table.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    run(table, folder / "out", server.url, cache=folder / "cache", **options)
    return bytes_of(folder / "out")


def lines(rows: Iterable[dict[str, Any]]) -> list[bytes]:
    return sorted(row["extraction"].encode() for row in rows)


def test_the_results_are_those_of_a_folder_run_byte_for_byte(tmp_path: Path, cluster: LocalCluster) -> None:
    rows = [*notices(24), {"id": "blank", "text": " ", "title": None}]
    with serve_faults(answer, plan=lambda _: None) as server:
        expected = folder_run(tmp_path, rows, server, price=PRICE)
        told = extracted(cluster, rows, server, tmp_path / "other", price=PRICE)
    assert lines(told) == sorted(expected.splitlines())
    assert len(server.log) == 2 * 3 * 24
    first = min(told, key=lambda row: row["id"] if row["id"] != "blank" else "z")
    assert {name: value for name, value in first.items() if name != "extraction"} == {
        "id": "n001",
        "status": "complete",
        "claims": 1,
        "sources": 1,
        "calls": 3,
        "cost": pytest.approx(3 * A_CALL),
        "error": None,
    }


def test_a_worker_that_is_killed_loses_nothing_and_nothing_comes_twice(
    tmp_path: Path, cluster: LocalCluster
) -> None:
    rows = notices(48)
    with serve_faults(answer, plan=lambda _: None) as server:
        expected = folder_run(tmp_path, rows, server)
    with (
        serve_faults(answer, plan=lambda _: None, latency=0.05) as server,
        cluster.killing("MapWorker", lambda: len(server.log) >= 40) as killed,
    ):
        told = extracted(cluster, rows, server, tmp_path / "other")
    assert len(killed) == 1
    assert lines(told) == sorted(expected.splitlines())
    # of what the worker had in hand, the node's cache knows all but the calls in flight
    assert sum(answered(server.log).values()) <= 3 * 48 + 8


def most_at_once(log: Iterable[Exchange], seconds: float) -> int:
    times = sorted(each.time for each in log)
    return max(sum(start <= time < start + seconds for time in times) for start in times)


def test_one_rate_holds_for_all_workers(cluster: LocalCluster) -> None:
    with serve_faults(answer, plan=lambda _: None) as server:
        told = extracted(cluster, notices(16), server, cache=None, rpm=600)
    assert {row["status"] for row in told} == {"complete"}
    times = [each.time for each in server.log]
    # 10 a second; half a second may be made up for, and what waits at the actor starts a little early or late
    assert max(times) - min(times) >= (len(times) - 1) / 10 - 1
    assert most_at_once(server.log, 1.0) <= 17
    assert most_at_once(server.log, 3.0) <= 37


def test_all_workers_together_spend_no_more_than_they_may(cluster: LocalCluster) -> None:
    limit = 0.05
    with serve_faults(answer, plan=lambda _: None) as server:
        told = extracted(
            cluster, notices(60), server, cache=None, price=PRICE, max_cost=limit, max_tokens=200
        )
    spent = sum(answered(server.log).values()) * A_CALL
    assert limit / 2 < spent <= limit
    assert sorted(row["id"] for row in told) == [row["id"] for row in notices(60)]
    assert {row["status"] for row in told} == {"complete", "failed"}
    assert {row["error"] for row in told} == {None, "BudgetSpent"}


def test_rows_that_say_nothing_are_failed_results(cluster: LocalCluster) -> None:
    rows: list[dict[str, Any]] = [
        {"id": "good", "text": notice(1), "published": "2012-06-26"},
        {"id": "blank", "text": "  ", "published": None},
        {"id": "none", "text": None, "published": None},
        {"id": None, "text": notice(2), "published": None},
    ]
    with serve_faults(answer, plan=lambda _: None) as server:
        told = {row["id"]: row for row in extracted(cluster, rows, server, cache=None)}
    assert {id_: row["error"] for id_, row in told.items()} == {
        "good": None,
        "blank": EmptyArticle.__name__,
        "none": InvalidRow.__name__,
        Article(notice(2)).id: None,
    }
