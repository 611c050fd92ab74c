"""A run that is killed at any moment goes on where it was, to the same bytes, and pays for nothing twice."""

import contextlib
import random
import signal
import subprocess
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import Any

import pytest
from doubles.faults import Asked, Exchange, Fault, FaultServer, mixed, serve_faults
from doubles.notices import answer, write_articles
from doubles.running import answered, asked_again, bytes_of, command, end, replies_of, results, run, start

from extractor.errors import LedgerDamaged, RecordingUnreadable
from extractor.models.kept import REPLIES
from extractor.runs.ledger import LEDGER

ARTICLES = 60
CONCURRENCY = 6
KILLS = 25
"""Of each kind of point: 50 in all."""


def without_faults(_: Asked) -> None:
    """No attempt of any request fails."""


@dataclass
class Lives:
    """One run in several processes, all but the last killed.

    Args:
        line: the command that starts each.
        starts: when each was started, in seconds since the epoch.
        kills: how many were killed.
    """

    line: list[str]
    starts: list[float] = field(default_factory=list[float])
    kills: int = 0

    def live(self, is_over: Callable[[], bool]) -> bool:
        """Start the command, kill it when it is to be over; whether it ended by itself before."""
        self.starts.append(time())
        process = start(self.line)
        while not is_over() and process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.002)
        process.kill()
        code, told = end(process)
        if code != -signal.SIGKILL:
            assert (code, told) == (0, "")
            return True
        self.kills += 1
        return False

    def paid_again(self, log: Sequence[Exchange]) -> list[int]:
        """For each process, how many requests answered well in it were asked again by a later one."""
        lost: list[set[str]] = [set() for _ in self.starts]
        for each in asked_again(log):
            last = max(
                (old for old in log if old.sha256 == each.sha256 and old.answered and old.order < each.order),
                key=lambda old: old.order,
            )
            before, now = (bisect(self.starts, exchange.time) - 1 for exchange in (last, each))
            assert before < now, "one process asked twice for what it had"
            lost[before].add(each.sha256)
        return [len(each) for each in lost]


def lived(tmp_path: Path, server: FaultServer, number: int) -> tuple[Lives, Path]:
    out = tmp_path / f"out-{number}"
    options = ("--cache", tmp_path / f"cache-{number}", "--concurrency", CONCURRENCY)
    return Lives(command(tmp_path / "in", out, server.url, *options)), out


def requests_later(server: FaultServer, out: Path, count: int) -> Callable[[], bool]:
    del out
    before = len(server.log)
    return lambda: len(server.log) >= before + count


def bytes_later(server: FaultServer, out: Path, count: int) -> Callable[[], bool]:
    """Within the writing of a line, for all that is known; a line has some 2,100 bytes, a reply 600."""
    del server

    def size() -> int:
        return sum(path.stat().st_size for name in (LEDGER, REPLIES) if (path := out / name).exists())

    before = size()
    return lambda: size() >= before + count * 1_100


def never(server: FaultServer, out: Path, count: int) -> Callable[[], bool]:
    del server, out, count
    return lambda: False


def whole_lines(out: Path) -> bytes:
    data = (out / LEDGER).read_bytes() if (out / LEDGER).exists() else b""
    return data[: data.rfind(b"\n") + 1]


@pytest.mark.parametrize(("seed", "point"), [(1, requests_later), (2, bytes_later)])
def test_killed_at_any_point_it_ends_with_the_same_bytes_and_pays_only_what_was_in_flight_again(
    tmp_path: Path, seed: int, point: Callable[[FaultServer, Path, int], Callable[[], bool]]
) -> None:
    chance = random.Random(seed)  # noqa: S311 - reproducible
    write_articles(tmp_path / "in", ARTICLES)
    with serve_faults(answer, plan=without_faults) as server:
        run(tmp_path / "in", tmp_path / "whole", server.url, cache=tmp_path / "cache")
    expected = bytes_of(tmp_path / "whole")
    kills = number = 0
    while kills < KILLS:
        number += 1
        with serve_faults(answer, plan=without_faults) as server:
            lives, out = lived(tmp_path, server, number)
            while not lives.live(point(server, out, chance.randrange(1, 16))):
                assert expected.startswith(whole_lines(out))
                if kills + lives.kills == KILLS:
                    point = never
        assert bytes_of(out) == expected
        assert max(answered(server.log).values()) <= 1 + lives.kills
        assert max(lives.paid_again(server.log)) <= CONCURRENCY
        assert len(replies_of(out).splitlines()) >= 3 * ARTICLES
        kills += lives.kills


