"""The reply cache: what holds wherever it is, then what holds of a folder."""

import os
import pickle
import sqlite3
from dataclasses import replace
from pathlib import Path

import diskcache
import pytest
from doubles.opened import REQUEST, Place, opened
from doubles.redis_server import RedisServer
from doubles.scripted import Scripted, reply

from extractor.addresses import RedisURL
from extractor.errors import CacheUnusable
from extractor.models.cache import count_cached
from extractor.models.cache_disk import DiskStore, TextDisk
from extractor.models.call import Reply

OTHER = replace(REQUEST, body={"model": "m", "messages": [], "seed": 1})


@pytest.fixture(params=["folder", "redis", "unix"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "folder":
        return tmp_path / "cache"
    server: RedisServer = request.getfixturevalue("redis")
    return RedisURL(server.unix_url if request.param == "unix" else server.url)


def test_a_reply_is_paid_for_once(place: Place) -> None:
    model = Scripted(segments="« été » 👏🏿")
    with opened(model, place) as cache:
        assert cache.ask() == reply("« été » 👏🏿")
    with opened(model, place) as cache:
        stored = cache.ask()
    assert (stored.content, stored.stored, stored.usage) == ("« été » 👏🏿", True, reply("").usage)
    assert len(model.requests) == 1


def test_whoever_asks_the_same_at_once_waits_for_the_one_reply(place: Place) -> None:
    model = Scripted(segments="{}")
    with opened(model, place) as cache:
        replies = cache.ask_at_once(5)
    assert [each.stored for each in replies] == [False, True, True, True, True]
    assert len(model.requests) == 1


def test_a_fresh_request_replaces_what_is_stored(place: Place) -> None:
    model = Scripted(segments=["old", "new"])
    with opened(model, place) as cache:
        cache.ask()
        assert cache.ask(replace(REQUEST, fresh=True)).content == "new"
        assert cache.ask().content == "new"


def test_a_long_reply_is_kept_too(place: Place) -> None:
    model = Scripted(segments="é" * 100_000)
    with opened(model, place) as cache:
        cache.ask()
        assert cache.ask().content == "é" * 100_000
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    "bad",
    [
        reply("", refusal="no"),
        reply('{"a', finish_reason="length"),
        reply("", finish_reason="content_filter"),
    ],
)
def test_refused_and_cut_off_replies_are_asked_for_again(place: Place, bad: Reply) -> None:
    model = Scripted(segments=[bad, reply("{}")])
    with opened(model, place) as cache:
        assert cache.ask() is bad
        assert cache.ask().content == "{}"


def test_a_run_that_goes_on_paid_for_its_replies_itself(place: Place) -> None:
    with opened(Scripted(segments="{}"), place) as cache:
        for run, is_stored in (("a", False), ("a", False), ("b", True)):
            assert cache.runner.run(cache.cached.answer(REQUEST, run=run)).stored is is_stored


def test_what_a_batch_answered_is_found(place: Place) -> None:
    with opened(Scripted(), place) as cache:
        run, cached = cache.runner.run, cache.cached
        assert not run(cached.holds(REQUEST.key))
        assert run(cached.find(REQUEST, run=None)) is None
        assert run(cached.keep_under(REQUEST.key, "segments@v1", reply("{}"), run=None))
        assert not run(cached.keep_under(OTHER.key, "segments@v1", reply("", refusal="no"), run=None))
        assert run(cached.holds(REQUEST.key))
        assert run(cached.find(REQUEST, run=None)) == replace(reply("{}"), stored=True)


def test_replies_are_counted_by_prompt(place: Place) -> None:
    assert count_cached(place, "segments@v1") == 0
    with opened(Scripted(segments="{}"), place) as cache:
        for request in (REQUEST, OTHER, replace(OTHER, fresh=True)):
            cache.ask(request)
    assert (count_cached(place, "segments@v1"), count_cached(place, "claims@v1")) == (2, 0)


def test_a_locked_cache_is_a_named_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: object, **__: object) -> bool:
        raise diskcache.Timeout

    with opened(Scripted(segments="{}"), tmp_path) as cache:
        monkeypatch.setattr(diskcache.Cache, "set", locked)
        with pytest.raises(CacheUnusable, match="Timeout"):
            cache.ask()


def test_nothing_is_ever_evicted(tmp_path: Path) -> None:
    with opened(Scripted(), tmp_path):
        pass
    with sqlite3.connect(tmp_path / "cache.db") as database:
        settings = dict(database.execute("SELECT key, value FROM Settings"))
    database.close()
    assert settings["eviction_policy"] == "none"
    assert settings["size_limit"] >= 2**60


class Bomb:
    """Unpickling it leaves a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, int]]:
        return os.mkdir, (str(self.path), 0o700)


@pytest.mark.parametrize("place", ["value", "file"])
def test_a_pickled_row_is_refused_unread(tmp_path: Path, place: str) -> None:
    trace = tmp_path / "trace"
    folder = tmp_path / "cache"
    theirs = diskcache.Cache(str(folder))
    theirs.set(REQUEST.key, [Bomb(trace), "x" * (100_000 if place == "file" else 1)])
    theirs.close()
    with (
        opened(Scripted(segments="{}"), folder) as cache,
        pytest.raises(CacheUnusable, match="was not read"),
    ):
        cache.ask()
    assert not trace.exists()


def test_a_row_flipped_to_pickle_is_refused_unread(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    with opened(Scripted(segments="{}"), tmp_path / "cache") as cache:
        cache.ask()
        with sqlite3.connect(tmp_path / "cache" / "cache.db") as database:
            bomb = pickle.dumps(Bomb(trace))
            changed = database.execute("UPDATE Cache SET mode = 4, value = ?, filename = NULL", (bomb,))
            assert changed.rowcount == 1
        database.close()
        with pytest.raises(CacheUnusable, match="was not read"):
            cache.ask()
    assert not trace.exists()


def test_a_pickled_key_is_refused_unread(tmp_path: Path) -> None:
    disk = TextDisk(str(tmp_path))
    with pytest.raises(CacheUnusable):
        disk.get(pickle.dumps(Bomb(tmp_path / "trace")), raw=False)
    assert not (tmp_path / "trace").exists()


@pytest.mark.parametrize("value", [b"bytes", 1, None, ["list"]])
def test_only_text_is_stored(tmp_path: Path, value: object) -> None:
    disk = TextDisk(str(tmp_path))
    with pytest.raises(TypeError, match="text"):
        disk.store(value, read=False)
    with pytest.raises(TypeError, match="text"):
        disk.put(value)


def test_a_damaged_cache_is_a_named_error(tmp_path: Path) -> None:
    (tmp_path / "cache.db").write_bytes(b"no database" * 1_000)
    with pytest.raises(CacheUnusable, match=r"not a database.*delete it"):
        DiskStore(tmp_path)


def test_a_damaged_row_is_a_named_error(tmp_path: Path) -> None:
    with opened(Scripted(segments="{}"), tmp_path) as cache:
        cache.ask()
        with sqlite3.connect(tmp_path / "cache.db") as database:
            database.execute("UPDATE Cache SET value = '{\"torn'")
        database.close()
        with pytest.raises(CacheUnusable):
            cache.ask()


def test_a_folder_that_cannot_be_made_is_a_named_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CacheUnusable):
        DiskStore(tmp_path / "file" / "cache")
