"""Folder runs over real HTTP against a server that fails: what is complete, what is asked, what is told."""

import random
import time
from collections import Counter
from email.utils import formatdate
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from doubles.faults import Asked, Fault, Plan, mixed, serve_faults
from doubles.loopback import Answer, Body, completion, failure, serve
from doubles.notices import answer, notice, write_articles
from doubles.plans import PERMANENT, TRANSIENT
from doubles.running import asked_again, results, run

SEED = 5
STALL = 2.5
TIMEOUT = 2.0
"""Shorter than the stall, longer than any other answer takes on a busy machine."""


def id_of(number: int) -> str:
    return f"{number:06}.txt"


def shown(number: int) -> str:
    """What ``Asked.article`` is for a notice."""
    return sha256(notice(number).encode()).hexdigest()


def fated(fates: dict[int, Fault], otherwise: Plan) -> Plan:
    by_article = {shown(number): fault for number, fault in fates.items()}
    return lambda asked: by_article.get(asked.article) or otherwise(asked)


def at_first(fault: Fault) -> Plan:
    return lambda asked: fault if asked.attempt == 1 else None


def without_faults(_: Asked) -> None:
    """No attempt of any request fails."""


def cut_off(plan: Plan, *numbers: int) -> Plan:
    """The attribution of these articles is cut off each time."""
    articles = {shown(number) for number in numbers}
    return lambda asked: (
        Fault.LENGTH if asked.record == "attribution" and asked.article in articles else plan(asked)
    )


def test_under_every_fault_all_that_can_be_answered_is_complete_and_nothing_is_asked_twice(
    tmp_path: Path,
) -> None:
    chosen = random.Random(SEED).sample(range(1, 501), 40)  # noqa: S311 - reproducible
    refused, short, partial = chosen[:20], chosen[20:30], chosen[30:]
    fates = {number: PERMANENT[number % 2] for number in refused} | dict.fromkeys(short, Fault.LENGTH)
    plan = cut_off(fated(fates, mixed(SEED, 0.3)), *partial)
    write_articles(tmp_path / "in", 500)
    with serve_faults(answer, plan=plan, stall=STALL, drip=0.1) as server:
        summary = run(
            tmp_path / "in", tmp_path / "out", server.url, concurrency=32, attempts=12, timeout=TIMEOUT
        )
    statuses = {each.article.id: each.status for each in results(tmp_path / "out")}
    assert list(statuses) == [id_of(number) for number in range(1, 501)]
    expected = {id_of(number): "failed" for number in fates} | {
        id_of(number): "partial" for number in partial
    }
    assert {id_: status for id_, status in statuses.items() if status != "complete"} == expected
    assert {name: ids(summary, name) for name in summary.causes} == {
        "ModelRefused": sorted(map(id_of, refused)),
        "ReplyTruncated": sorted(map(id_of, [*short, *partial])),
    }
    assert {each.fault for each in server.log} == {None, *TRANSIENT, *PERMANENT, Fault.LENGTH}
    assert asked_again(server.log) == []
    assert max(each.under_way for each in server.log) <= 32


def ids(summary: Any, cause: str) -> list[str]:
    return sorted(id_ for id_, _ in summary.causes[cause].examples)


@pytest.mark.parametrize("fault", TRANSIENT)
def test_each_transient_fault_is_got_over_and_costs_no_answer(tmp_path: Path, fault: Fault) -> None:
    write_articles(tmp_path / "in", 4)
    with serve_faults(answer, plan=at_first(fault), stall=0.6, drip=0.05, told=0.05) as server:
        # the limit for a stall is below it; the others have all the time there is
        timeout = 0.3 if fault is Fault.STALL else 30
        summary = run(tmp_path / "in", tmp_path / "out", server.url, timeout=timeout, attempts=12)
    assert summary.is_complete
    assert fault is Fault.STALL or asked_again(server.log) == []


