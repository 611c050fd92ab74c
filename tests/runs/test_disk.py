"""A full disk, folders that cannot be written, a damaged cache: a run says so and loses nothing."""

import errno
import pickle
import random
import resource
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import diskcache
import pytest
from doubles.faults import FaultServer, serve_faults
from doubles.notices import answer, write_articles
from doubles.running import asked_again, bytes_of, command, end, replies_of, run, start

from extractor.errors import CacheUnusable, CannotWrite, NoSuchFolder, OutInUse
from extractor.models.kept import REPLIES, RUN
from extractor.runs.ledger import LEDGER

ARTICLES = 12


@pytest.fixture
def server(tmp_path: Path) -> Generator[FaultServer]:
    """Twelve articles, and who answers about them."""
    write_articles(tmp_path / "in", ARTICLES)
    with serve_faults(answer, plan=lambda _: None) as server:
        yield server


@pytest.fixture
def whole(tmp_path: Path, server: FaultServer) -> bytes:
    """The results of an undisturbed run."""
    run(tmp_path / "in", tmp_path / "whole", server.url, cache=False)
    server.log.clear()
    return bytes_of(tmp_path / "whole")


def no_file_over(size: int) -> Callable[[], None]:
    """As a full disk has it: what is written past it is cut in the middle, and then an error."""
    return partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, size))


def lines(data: bytes) -> Counter[bytes]:
    """The lines, all whole; results that were finished after the one that failed stand before it."""
    assert data == b"" or data.endswith(b"\n")
    return Counter(data.splitlines())


@pytest.mark.parametrize("size", [700, 5_000, 12_345])
def test_a_full_disk_is_one_clear_message_and_what_was_written_is_whole(
    tmp_path: Path, server: FaultServer, whole: bytes, size: int
) -> None:
    del whole
    line = command(tmp_path / "in", tmp_path / "out", server.url, "--replay", tmp_path / "whole")
    told = CannotWrite(str(tmp_path / "out" / LEDGER), "File too large")
    assert end(start(line, limits=no_file_over(size))) == (2, f"extractor: {told}\n")
    left = bytes_of(tmp_path / "out")
    assert size - 2_200 < len(left) <= size
    assert left == b"" or left.endswith(b"\n")
    assert end(start(line)) == (0, "")
    run(tmp_path / "in", tmp_path / "other", server.url, replay=tmp_path / "whole")
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "other")
    assert server.log == []


@pytest.mark.parametrize("size", [700, 5_000, 12_345])
def test_a_disk_too_full_for_replies_ends_the_run_and_the_next_goes_on(
    tmp_path: Path, server: FaultServer, whole: bytes, size: int
) -> None:
    out = tmp_path / "out"
    line = command(tmp_path / "in", out, server.url, "--no-cache", "--concurrency", 3)
    code, told = end(start(line, limits=no_file_over(size)))
    assert code == 2
    assert "File too large" in told
    assert told.count("\n") == 1
    assert lines(bytes_of(out)) <= lines(whole)
    assert end(start(line)) == (0, "")
    assert lines(bytes_of(out)) == lines(whole)


@pytest.mark.parametrize("size", [20_000, 200_000])
def test_a_disk_too_full_for_the_cache_is_one_clear_message_too(
    tmp_path: Path, server: FaultServer, whole: bytes, size: int
) -> None:
    out = tmp_path / "out"
    line = command(tmp_path / "in", out, server.url, "--cache", tmp_path / "cache", "--concurrency", 3)
    code, told = end(start(line, limits=no_file_over(size)))
    assert code == 2
    assert told.startswith(f"extractor: reply cache {tmp_path / 'cache'}: ")
    assert told.count("\n") == 1
    assert not out.exists() or lines(bytes_of(out)) <= lines(whole)
    assert end(start(line)) == (0, "")
    assert lines(bytes_of(out)) == lines(whole)


@pytest.mark.parametrize("name", [LEDGER, REPLIES, RUN])
@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_file_that_cannot_be_opened_for_writing_is_named(
    tmp_path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch, name: str, number: int
) -> None:
    real = Path.open
    refused = Path(name).with_suffix(".part").name if name == RUN else name

    def read_only(self: Path, mode: str = "r", *rest: Any, **told: Any) -> Any:
        if self.name == refused and mode not in ("r", "rb"):
            raise OSError(number, "told by the system", str(self))
        return real(self, mode, *rest, **told)

    monkeypatch.setattr(Path, "open", read_only)
    with pytest.raises(CannotWrite) as caught:
        run(tmp_path / "in", tmp_path / "out", server.url)
    assert caught.value == CannotWrite(str(tmp_path / "out" / refused), "told by the system")
    assert server.log == []
    monkeypatch.undo()
    assert run(tmp_path / "in", tmp_path / "out", server.url, cache=False).is_complete


