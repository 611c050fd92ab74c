"""Runs in several processes on one Redis, as on several machines: nothing is asked twice."""

import contextlib
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from doubles.faults import Fault, Plan, mixed, serve_faults
from doubles.notices import answer, write_articles
from doubles.redis_server import PASSWORD, RedisServer
from doubles.running import answered, asked_again, command, end, replies_of, results, start

from extractor.models.cache_redis import HOLD

ARTICLES = 200
TRANSIENT = [Fault.SERVER_ERROR, Fault.RESET_WITHIN, Fault.RATE_LIMITED_TOLD, Fault.CLOSED]


def without_faults(_: object) -> None:
    return None


def told(out: Path) -> list[dict[str, Any]]:
    """The results without what they took, which depends on who paid."""
    return [each.model_dump(exclude={"usage"}) for each in results(out)]


@pytest.mark.parametrize("plan", [without_faults, mixed(5, 0.2, TRANSIENT)], ids=["well", "with faults"])
def test_two_processes_with_the_same_articles_ask_nothing_twice(
    tmp_path: Path, redis: RedisServer, plan: Plan
) -> None:
    write_articles(tmp_path / "in", ARTICLES)
    outs = [tmp_path / "a", tmp_path / "b"]
    with serve_faults(answer, plan=plan, latency=0.02) as server:
        lines = [command(tmp_path / "in", out, server.url, "--cache", redis.url) for out in outs]
        processes = [start(line) for line in lines]
        assert [end(process) for process in processes] == [(0, ""), (0, "")]
        assert end(start([*lines[0][:-1], redis.unix_url, "--force"])) == (0, "")
    assert set(answered(server.log).values()) == {1}
    assert asked_again(server.log) == []
    assert sum(each.answered for each in server.log) == 3 * ARTICLES
    first, second = map(told, outs)
    assert first[:ARTICLES] == second
    assert first[ARTICLES:] == second
    paid = [each.usage.calls - each.usage.cached for out in outs for each in results(out)[:ARTICLES]]
    assert sum(paid) == 3 * ARTICLES
    assert len(replies_of(outs[1]).splitlines()) == 3 * ARTICLES


def when(is_so: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    """Wait for something that happens while a process runs."""
    while not is_so():
        assert process.poll() is None
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.002)


def test_a_server_that_is_gone_in_the_middle_ends_the_run_which_goes_on_when_it_is_back(
    tmp_path: Path, own_redis: RedisServer
) -> None:
    write_articles(tmp_path / "in", ARTICLES)
    out = tmp_path / "out"
    with serve_faults(answer, plan=without_faults, latency=0.02) as server:
        line = command(tmp_path / "in", out, server.url, "--cache", own_redis.url, "--workers", "1")
        process = start(line)
        when(lambda: len(server.log) >= ARTICLES, process)
        own_redis.stop()
        code, said = end(process)
        assert code == 2
        assert f"reply cache redis://***@127.0.0.1:{own_redis.port}/0: " in said
        assert 0 < len(results(out)) < ARTICLES
        own_redis.start()
        code, said_again = end(start(line))
        assert (code, said_again) == (0, "")
    assert [each.status for each in results(out)] == ["complete"] * ARTICLES
    assert PASSWORD not in said
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in written if PASSWORD.encode() in path.read_bytes()]


def test_a_process_that_is_killed_leaves_its_replies_to_the_other(tmp_path: Path, redis: RedisServer) -> None:
    write_articles(tmp_path / "in", ARTICLES)
    with serve_faults(answer, plan=without_faults, latency=0.02) as server:
        lines = [
            command(tmp_path / "in", tmp_path / out, server.url, "--cache", redis.url) for out in ("a", "b")
        ]
        killed = start(lines[0])
        when(lambda: len(server.log) >= ARTICLES, killed)
        killed.kill()
        end(killed)
        # as if they had expired, which takes longer than a test should
        for turn in redis.keys("extractor:turn:*"):
            assert 0 < redis.number("PTTL", turn) <= HOLD * 1000
            redis.call("DEL", turn)
        assert end(start(lines[1])) == (0, "")
    assert len(results(tmp_path / "b")) == ARTICLES
    assert len(asked_again(server.log)) <= 8