def test_an_article_that_cannot_be_had_is_named_with_its_cause_and_had_the_next_time(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 6)
    plan = fated({2: Fault.SERVER_ERROR, 3: Fault.EMPTY_CHOICES, 5: Fault.RESET_WITHIN}, without_faults)
    with serve_faults(answer, plan=plan) as server:
        summary = run(tmp_path / "in", tmp_path / "out", server.url, attempts=2)
    assert ids(summary, "ModelUnavailable") == [id_of(2), id_of(3), id_of(5)]
    assert summary.causes["ModelUnavailable"].advice.startswith("run again")
    assert summary.statuses == {"complete": 3, "partial": 0, "failed": 3}
    with serve_faults(answer, plan=without_faults) as server:
        assert run(tmp_path / "in", tmp_path / "out", server.url).is_complete
    assert len(server.log) == 9


def test_a_run_ends_when_the_endpoint_is_down(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 10)
    with serve_faults(answer, plan=lambda _: Fault.RESET_BEFORE) as server:
        summary = run(tmp_path / "in", tmp_path / "out", server.url, attempts=2, backoff=0.001)
    assert summary.statuses == {"complete": 0, "partial": 0, "failed": 10}
    assert len(server.log) == 20


def test_a_page_instead_of_completions_fails_every_article_and_says_so(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 2)
    with serve_faults(answer, plan=lambda _: Fault.WRONG_TYPE) as server:
        summary = run(tmp_path / "in", tmp_path / "out", server.url, attempts=2)
    assert set(summary.causes) == {"ModelUnavailable"}
    assert "JSON" in summary.failures[0][1]


def test_one_overload_holds_everyone_back_for_as_long_as_was_asked(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 30)
    times: list[float] = []

    def overloaded_at_first(body: Body) -> Answer:
        times.append(time.monotonic())
        return failure(429, "slow", retry_after="1") if len(times) <= 8 else completion(answer(body))

    with serve(overloaded_at_first) as server:
        assert run(tmp_path / "in", tmp_path / "out", server.url, concurrency=8).is_complete
    # the server saw the first before the client could hear of the second that it is to wait
    assert min(times[8:]) - min(times) >= 1


def test_a_storm_of_429_makes_calls_fewer_and_later_more_again(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 200)
    arrived = Counter[bool]()

    def storm(_: Asked) -> Fault | None:
        arrived[True] += 1
        return Fault.RATE_LIMITED if 60 <= arrived[True] < 90 else None

    with serve_faults(answer, plan=storm, latency=0.02) as server:
        summary = run(tmp_path / "in", tmp_path / "out", server.url, concurrency=24, attempts=60)
    assert summary.is_complete
    assert asked_again(server.log) == []
    under_way = [each.under_way for each in sorted(server.log, key=lambda each: each.order)]
    assert max(under_way[:60]) >= 22
    # how many exactly is shown in tests/models/test_limits.py
    assert max(under_way[92:110]) <= 24 * 0.75
    assert max(under_way[-150:]) > median(under_way[92:110])


@pytest.mark.parametrize("hours", [[0, 5, 0, 48, 1], [0, 0.5, 2, 3, 4]])
def test_a_clock_that_jumps_ahead_and_comes_back_delays_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hours: list[float]
) -> None:
    write_articles(tmp_path / "in", 40)
    jump_about(monkeypatch, hours)
    plan = mixed(SEED, 0.4, [Fault.RATE_LIMITED_TOLD])
    with serve_faults(answer, plan=plan) as server:
        summary = run(tmp_path / "in", tmp_path / "out", server.url, attempts=40)
    assert summary.is_complete
    assert asked_again(server.log) == []


def test_a_retry_after_date_that_is_long_past_is_no_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_articles(tmp_path / "in", 5)
    told = formatdate(time.time() - 86_400, usegmt=True)
    jump_about(monkeypatch, [0, 7, -7])
    seen: set[str] = set()

    def once(body: Body) -> Answer:
        said = str(body["messages"])
        if said in seen:
            return completion(answer(body))
        seen.add(said)
        return failure(429, "slow", retry_after=told)

    with serve(once) as server:
        assert run(tmp_path / "in", tmp_path / "out", server.url, attempts=9).is_complete
    assert len(server.bodies) == 30


def jump_about(monkeypatch: pytest.MonkeyPatch, hours: list[float]) -> None:
    """Each reading of the clock is off by the next of these, in turn; the monotonic clock is right."""
    real, readings = time.time, Counter[bool]()

    def jumping() -> float:
        readings[True] += 1
        return real() + hours[readings[True] % len(hours)] * 3600

    monkeypatch.setattr(time, "time", jumping)
