"""The rounds of a run through batches: what is sent, what is waited for, and what is left to online calls."""

import asyncio
import json
from collections.abc import Callable, Generator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from doubles.loopback import Body
from doubles.notices import notice, record_of
from doubles.provider import Provider, good
from doubles.scripted import reply

from extractor import Article, Extraction, Extractor
from extractor.errors import InvalidBatchFile, InvalidSetting, ModelUnavailable
from extractor.models.batch_lines import Answer
from extractor.models.cache import Cached
from extractor.models.cache_disk import DiskStore
from extractor.models.call import Model, Reply
from extractor.models.meter import Metered
from extractor.pipeline import attempt_article
from extractor.prices import Price
from extractor.runs.batching import STATE, TRIES, Prefetch
from extractor.runs.inputs import Entry
from extractor.settings import load_settings

RUN = "the run"
SETTINGS = load_settings({"reasks": 1, "price": (2, 1, 8)})


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def told() -> list[str]:
    return []


Fetch = Callable[..., list[Extraction]]


def meter(limit: float | None = None) -> Metered:
    return Metered(Provider().ask, Price(1.0, 0.5, 2.0), limit)


@pytest.fixture
def fetch(tmp_path: Path, told: list[str]) -> Generator[Fetch]:
    """Fetch by batch, then extract; results in the order of the articles."""

    def run(
        provider: Provider, *texts: str, sleep: Callable[[float], None] = lambda _: None
    ) -> list[Extraction]:
        articles = [Article(text, f"a{number}") for number, text in enumerate(texts, start=1)]

        async def nap(seconds: float) -> None:
            sleep(seconds)

        async def work() -> list[Extraction]:
            async with aclosing(Cached(provider.ask, DiskStore(tmp_path / "cache"))) as cached:
                await Prefetch(tmp_path, RUN, cached, meter(), provider, 7.0, told.append, sleep=nap)(
                    [entry(article) for article in articles], attempt
                )
                return [await attempt(cached.of_run(RUN), article) for article in articles]

        return asyncio.run(work())

    yield run
    left = {path.name for path in tmp_path.iterdir()} - {"cache", STATE}
    assert left <= {"batch-pending.jsonl"}, left


def entry(article: Article) -> Entry:
    return Entry(article.id, lambda: article)


async def attempt(model: Model, article: Article) -> Extraction:
    return await attempt_article(article, model, SETTINGS, "m")


def failing(record: str, times: int, bad: Reply | None = None) -> Callable[[Body], Reply | None]:
    """A batch that fails at a record so often."""
    left = [times]

    def answers(body: Body) -> Reply | None:
        if record_of(body) == record and left[0]:
            left[0] -= 1
            return bad
        return good(body)

    return answers


