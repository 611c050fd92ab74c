"""Replayed and cached throughput on one core: what extractor itself takes when no model is asked.

``python benchmarks/replay.py [--seconds 10] [--count 400]`` prints a table and writes benchmarks/replay.json:
the example articles replayed from golden/ again and again in one process, one at a time, and a folder run
over so many distinct articles whose every reply is in the cache.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from articles import expected_claims, write_articles
from clients import RECORDS, Clock
from serving import HERE, run_client, serving

from extractor import Extractor, read_article

ROOT = HERE.parent
REPORT = Path(__file__).with_suffix(".json")


def replayed(seconds: float) -> dict[str, Any]:
    """Extract the example articles in turn for some seconds, on one core.

    Raises:
        SystemExit: one is not complete.
    """
    articles = [read_article(path) for path in sorted((ROOT / "examples" / "articles").glob("*.txt"))]
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        with Extractor(replay=ROOT / "golden") as extractor:
            if any(extractor.extract(article).status != "complete" for article in articles):
                raise SystemExit("a replayed article is not complete")
            clock, end, count = Clock(), time.perf_counter() + seconds, 0
            while time.perf_counter() < end:
                for article in articles:
                    extractor.extract(article)
                count += len(articles)
            return clock.report(count, count * len(RECORDS))
    finally:
        os.sched_setaffinity(0, allowed)


def cached(count: int, in_flight: int) -> dict[str, Any]:
    """A folder run on one core after one that filled the cache.

    Raises:
        SystemExit: an article is not complete, or not everything came from the cache.
    """
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        write_articles(Path(folder), count)
        options = ("--folder", folder, "--cache", cache, "--in-flight", str(in_flight))
        with serving("--latency", "0") as served:
            run_client("extractor", "--url", served.url, *options)
            report = run_client("extractor", "--url", served.url, *options, "--one-core")
    expected = (count, expected_claims(count), count * len(RECORDS))
    if report is None or (report["complete"], report["claims"], report["cached"]) != expected:
        raise SystemExit(f"(complete, claims, cached) should be {expected}: {report}")
    return report


def figures(report: dict[str, Any]) -> dict[str, float]:
    """One row of the table."""
    return {
        "articles": report["articles"],
        "articles/s": round(report["articles"] / report["seconds"], 1),
        "CPU ms/article": round(1e3 * report["cpu_seconds"] / report["articles"], 2),
    }


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--in-flight", type=int, default=8)
    arguments = parser.parse_args()
    rows = {
        "replayed, one at a time": figures(replayed(arguments.seconds)),
        "folder run, fully cached": figures(cached(arguments.count, arguments.in_flight)),
    }
    for number, (name, row) in enumerate(rows.items()):
        if not number:
            print(f"| one core | {' | '.join(row)} |\n|---|{'---|' * len(row)}")
        print(f"| {name} | {' | '.join(map(str, row.values()))} |")
    report = {"python": sys.version.split()[0], "rows": rows}
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
