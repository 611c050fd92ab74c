"""How much of a rate limit a folder run uses, and what share of its requests is refused.

``python benchmarks/rate_limit.py [--rpm 600] [--seconds 90] [--latency 0.5] [--in-flight 64]`` prints a table
and writes benchmarks/rate_limit.json. The server answers ``rpm`` requests in any 60 seconds and 429 with
Retry-After to the others. extractor runs as long as given, three times: told the limit, told nothing, and
told by the server's headers.

A run that is told nothing may use the whole window at once and again when it is over: over 90 seconds that
can be more than 100 % of an even rate, so the share of what the windows would have let through is given as
well.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from articles import write_articles
from clients import RECORDS
from serving import HERE, Served, serving

REPORT = Path(__file__).with_suffix(".json")
WINDOW = 60.0
WAYS = {"told rpm": (True, False), "told nothing": (False, False), "told by headers": (False, True)}
"""Whether extractor is told the limit, and whether the server states it in headers."""

_LONGEST_START = 60.0


def measure(rpm: int, seconds: float, latency: float, in_flight: int, way: str) -> dict[str, Any]:
    """Run for some seconds after the first request, then stop and count."""
    is_told, states_it = WAYS[way]
    options = ["--latency", str(latency), "--rpm", str(rpm), *(["--tell"] if states_it else [])]
    most = math.ceil(seconds / WINDOW) * rpm
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        write_articles(Path(folder), 2 * most // len(RECORDS) + in_flight)
        with serving(*options) as served:
            command = [
                sys.executable, str(HERE / "clients.py"), "extractor", "--url", served.url,
                "--folder", folder, "--cache", cache, "--in-flight", str(in_flight),
                *(["--rpm", str(rpm)] if is_told else []),
            ]  # fmt: skip
            client = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
            try:
                stats = _stats_after(served, client, seconds)
            finally:
                client.kill()
                client.wait()
    even = rpm * seconds / WINDOW
    return {
        "answered": stats["answered"],
        "429": stats["refused"],
        "answered a minute": round(stats["answered"] * WINDOW / seconds, 1),
        "share of the limit %": round(100 * stats["answered"] / even, 1),
        "share of the windows %": round(100 * stats["answered"] / most, 1),
        "429 %": round(100 * stats["refused"] / max(1, stats["requests"]), 2),
        "most in flight": stats["most_in_flight"],
    }


def _stats_after(served: Served, client: "subprocess.Popen[bytes]", seconds: float) -> dict[str, Any]:
    """The counts so many seconds after the first request.

    Raises:
        SystemExit: the client ended before, or asked nothing.
    """
    give_up = time.monotonic() + _LONGEST_START
    while (stats := served.stats())["first"] is None:
        if client.poll() is not None or time.monotonic() > give_up:
            raise SystemExit("extractor asked nothing")
        time.sleep(0.05)
    time.sleep(max(0.0, seconds - (stats["now"] - stats["first"])))
    stats = served.stats()
    if client.poll() is not None:
        raise SystemExit(f"extractor ended too soon, with {client.returncode}")
    return stats


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rpm", type=int, default=600)
    parser.add_argument("--seconds", type=float, default=90.0)
    parser.add_argument("--latency", type=float, default=0.5)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    given = parser.parse_args()
    rows: dict[str, dict[str, Any]] = {}
    for way in given.ways:
        row = measure(given.rpm, given.seconds, given.latency, given.in_flight, way)
        if not rows:
            print(f"| | {' | '.join(row)} |\n|---|{'---|' * len(row)}")
        print(f"| {way} | {' | '.join(map(str, row.values()))} |", flush=True)
        rows[way] = row
    settings = {
        "rpm": given.rpm,
        "seconds": given.seconds,
        "latency": given.latency,
        "in_flight": given.in_flight,
    }
    report = {"python": sys.version.split()[0], **settings, "rows": rows}
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
