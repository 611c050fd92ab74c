"""The most that a run may cost holds for the run, however often it is started."""

from pathlib import Path
from typing import Any

from doubles.faults import serve_faults
from doubles.notices import answer, write_articles

from extractor import Extractor
from extractor.models.kept import paid_before
from extractor.prices import Price

PRICE = (2.0, 1.0, 8.0)
LIMIT = 0.02


def run(folder: Path, out: Path, url: str, cache: Path, **options: Any) -> Any:
    told: Any = {"base_url": url, "model": "m", "price": PRICE, "cache": cache, "max_tokens": 200, **options}
    with Extractor(**told) as extractor:
        return extractor.extract_folder(folder, out=out)


def test_starting_again_does_not_begin_the_budget_again(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 30)
    with serve_faults(answer, plan=lambda _: None) as server:
        summaries = [
            run(tmp_path / "in", tmp_path / "out", server.url, tmp_path / "cache", max_cost=LIMIT)
            for _ in range(4)
        ]
        paid = sum(summary.paid.cost or 0.0 for summary in summaries)
        assert 0 < paid <= LIMIT
        assert all("--max-cost" in str(summary.stopped) for summary in summaries)
        assert paid_before(tmp_path / "out", Price(*PRICE)) <= LIMIT
        summary = run(tmp_path / "in", tmp_path / "out", server.url, tmp_path / "cache")
    assert summary.is_complete
    assert len({each.sha256 for each in server.log}) == len(server.log) == 90
