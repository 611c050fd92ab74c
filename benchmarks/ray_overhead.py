"""What a Ray cluster costs beside a folder run: start-up, and seconds for each article.

``python benchmarks/ray_overhead.py [--articles 600] [--latency 0.2] [--in-flight 32] [--workers 4]
[--times 3]`` prints a table. Every job asks the same loopback server, with as many calls in flight in all and
a cache of its own: a folder run in one process, the same run with ``--engine ray``, and ``extract_dataset``.
The cluster is on this machine and is started before. Each way is measured with a few articles and with all of
them, in turn: the difference is what articles take, the rest is start-up.
"""

import argparse
import asyncio
import json
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from articles import write_articles
from serving import serving

from extractor import Extractor
from extractor.distributed import Cluster, extract_dataset
from extractor.distributed.cluster import load_ray, open_limits
from extractor.distributed.limits import Line

FEW = 8
"""Articles of a job that is little more than its start-up."""

CALLS = 5_000
"""That ask the limits at once."""

LOOPBACK = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_AUTH_MODE": "token",
    "RAY_AUTH_TOKEN": secrets.token_hex(32),
}

Job = Callable[[Path, Path], None]
"""Extracts the articles of a folder; whatever it keeps goes into a second one."""


def jobs(url: str, in_flight: int, workers: int) -> dict[str, Job]:
    """The ways, by their names."""
    reach: dict[str, Any] = {"base_url": url, "model": "m"}
    shared: dict[str, Any] = {**reach, "concurrency": max(1, in_flight // workers), "workers": workers}

    def folder(articles: Path, kept: Path) -> None:
        with Extractor(**reach, concurrency=in_flight, workers=0, cache=kept / "cache") as extractor:
            assert extractor.extract_folder(articles, out=kept / "out").is_complete  # noqa: S101

    def engine(articles: Path, kept: Path) -> None:
        with Extractor(**shared, cache=kept / "cache") as extractor:
            assert extractor.extract_folder(articles, out=kept / "out", engine=Cluster()).is_complete  # noqa: S101

    def dataset(articles: Path, kept: Path) -> None:
        rows = [
            {"id": path.name, "text": path.read_text("utf-8")} for path in sorted(articles.rglob("*.txt"))
        ]
        given = load_ray("ray.data").from_items(rows)
        extracted: Any = extract_dataset(given, **shared, cache=kept / "cache")
        extracted.write_json(str(kept / "out"))
        lines = [line for path in (kept / "out").iterdir() for line in path.read_text("utf-8").splitlines()]
        assert [json.loads(line)["status"] for line in lines] == ["complete"] * len(rows)  # noqa: S101

    return {"folder run": folder, "`--engine ray`": engine, "`extract_dataset`": dataset}


def seconds(job: Job, count: int) -> float:
    """Seconds of a job with so many articles."""
    with tempfile.TemporaryDirectory() as folder:
        write_articles(Path(folder, "in"), count)
        start = time.perf_counter()
        job(Path(folder, "in"), Path(folder))
        return time.perf_counter() - start


def calls_let_through(ray: Any) -> float:
    """Calls a second that may start where nothing but the way to the limits and back holds them up."""
    with Extractor(base_url="http://127.0.0.1:9/v1", model="m", cache=False) as extractor:
        limits = open_limits(ray, extractor.settings, "benchmark")
    line = Line(limits.actor, ray.exceptions.RayActorError)

    async def ask() -> float:
        start = time.perf_counter()
        await asyncio.gather(*(line.start(1_000) for _ in range(CALLS)))
        return CALLS / (time.perf_counter() - start)

    return statistics.median(asyncio.run(ask()) for _ in range(3))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=600)
    parser.add_argument("--latency", type=float, default=0.2)
    parser.add_argument("--in-flight", type=int, default=32)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--times", type=int, default=3)
    told = parser.parse_args()
    os.environ.update(LOOPBACK)
    ray = load_ray()
    ray.init(
        num_cpus=told.workers,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="error",
        object_store_memory=200 * 2**20,
        _node_ip_address="127.0.0.1",
    )
    load_ray("ray.data").DataContext.get_current().enable_progress_bars = False
    took: dict[str, list[tuple[float, float]]] = {}
    try:
        with serving("--latency", str(told.latency)) as served:
            for _ in range(told.times):
                for name, job in jobs(served.url, told.in_flight, told.workers).items():
                    took.setdefault(name, []).append((seconds(job, FEW), seconds(job, told.articles)))
        let_through = calls_let_through(ray)
    finally:
        ray.shutdown()
    _print(took, told.articles)
    print(f"\nThe actor lets {let_through:,.0f} calls a second through, asked by one process.")


def _print(took: dict[str, list[tuple[float, float]]], count: int) -> None:
    medians = {
        name: [statistics.median(each) for each in zip(*times, strict=True)] for name, times in took.items()
    }
    per_article = {name: (many - few) / (count - FEW) for name, (few, many) in medians.items()}
    base = per_article["folder run"]
    print(f"| | {FEW} articles, s | {count} articles, s | articles/s after the start | of the folder run |")
    print("| --- | --- | --- | --- | --- |")
    for name, (few, many) in medians.items():
        each = per_article[name]
        print(f"| {name} | {few:.1f} | {many:.1f} | {1 / each:.1f} | {base / each:.2f} |")


if __name__ == "__main__":
    main()