@pytest.mark.parametrize("workers", [0, 2])
def test_killed_under_faults_it_ends_with_the_same_bytes_too(tmp_path: Path, workers: int) -> None:
    chance = random.Random(3)  # noqa: S311 - reproducible
    write_articles(tmp_path / "in", ARTICLES)
    kinds = [Fault.SERVER_ERROR, Fault.RESET_WITHIN, Fault.RATE_LIMITED_TOLD, Fault.ERROR_BODY, Fault.CLOSED]
    with serve_faults(answer, plan=without_faults) as server:
        run(tmp_path / "in", tmp_path / "whole", server.url, cache=tmp_path / "cache")
    with serve_faults(answer, plan=mixed(4, 0.3, kinds)) as server:
        lives, out = lived(tmp_path, server, 1)
        lives.line += ["--workers", str(workers)]
        while not lives.live(requests_later(server, out, chance.randrange(30, 90))):
            pass
    assert lives.kills >= 3
    assert bytes_of(out) == bytes_of(tmp_path / "whole")
    assert max(lives.paid_again(server.log)) <= CONCURRENCY


def halves(line: bytes) -> Iterator[bytes]:
    """A line that broke off: after a byte, in the middle, without its end."""
    yield from (line[:1], line[: len(line) // 2], line)


@pytest.mark.parametrize("cut", [0, 1, 2])
def test_a_torn_last_line_is_cut_and_done_again(tmp_path: Path, cut: int) -> None:
    write_articles(tmp_path / "in", 5)
    out = tmp_path / "out"
    with serve_faults(answer, plan=without_faults) as server:
        run(tmp_path / "in", out, server.url)
        whole, kept = bytes_of(out), replies_of(out)
        for name, data in ((LEDGER, whole), (REPLIES, kept)):
            *lines, last = data.splitlines()
            torn = list(halves(last))[cut]
            (out / name).write_bytes(b"".join(line + b"\n" for line in lines) + torn)
        assert run(tmp_path / "in", out, server.url).skipped == 4
    assert bytes_of(out) == whole
    assert len(server.log) == 15
    assert set(kept.splitlines()[:-1]) <= set(replies_of(out).splitlines())


@pytest.mark.parametrize("data", [b"notes of mine", b"notes\nof mine\n", b'{"a": 1}\n', b"\xff\xfe\n", b"\n"])
@pytest.mark.parametrize("before", [False, True])
def test_results_that_were_not_written_by_a_run_are_left_alone(
    tmp_path: Path, data: bytes, *, before: bool
) -> None:
    write_articles(tmp_path / "in", 2)
    out = tmp_path / "out"
    with serve_faults(answer, plan=without_faults) as server:
        run(tmp_path / "in", out, server.url)
        data = (bytes_of(out) if before else b"") + data
        (out / LEDGER).write_bytes(data)
        with pytest.raises(LedgerDamaged) as caught:
            run(tmp_path / "in", out, server.url)
    assert caught.value == LedgerDamaged(str(out / LEDGER), 3 if before else 1)
    assert bytes_of(out) == data
    assert len(server.log) == 6


def test_replies_that_were_not_written_by_a_run_are_left_alone(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 2)
    out = tmp_path / "out"
    out.mkdir()
    (out / REPLIES).write_bytes(b"notes of mine")
    with serve_faults(answer, plan=without_faults) as server, pytest.raises(LedgerDamaged, match=REPLIES):
        run(tmp_path / "in", out, server.url)
    assert (out / REPLIES).read_bytes() == b"notes of mine"
    assert server.log == []


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b'{"settings": {}}', b"\xff"])
def test_a_damaged_name_of_the_run_is_named_and_left_alone(tmp_path: Path, data: bytes) -> None:
    write_articles(tmp_path / "in", 2)
    out = tmp_path / "out"
    out.mkdir()
    (out / "run.json").write_bytes(data)
    with (
        serve_faults(answer, plan=without_faults) as server,
        pytest.raises(RecordingUnreadable, match=r"run\.json"),
    ):
        run(tmp_path / "in", out, server.url)
    assert (out / "run.json").read_bytes() == data
    assert server.log == []


def test_a_second_line_of_an_article_counts(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 2)
    out = tmp_path / "out"
    refusals: list[Any] = [Fault.REFUSAL]
    with serve_faults(answer, plan=lambda _: refusals.pop() if refusals else None) as server:
        run(tmp_path / "in", out, server.url, concurrency=1)
        run(tmp_path / "in", out, server.url)
    told = [(each.article.id, each.status) for each in results(out)]
    assert told == [("000001.txt", "failed"), ("000002.txt", "complete"), ("000001.txt", "complete")]
