"""Worker processes: the same results, the same errors, and nothing left behind."""

import asyncio
import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from doubles.faults import serve_faults
from doubles.notices import answer, write_articles
from doubles.scripted import Scripted, body_reply

from extractor import Article, Extractor
from extractor.errors import BudgetSpent, ModelUnavailable, ReplyInvalid, WorkerDied
from extractor.runs.ledger import LEDGER, read_results
from extractor.runs.workers import Workers, open_workers
from extractor.settings import load_settings

ARTICLES = Path(__file__).parents[2] / "examples" / "articles"
SETTINGS = load_settings({"model": "m", "api_key": "sk-secret", "reasks": 0})
NOTHING: dict[str, Any] = {"segments": body_reply(1), "claims": '{"claims": []}'}


def test_workers_give_the_same_bytes(tmp_path: Path, golden: Path) -> None:
    for workers in (0, 2):
        with Extractor(replay=golden, workers=workers) as extractor:
            summary = extractor.extract_folder(ARTICLES, out=tmp_path / str(workers))
        assert summary.statuses["complete"] == 4
    assert (tmp_path / "0" / LEDGER).read_bytes() == (tmp_path / "2" / LEDGER).read_bytes()


def test_calls_are_made_in_one_place_under_one_limit(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 40)
    with serve_faults(answer, plan=lambda _: None, latency=0.005) as server:
        with Extractor(
            model="m", base_url=server.url, concurrency=4, workers=2, cache=tmp_path / "cache"
        ) as extractor:
            summary = extractor.extract_folder(tmp_path / "in", out=tmp_path / "out")
        assert summary.statuses["complete"] == 40
        assert len(server.log) == 120
        assert max(each.under_way for each in server.log) <= 4


def test_an_error_that_crosses_keeps_its_facts() -> None:
    for error in (
        ModelUnavailable("down", status=503, retry_after=2.0),
        ReplyInvalid(reason="x", content="{}"),
        BudgetSpent(limit=2.0),
        WorkerDied(),
    ):
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
        assert (type(again), again, str(again)) == (type(error), error, str(error))


async def attempt(workers: Workers, model: Scripted, text: str = "Le port rouvre.") -> str:
    return (await workers.attempt(model, Article(text))).status


def test_what_a_model_raises_is_raised_in_the_worker() -> None:
    async def run() -> tuple[str, str]:
        async with open_workers(1, SETTINGS, "m") as workers:
            down = Scripted(segments=body_reply(1), claims=ModelUnavailable("down"))
            return await attempt(workers, down), await attempt(workers, Scripted(**NOTHING))

    assert asyncio.run(run()) == ("partial", "complete")


def test_what_ends_a_run_crosses_too() -> None:
    async def run() -> None:
        async with open_workers(1, SETTINGS, "m") as workers:
            await attempt(workers, Scripted(segments=BudgetSpent(limit=1.0)))

    with pytest.raises(BudgetSpent):
        asyncio.run(run())


def children() -> list[int]:
    listed = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "pid=,args="],  # noqa: S607 - the system's own
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if "extractor.runs.workers" in line]


def test_a_killed_worker_fails_its_article_and_the_others_go_on() -> None:
    async def run() -> tuple[bool, str]:
        async with open_workers(1, SETTINGS, "m") as workers:
            (worker,) = children()

            class Killing(Scripted):
                async def __call__(self, request: object, /) -> object:  # type: ignore[override]
                    os.kill(worker, signal.SIGKILL)
                    return await super().__call__(request)  # type: ignore[arg-type]

            try:
                await attempt(workers, Killing(**NOTHING))
                died = False
            except WorkerDied:
                died = True
            return died, await attempt(workers, Scripted(**NOTHING))

    assert asyncio.run(run()) == (True, "complete")


def test_workers_end_with_the_block_and_with_their_parent() -> None:
    async def run() -> list[int]:
        async with open_workers(2, SETTINGS, "m"):
            return children()

    ended = asyncio.run(run())
    assert len(ended) == 2
    assert not children()
    assert not [pid for pid in ended if Path(f"/proc/{pid}").exists()]


def test_a_script_without_a_main_guard_is_not_run_again(tmp_path: Path, golden: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from extractor import Extractor\n"
        "print('once')\n"
        f"with Extractor(replay={str(golden)!r}, workers=1) as extractor:\n"
        f"    extractor.extract_folder({str(ARTICLES)!r}, out={str(tmp_path / 'out')!r})\n"
    )
    ran = subprocess.run(
        [sys.executable, script], capture_output=True, encoding="utf-8", check=True, timeout=60
    )
    assert ran.stdout == "once\n"
    assert {result.status for result in read_results(tmp_path / "out")} == {"complete"}


def test_an_article_that_takes_too_long_is_given_up_in_the_worker_too() -> None:
    class Slow(Scripted):
        async def __call__(self, request: object, /) -> object:  # type: ignore[override]
            await asyncio.sleep(3600)
            return await super().__call__(request)  # type: ignore[arg-type]

    async def run() -> str:
        async with open_workers(1, SETTINGS, "m") as workers:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await attempt(workers, Slow(**NOTHING))
            return await attempt(workers, Scripted(**NOTHING))

    assert asyncio.run(run()) == "complete"
