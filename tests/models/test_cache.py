import asyncio
import os
import pickle
import sqlite3
from dataclasses import replace
from pathlib import Path

import diskcache
import pytest
from doubles.scripted import Scripted, reply

from extractor.errors import CacheUnusable
from extractor.models.cache import Cached, TextDisk
from extractor.models.call import Reply, Request
from extractor.schemas.segments.v1 import Reply as SegmentsReply

REQUEST = Request("segments", 1, {"model": "m", "messages": []}, "json_schema", SegmentsReply)


def ask(cached: Cached, request: Request = REQUEST) -> Reply:
    return asyncio.run(_ask(cached, request))


async def _ask(cached: Cached, request: Request) -> Reply:
    return await cached(request)


def test_a_reply_is_paid_for_once(tmp_path: Path) -> None:
    model = Scripted(segments="« été » 👏🏿")
    cached = Cached(model, tmp_path)
    assert ask(cached) == reply("« été » 👏🏿")
    cached.close()
    again = Cached(model, tmp_path)
    stored = ask(again)
    assert (stored.content, stored.stored, stored.usage) == ("« été » 👏🏿", True, reply("").usage)
    assert len(model.requests) == 1
    again.close()


def test_whoever_asks_the_same_at_once_waits_for_the_one_reply(tmp_path: Path) -> None:
    model = Scripted(segments="{}")
    cached = Cached(model, tmp_path)

    async def at_once() -> list[Reply]:
        return await asyncio.gather(*(cached(REQUEST) for _ in range(5)))

    assert [each.stored for each in asyncio.run(at_once())] == [False, True, True, True, True]
    assert len(model.requests) == 1
    cached.close()


def test_a_fresh_request_replaces_what_is_stored(tmp_path: Path) -> None:
    model = Scripted(segments=["old", "new"])
    cached = Cached(model, tmp_path)
    ask(cached)
    assert ask(cached, replace(REQUEST, fresh=True)).content == "new"
    assert ask(cached).content == "new"
    cached.close()


def test_a_locked_cache_is_a_named_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached = Cached(Scripted(segments="{}"), tmp_path)

    def locked(*_: object, **__: object) -> bool:
        raise diskcache.Timeout

    monkeypatch.setattr(diskcache.Cache, "set", locked)
    with pytest.raises(CacheUnusable, match="Timeout"):
        ask(cached)
    cached.close()


def test_a_long_reply_is_kept_too(tmp_path: Path) -> None:
    model = Scripted(segments="é" * 100_000)
    cached = Cached(model, tmp_path)
    ask(cached)
    assert ask(cached).content == "é" * 100_000
    assert len(model.requests) == 1
    cached.close()


@pytest.mark.parametrize(
    "bad",
    [
        reply("", refusal="no"),
        reply('{"a', finish_reason="length"),
        reply("", finish_reason="content_filter"),
    ],
)
def test_refused_and_cut_off_replies_are_asked_for_again(tmp_path: Path, bad: Reply) -> None:
    model = Scripted(segments=[bad, reply("{}")])
    cached = Cached(model, tmp_path)
    assert ask(cached) is bad
    assert ask(cached).content == "{}"
    cached.close()


def test_nothing_is_ever_evicted(tmp_path: Path) -> None:
    Cached(Scripted(), tmp_path).close()
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
    cached = Cached(Scripted(segments="{}"), folder)
    with pytest.raises(CacheUnusable, match="was not read"):
        ask(cached)
    cached.close()
    assert not trace.exists()


def test_a_row_flipped_to_pickle_is_refused_unread(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    cached = Cached(Scripted(segments="{}"), tmp_path / "cache")
    ask(cached)
    with sqlite3.connect(tmp_path / "cache" / "cache.db") as database:
        bomb = pickle.dumps(Bomb(trace))
        changed = database.execute("UPDATE Cache SET mode = 4, value = ?, filename = NULL", (bomb,))
        assert changed.rowcount == 1
    database.close()
    with pytest.raises(CacheUnusable, match="was not read"):
        ask(cached)
    cached.close()
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
        Cached(Scripted(), tmp_path)


def test_a_damaged_row_is_a_named_error(tmp_path: Path) -> None:
    cached = Cached(Scripted(segments="{}"), tmp_path)
    ask(cached)
    with sqlite3.connect(tmp_path / "cache.db") as database:
        database.execute("UPDATE Cache SET value = '{\"torn'")
    database.close()
    with pytest.raises(CacheUnusable):
        ask(cached)
    cached.close()


def test_a_folder_that_cannot_be_made_is_a_named_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CacheUnusable):
        Cached(Scripted(), tmp_path / "file" / "cache")