def state(out: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((out / STATE).read_bytes())
    return told


def test_rounds_go_on_until_nothing_is_pending_and_leave_nothing_to_ask_online(
    fetch: Fetch, told: list[str]
) -> None:
    provider = Provider()
    results = fetch(provider, notice(1), notice(2))
    assert provider.records == [("segments", 2), ("claims", 2), ("attribution", 2)]
    assert provider.online == []
    assert [(each.status, len(each.claims)) for each in results] == [("complete", 1)] * 2
    assert told == [
        "round 1: 2 requests",
        "batch batch-1: 2 requests sent",
        "batch batch-1: completed, 2 answers kept, 0 failed",
        "round 2: 2 requests",
        "batch batch-2: 2 requests sent",
        "batch batch-2: completed, 2 answers kept, 0 failed",
        "round 3: 2 requests",
        "batch batch-3: 2 requests sent",
        "batch batch-3: completed, 2 answers kept, 0 failed",
    ]


def test_what_came_by_batch_is_paid_for_by_the_run_at_the_lower_price(fetch: Fetch) -> None:
    (result,) = fetch(Provider(), notice(1))
    assert (result.usage.calls, result.usage.cached) == (3, 0)
    assert result.usage.cost == pytest.approx(3 * (10 * 2 + 5 * 8) / 1_000_000 / 2)


def test_a_second_fetch_sends_nothing(fetch: Fetch) -> None:
    provider = Provider()
    fetch(provider, notice(1))
    fetch(provider, notice(1))
    assert len(provider.sent) == 3


def test_a_text_that_several_articles_have_is_sent_once(fetch: Fetch) -> None:
    provider = Provider()
    assert {each.status for each in fetch(provider, *[notice(1)] * 3)} == {"complete"}
    assert provider.records == [("segments", 1), ("claims", 1), ("attribution", 1)]


def test_a_batch_is_looked_at_until_it_ends(fetch: Fetch, told: list[str]) -> None:
    naps: list[float] = []
    provider = Provider(looks=3)
    fetch(provider, notice(1), sleep=naps.append)
    assert naps == [7.0] * 9
    assert provider.looked == [f"batch-{number}" for number in (1, 2, 3) for _ in range(4)]
    assert told.count("batch batch-1: in_progress, 0 of 1") == 3


def test_files_hold_no_more_requests_than_the_provider_takes(
    fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extractor.runs.batching.MOST_REQUESTS", 2)
    provider = Provider()
    fetch(provider, *map(notice, range(1, 6)))
    sizes = [2, 2, 1]
    records = ("segments", "claims", "attribution")
    assert provider.records == [(record, size) for record in records for size in sizes]
    ids = [line["custom_id"] for lines in provider.sent for line in lines]
    assert len(set(ids)) == len(ids) == 15


def test_files_hold_no_more_bytes_than_the_provider_takes(
    fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extractor.runs.batching.MOST_BYTES", 1)
    provider = Provider()
    fetch(provider, notice(1), notice(2))
    assert [size for _, size in provider.records] == [1] * 6


def test_a_restart_after_sending_goes_on_waiting_and_sends_nothing_again(
    fetch: Fetch, tmp_path: Path
) -> None:
    def killed(_: float) -> None:
        raise Killed

    provider = Provider(looks=1)
    with pytest.raises(Killed):
        fetch(provider, notice(1), notice(2), sleep=killed)
    assert [each["id"] for each in state(tmp_path)["sent"]] == ["batch-1"]
    results = fetch(provider, notice(1), notice(2))
    assert provider.records == [("segments", 2), ("claims", 2), ("attribution", 2)]
    assert (provider.online, {each.status for each in results}) == ([], {"complete"})
    assert state(tmp_path)["sent"] == []


def test_a_restart_between_two_files_sends_only_the_other_one(
    fetch: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(Provider):
        async def submit(self, path: Path, name: str) -> str:
            if len(self.sent) == 1:
                raise ModelUnavailable("gone")
            return await super().submit(path, name)

    monkeypatch.setattr("extractor.runs.batching.MOST_REQUESTS", 1)
    broken = Broken()
    with pytest.raises(ModelUnavailable):
        fetch(broken, notice(1), notice(2))
    assert len(state(tmp_path)["sent"]) == 1
    provider = Provider(sent=broken.sent)
    fetch(provider, notice(1), notice(2))
    assert sorted(provider.records) == [
        (each, 1) for each in ("attribution", "claims", "segments") for _ in "12"
    ]
    assert provider.online == []


def test_a_provider_that_is_gone_while_waiting_is_told_and_waited_for_again(fetch: Fetch) -> None:
    class Gone(Provider):
        times = 0

        async def look(self, id_: str) -> Any:
            self.times += 1
            if self.times < 4:
                raise ModelUnavailable(f"{id_} cannot be looked at")
            return await super().look(id_)

    gone = Gone()
    fetch(gone, notice(1))
    assert len(gone.sent) == 3


def test_no_more_is_sent_than_may_be_paid_for(tmp_path: Path, told: list[str]) -> None:
    provider = Provider()
    articles = [entry(Article(notice(number), f"a{number}")) for number in range(1, 9)]

    async def work() -> float:
        async with aclosing(Cached(provider.ask, DiskStore(tmp_path / "cache"))) as cached:
            spending = meter(0.1)
            await Prefetch(tmp_path, RUN, cached, spending, provider, 0, told.append)(articles, attempt)
            assert spending.usage.calls == sum(map(len, provider.sent))
            return spending.left

    left = asyncio.run(work())
    assert 0 < left < 0.1
    assert provider.sent
    assert any("could cost more than is left of --max-cost" in line for line in told)


def test_what_a_batch_failed_at_is_in_the_next_one(fetch: Fetch) -> None:
    provider = Provider(failing("segments", 1))
    fetch(provider, notice(1), notice(2))
    assert provider.records == [
        ("segments", 2), ("claims+segments", 2), ("attribution+claims", 2), ("attribution", 1),
    ]  # fmt: skip
    sent = [line["custom_id"] for lines in provider.sent for line in lines]
    assert len(sent) == 7
    assert len(set(sent)) == 6
    assert provider.online == []


@pytest.mark.parametrize("bad", [None, reply("", refusal="no"), reply("{", finish_reason="length")])
def test_what_batches_failed_at_is_left_to_online_calls(fetch: Fetch, bad: Reply | None) -> None:
    provider = Provider(failing("claims", 99, bad))
    (result,) = fetch(provider, notice(1))
    assert provider.records == [("segments", 1), *[("claims", 1)] * TRIES]
    assert [request.record for request in provider.online] == ["claims", "attribution"]
    assert result.status == "complete"


def test_tries_are_remembered_over_a_restart(fetch: Fetch) -> None:
    provider = Provider(failing("segments", 99))
    fetch(provider, notice(1))
    asked = len(provider.sent)
    fetch(provider, notice(1))
    assert len(provider.sent) == asked == TRIES


def test_an_invalid_reply_is_asked_again_by_batch(fetch: Fetch) -> None:
    provider = Provider(failing("segments", 1, reply("not JSON")))
    (result,) = fetch(provider, notice(1))
    assert provider.records == [("segments", 1), ("segments", 1), ("claims", 1), ("attribution", 1)]
    assert [each["role"] for each in provider.sent[1][0]["body"]["messages"][2:]] == ["assistant", "user"]
    assert (provider.online, result.status, result.usage.calls) == ([], "complete", 4)


def test_an_expired_batch_gives_the_answers_it_has(fetch: Fetch, told: list[str]) -> None:
    provider = Provider(failing("segments", 1), state="failed", status="expired", reason="24 h")
    fetch(provider, notice(1), notice(2))
    assert "batch batch-1: expired (24 h), 1 answers kept, 1 failed" in told
    assert provider.online == []


def test_an_answer_to_what_was_not_asked_is_not_kept(fetch: Fetch, told: list[str]) -> None:
    provider = Provider(strangers=[Answer("0" * 64, reply("{}"), None)])
    fetch(provider, notice(1))
    assert "batch batch-1: completed, 1 answers kept, 1 failed" in told


def test_an_article_that_cannot_be_asked_about_stops_no_other(tmp_path: Path) -> None:
    provider = Provider()

    def unreadable() -> Article:
        return Article("")

    async def work() -> None:
        async with aclosing(Cached(provider.ask, DiskStore(tmp_path / "cache"))) as cached:
            await Prefetch(tmp_path, RUN, cached, meter(), provider, 0, list[str]().append)(
                [Entry("a", unreadable), entry(Article(notice(1), "b"))], attempt
            )

    asyncio.run(work())
    assert len(provider.sent) == 3


@pytest.mark.parametrize(
    "damage", ["", "[]", "{}", '{"sent": [{}], "tries": {}}', '{"sent": [], "tries": {"a": "b"}}']
)
def test_a_damaged_state_is_named_and_nothing_is_sent(fetch: Fetch, tmp_path: Path, damage: str) -> None:
    (tmp_path / STATE).write_text(damage)
    provider = Provider()
    with pytest.raises(InvalidBatchFile, match=r"batch\.json, line 1: damaged"):
        fetch(provider, notice(1))
    assert provider.sent == []


@pytest.mark.parametrize(("name", "value"), [("cache", False), ("mode", "tools")])
def test_batches_need_a_cache_and_the_wires_own_mode(tmp_path: Path, name: str, value: Any) -> None:
    options: Any = {"base_url": "http://127.0.0.1:9/v1", "model": "m", name: value}
    with Extractor(**options) as extractor, pytest.raises(InvalidSetting) as caught:
        extractor.prefetch(tmp_path, out=tmp_path / "out")
    assert caught.value.name == name
