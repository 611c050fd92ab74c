"""A run ends by itself when nothing answers any more, and goes on later."""

from pathlib import Path
from typing import Any

import pytest
from doubles.loopback import Answer, Body, completion, failure, serve
from doubles.notices import answer, write_articles

from extractor import Extractor
from extractor.errors import EndpointDown
from extractor.runs.ledger import read_results
from extractor.runs.run import OUTAGE


def run(folder: Path, out: Path, url: str, **options: Any) -> Any:
    told: Any = {"base_url": url, "model": "m", "backoff": 0, "attempts": 2, "concurrency": 2, **options}
    with Extractor(**told) as extractor:
        return extractor.extract_folder(folder, out=out)


@pytest.mark.parametrize("trouble", [failure(503, "down"), failure(429, "later", retry_after="3600")])
def test_articles_in_a_row_without_an_answer_end_the_run(tmp_path: Path, trouble: Answer) -> None:
    write_articles(tmp_path / "in", 200)
    with serve(lambda _: trouble) as server:
        summary = run(tmp_path / "in", tmp_path / "out", server.url)
    assert summary.stopped == str(EndpointDown(articles=OUTAGE))
    assert not summary.is_complete
    assert summary.statuses["failed"] == OUTAGE
    assert len(server.bodies) < 60
    with serve(lambda body: completion(answer(body))) as server:
        summary = run(tmp_path / "in", tmp_path / "out", server.url)
    assert (summary.statuses["complete"], summary.is_complete) == (200, True)
    assert len(list(read_results(tmp_path / "out"))) == 200


def test_a_few_that_fail_among_others_end_nothing(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 60)

    def sometimes(body: Body) -> Answer:
        shown = body["messages"][-1]["content"]
        bad = any(f"port {number} " in shown for number in range(1, 61) if number % 3)
        return failure(500, "no") if bad else completion(answer(body))

    with serve(sometimes) as server:
        summary = run(tmp_path / "in", tmp_path / "out", server.url)
    assert summary.stopped is None
    assert (summary.statuses["complete"], summary.statuses["failed"]) == (20, 40)
    assert summary.causes["ModelUnavailable"].articles == 40