@pytest.mark.parametrize("out", ["in/000001.txt", "in/000001.txt/out"])
def test_an_output_folder_that_can_be_none_ends_the_command(
    tmp_path: Path, server: FaultServer, out: str
) -> None:
    with pytest.raises(NoSuchFolder):
        run(tmp_path / "in", tmp_path / out, server.url)
    code, told = end(start(command(tmp_path / "in", tmp_path / out, server.url, "--no-cache")))
    assert code == 2
    assert told.startswith(f"extractor: folder {tmp_path / out}: ")
    assert server.log == []


def test_a_second_run_into_the_same_folder_is_refused_at_once_and_the_first_is_unharmed(
    tmp_path: Path, server: FaultServer, whole: bytes
) -> None:
    out = tmp_path / "out"
    refused: list[object] = []

    def meanwhile(_: object, result: object) -> None:
        """What another person does after the fifth result: the first run waits for it."""
        if result and len(bytes_of(out).splitlines()) == 5:
            with pytest.raises(OutInUse) as caught:
                run(tmp_path / "in", out, server.url, cache=False)
            refused.append(caught.value)
            refused.append(end(start(command(tmp_path / "in", out, server.url, "--no-cache"))))

    assert run(tmp_path / "in", out, server.url, watch=meanwhile).is_complete
    told = OutInUse(str(out))
    assert refused == [told, (2, f"extractor: {told}\n")]
    assert bytes_of(out) == whole
    assert len(server.log) == 3 * ARTICLES
    assert run(tmp_path / "in", out, server.url).skipped == ARTICLES


def test_the_lock_file_of_a_run_that_is_gone_locks_nobody_out(tmp_path: Path, server: FaultServer) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".lock").touch()
    assert run(tmp_path / "in", tmp_path / "out", server.url).is_complete


def damage_whole(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(path.stat().st_size))  # noqa: S311 - reproducible


def damage_middle(path: Path) -> None:
    """All pages but the first are noise: it is still a database by its head."""
    data = path.read_bytes()
    noise = random.Random(2).randbytes(len(data) - 4096)  # noqa: S311 - reproducible
    path.write_bytes(data[:4096] + noise)


def damage_end(path: Path) -> None:
    """Half of it is missing."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def flip_to_pickle(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        value = pickle.dumps({"content": "{}"})
        database.execute("UPDATE Cache SET mode = 4, value = ?, filename = NULL", (value,))


@pytest.mark.parametrize("damage", [damage_whole, damage_middle, damage_end, flip_to_pickle])
def test_a_damaged_cache_is_named_and_no_result_is_lost(
    tmp_path: Path, server: FaultServer, whole: bytes, damage: Callable[[Path], None]
) -> None:
    cache, out = tmp_path / "cache", tmp_path / "out"
    run(tmp_path / "in", out, server.url, cache=cache)
    before, kept = bytes_of(out), replies_of(out)
    damage(cache / "cache.db")
    server.log.clear()
    with pytest.raises(CacheUnusable) as caught:
        run(tmp_path / "in", out, server.url, cache=cache, force=True)
    assert caught.value.path == str(cache)
    assert server.log == []
    assert (bytes_of(out), replies_of(out)) == (before, kept)
    line = command(tmp_path / "in", out, server.url, "--cache", cache, "--force")
    code, told = end(start(line))
    assert (code, told.count("\n")) == (2, 1)
    assert told.startswith(f"extractor: reply cache {cache}: ")
    assert bytes_of(out) == before == whole
    shutil.rmtree(cache)
    assert run(tmp_path / "in", out, server.url, cache=cache).skipped == ARTICLES
    assert server.log == []


def test_a_cache_that_fails_while_a_run_goes_on_ends_it_with_what_is_finished_written(
    tmp_path: Path, server: FaultServer, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, out = tmp_path / "cache", tmp_path / "out"
    real, kept = diskcache.Cache.set, Counter[bool]()

    def failing(*told: Any, **named: Any) -> Any:
        kept[True] += 1
        if kept[True] > 20:
            raise sqlite3.OperationalError("disk I/O error")
        return real(*told, **named)

    monkeypatch.setattr(diskcache.Cache, "set", failing)
    with pytest.raises(CacheUnusable) as caught:
        run(tmp_path / "in", out, server.url, cache=cache, concurrency=2)
    assert caught.value == CacheUnusable(str(cache), "disk I/O error")
    assert len(lines(bytes_of(out))) >= 20 // 3 - 2
    assert lines(bytes_of(out)) <= lines(whole)
    monkeypatch.undo()
    assert run(tmp_path / "in", out, server.url, cache=cache).is_complete
    assert lines(bytes_of(out)) == lines(whole)
    assert len(asked_again(server.log)) <= 2
