"""Throughput: a folder run on a cold cache as a share of the rate that latency allows, and peers beside it.

``python benchmarks/throughput.py [--quick] [--latencies S ...] [--in-flight N ...] [--clients NAME ...]``
prints a table and writes benchmarks/throughput.json. The ideal rate is calls in flight / mean latency, in
calls a second; langextract asks once an article, the others three times. Every client is a process of its
own, the server another; each asks about one article before its clock starts. The whole takes over an hour,
``--quick`` two minutes. Peers that are not installed are left out and named: the environment of ``make
bench-runs`` has all.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

from articles import expected_claims, write_articles
from clients import CLIENTS, RECORDS
from serving import run_client, serving

REPORT = Path(__file__).with_suffix(".json")
SIGMA = 0.6
"""Of the log-normal latency: one answer in a hundred takes over four times the median."""

SECONDS = 20.0
"""What a cell takes at the ideal rate, at most."""

MOST_ARTICLES = 4_000
"""What a cell asks about, at most: no client here makes over a thousand calls a second."""

CHEAP = 128
"""Calls in flight up to which a cell is repeated."""

PEERS = ("extractor", "openai SDK", "instructor", "langextract")


@dataclass(frozen=True)
class Cell:
    """What one client is measured at: latency in seconds, the sigma of its logarithm, and calls in flight."""

    client: str
    latency: float
    sigma: float
    in_flight: int

    def articles(self, seconds: float) -> int:
        """A whole number for each call in flight: with a constant latency none waits for a last one."""
        rounds = int(seconds / (len(RECORDS) * self.latency))
        return self.in_flight * max(1, min(rounds, MOST_ARTICLES // self.in_flight))


def measure(cell: Cell, seconds: float) -> dict[str, Any] | None:
    """One run of a cell; None if the client is not installed.

    Raises:
        SystemExit: extractor's results are not what the golden cases expect.
    """
    count = cell.articles(seconds)
    options = ("--latency", str(cell.latency), "--log-normal", str(cell.sigma))
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        write_articles(Path(folder), count)
        with serving(*options) as served:
            known = ("--folder", folder, "--cache", cache, "--in-flight", str(cell.in_flight), "--warm")
            report = run_client(cell.client, "--url", served.url, *known)
            stats = served.stats()
    if report is None:
        return None
    if cell.client == "extractor":
        _check(report, count)
    ideal = cell.in_flight / stats["mean_latency"]
    return {
        "articles/s": report["articles"] / report["seconds"],
        "calls/s": report["calls"] / report["seconds"],
        "ideal calls/s": ideal,
        "share %": 100 * report["calls"] / report["seconds"] / ideal,
        "CPU ms/call": 1e3 * report["cpu_seconds"] / report["calls"],
        "most in flight": stats["most_in_flight"],
        "seconds": report["seconds"],
        "MiB": report["mebibytes"],
        "server CPU %": 100 * stats["cpu_seconds"] / report["seconds"],
    }


def _check(report: dict[str, Any], count: int) -> None:
    expected = (count, expected_claims(count), 0)
    if (report["complete"], report["claims"], report["cached"]) != expected:
        raise SystemExit(f"extractor: (complete, claims, cached) should be {expected}: {report}")


def median(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """The medians of a cell's runs."""
    return {name: round(statistics.median(row[name] for row in rows), 2) for name in rows[0]}


def show(cell: Cell, row: dict[str, float]) -> None:
    """Print one row of a table in Markdown."""
    kind = f"log-normal {cell.sigma}" if cell.sigma else "constant"
    print(
        f"| {cell.latency:g} s {kind} | {cell.in_flight} | {cell.client} | "
        + " | ".join(f"{row[name]:.1f}" for name in row)
        + " |",
        flush=True,
    )


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--latencies", type=float, nargs="+", default=[0.5, 2.0])
    parser.add_argument("--sigmas", type=float, nargs="+", default=[0.0, SIGMA])
    parser.add_argument("--in-flight", type=int, nargs="+", default=[32, 128, 512, 1000])
    parser.add_argument("--clients", nargs="+", choices=CLIENTS, default=PEERS)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    seconds, repeats = SECONDS, arguments.repeats
    if arguments.quick:
        arguments.latencies, arguments.sigmas, arguments.in_flight = [0.5], [0.0], [32, 128]
        seconds, repeats = 6.0, 1
    rows: list[dict[str, Any]] = []
    missing: set[str] = set()
    for latency, sigma, in_flight in product(arguments.latencies, arguments.sigmas, arguments.in_flight):
        runs: dict[str, list[dict[str, Any]]] = {name: [] for name in arguments.clients}
        # every client in turn, so that noise meets them all
        for client in [*arguments.clients] * (repeats if in_flight <= CHEAP else 1):
            measured = (
                None if client in missing else measure(Cell(client, latency, sigma, in_flight), seconds)
            )
            if measured is None:
                missing.add(client)
            else:
                runs[client].append(measured)
        for client, measured_rows in runs.items():
            if measured_rows:
                cell, row = Cell(client, latency, sigma, in_flight), median(measured_rows)
                if not rows:
                    print(f"| latency | in flight | | {' | '.join(row)} |\n|---|---|---|{'---|' * len(row)}")
                show(cell, row)
                rows.append({**asdict(cell), "runs": len(measured_rows), **row})
    for client in sorted(missing):
        print(f"not installed and left out: {client}")
    report = {
        "python": sys.version.split()[0],
        "cores": os.cpu_count(),
        "missing": sorted(missing),
        "rows": rows,
    }
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
