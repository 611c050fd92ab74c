"""Memory and time of folder runs by their size: a cold run, and a second one that is fully cached.

``python benchmarks/memory.py [--all] [--counts N ...] [--in-flight 32]`` prints a table and writes
benchmarks/memory.json. The articles are a unit long and hold no claim, so that each takes two calls; the
server answers at once. ``--all`` adds 100,000 articles to 100 and 10,000. MiB are the most resident memory of
extractor's process.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from articles import write_articles
from serving import run_client, serving

REPORT = Path(__file__).with_suffix(".json")
COUNTS = (100, 10_000)
MANY = 100_000
LONGEST = 3_600.0
"""Seconds a run may take."""

_CALLS = 2
_MEBIBYTE = 1024 * 1024


def measure(count: int, in_flight: int) -> dict[str, dict[str, Any]]:
    """The figures of both runs over so many articles.

    Raises:
        SystemExit: an article is not complete, or the cache was not used as expected.
    """
    rows: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        write_articles(Path(folder), count, short=True)
        with serving("--latency", "0") as served:
            for run, cached in (("cold", 0), ("cached", _CALLS * count)):
                options = ("--folder", folder, "--cache", cache, "--in-flight", str(in_flight))
                report = run_client("extractor", "--url", served.url, *options, seconds=LONGEST)
                if report is None or (report["complete"], report["cached"]) != (count, cached):
                    raise SystemExit(f"{count} articles, {run}: {report}")
                size = sum(path.stat().st_size for path in Path(cache).rglob("*") if path.is_file())
                rows[f"{count:,} articles, {run}"] = {
                    "MiB": round(report["mebibytes"], 1),
                    "seconds": round(report["seconds"], 1),
                    "articles/s": round(count / report["seconds"], 1),
                    "CPU ms/call": round(1e3 * report["cpu_seconds"] / report["calls"], 2),
                    "cache MiB": round(size / _MEBIBYTE, 1),
                }
    return rows


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--counts", type=int, nargs="+", default=list(COUNTS))
    parser.add_argument("--in-flight", type=int, default=32)
    arguments = parser.parse_args()
    rows: dict[str, dict[str, Any]] = {}
    for count in [*arguments.counts, *([MANY] if arguments.all else [])]:
        for name, row in measure(count, arguments.in_flight).items():
            if not rows:
                print(f"| | {' | '.join(row)} |\n|---|{'---|' * len(row)}")
            print(f"| {name} | {' | '.join(map(str, row.values()))} |", flush=True)
            rows[name] = row
    report = {"python": sys.version.split()[0], "in_flight": arguments.in_flight, "rows": rows}
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
