"""What the service remembers: keys, jobs, and what each key spent; one SQLite file.

Articles and results are not in it: a job's are in its folder, where the run keeps its ledger.
"""

import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from extractor.errors import CannotWrite

FILE = "server.db"

State = Literal["queued", "running", "complete", "stopped", "failed", "cancelled"]
ENDED: tuple[State, ...] = ("complete", "stopped", "failed", "cancelled")

_TABLES = """
CREATE TABLE IF NOT EXISTS keys (
    sha256 TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, rpm REAL, dollars REAL, created TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, state TEXT NOT NULL, articles INTEGER NOT NULL,
    created TEXT NOT NULL, started TEXT, finished TEXT, cost REAL, summary TEXT, reason TEXT,
    is_cancelled INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS spent (
    key TEXT NOT NULL, day TEXT NOT NULL, dollars REAL NOT NULL, PRIMARY KEY (key, day)
) STRICT;
"""


@dataclass(frozen=True)
class Key:
    """Somebody who may ask.

    Args:
        name: unique; jobs and logs name it.
        rpm: requests a minute, None for no limit.
        dollars: US dollars a day (UTC), None for no limit.
    """

    name: str
    rpm: float | None = None
    dollars: float | None = None


@dataclass(frozen=True)
class Job:
    """A job as it stands on disk.

    Args:
        id: 32 hexadecimal digits.
        key: the name of the key that it was asked with.
        state: queued, running, or how it ended.
        articles: rows that were given.
        created, started, finished: ISO 8601, UTC.
        cost: US dollars that its live calls took, None if not known.
        summary: JSON, once it ended.
        reason: why it stopped or failed.
        is_cancelled: whether it is to end.
    """

    id: str
    key: str
    state: State
    articles: int
    created: str
    started: str | None = None
    finished: str | None = None
    cost: float | None = None
    summary: str | None = None
    reason: str | None = None
    is_cancelled: bool = False


class Store:
    """The file, for any thread.

    Raises:
        CannotWrite: it cannot be opened.
    """

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        path = folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._database.row_factory = sqlite3.Row
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.execute("PRAGMA busy_timeout = 10000")
            self._database.executescript(_TABLES)
        except (OSError, sqlite3.Error) as error:
            raise CannotWrite(str(path), str(error)) from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    @contextmanager
    def _writing(self) -> Generator[sqlite3.Connection]:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def _rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._database.execute(query, values).fetchall()

    def add_key(self, sha256: str, key: Key) -> bool:
        """Remember a key by its hash; False if the name is taken."""
        try:
            with self._writing() as database:
                database.execute(
                    "INSERT INTO keys VALUES (?, ?, ?, ?, ?)", (sha256, key.name, key.rpm, key.dollars, now())
                )
        except sqlite3.IntegrityError:
            return False
        return True

    def remove_key(self, name: str) -> bool:
        """Forget a key; False if there is none of that name. Its jobs stay."""
        with self._writing() as database:
            return database.execute("DELETE FROM keys WHERE name = ?", (name,)).rowcount > 0

    def key(self, sha256: str) -> Key | None:
        """The key with this hash."""
        rows = self._rows("SELECT name, rpm, dollars FROM keys WHERE sha256 = ?", sha256)
        return Key(*rows[0]) if rows else None

    def list_keys(self) -> list[Key]:
        """Every key, by name."""
        return [Key(*row) for row in self._rows("SELECT name, rpm, dollars FROM keys ORDER BY name")]

    def spend(self, key: str, dollars: float) -> None:
        """Add to what a key spent today."""
        with self._writing() as database:
            database.execute(
                "INSERT INTO spent VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET dollars = dollars + excluded.dollars",
                (key, today(), dollars),
            )

    def spent(self, key: str) -> float:
        """US dollars that a key spent today."""
        rows = self._rows("SELECT dollars FROM spent WHERE key = ? AND day = ?", key, today())
        return float(rows[0][0]) if rows else 0.0

    def add_job(self, job: Job) -> None:
        """Remember a job, whose articles are on disk by now."""
        with self._writing() as database:
            database.execute(
                "INSERT INTO jobs (id, key, state, articles, created) VALUES (?, ?, ?, ?, ?)",
                (job.id, job.key, job.state, job.articles, job.created),
            )

    def job(self, id_: str, key: str) -> Job | None:
        """A job of a key."""
        rows = self._rows("SELECT * FROM jobs WHERE id = ? AND key = ?", id_, key)
        return _job(rows[0]) if rows else None

    def jobs(self, key: str, most: int) -> list[Job]:
        """The last jobs of a key, the newest first."""
        query = "SELECT * FROM jobs WHERE key = ? ORDER BY created DESC, id LIMIT ?"
        return [_job(row) for row in self._rows(query, key, most)]

    def take_job(self, busy: frozenset[str]) -> Job | None:
        """Take the next job to run: the oldest, first of keys that have none running.

        Args:
            busy: names of keys that have a job running.
        """
        with self._writing() as database:
            rows = database.execute(
                "SELECT * FROM jobs WHERE state = 'queued' ORDER BY created, id"
            ).fetchall()
            if not rows:
                return None
            row = next((row for row in rows if row["key"] not in busy), rows[0])
            database.execute(
                "UPDATE jobs SET state = 'running', started = COALESCE(started, ?) WHERE id = ?",
                (now(), row["id"]),
            )
        return _job(row)

    def put_back(self, id_: str | None = None) -> None:
        """Queue a job again, or every one that was running when the service died."""
        with self._writing() as database:
            if id_ is None:
                database.execute("UPDATE jobs SET state = 'queued' WHERE state = 'running'")
            else:
                database.execute("UPDATE jobs SET state = 'queued' WHERE id = ?", (id_,))

    def cancel(self, id_: str) -> None:
        """Let a job end; one that has not begun has ended."""
        with self._writing() as database:
            database.execute("UPDATE jobs SET is_cancelled = 1 WHERE id = ?", (id_,))
            database.execute(
                "UPDATE jobs SET state = 'cancelled', finished = ? WHERE id = ? AND state = 'queued'",
                (now(), id_),
            )

    def end(
        self, id_: str, state: State, *, cost: float | None, summary: str | None, reason: str | None
    ) -> None:
        """How a job ended."""
        with self._writing() as database:
            database.execute(
                "UPDATE jobs SET state = ?, finished = ?, cost = ?, summary = ?, reason = ? WHERE id = ?",
                (state, now(), cost, summary, reason, id_),
            )

    def set_cost(self, id_: str, dollars: float) -> None:
        """What a job's live calls took until now."""
        with self._writing() as database:
            database.execute("UPDATE jobs SET cost = ? WHERE id = ?", (dollars, id_))

    def count(self) -> dict[str, int]:
        """Jobs by state."""
        return {row[0]: row[1] for row in self._rows("SELECT state, COUNT(*) FROM jobs GROUP BY state")}


def now() -> str:
    """The time as ISO 8601, UTC, in microseconds, so that jobs have an order."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def today() -> str:
    """The day, UTC."""
    return datetime.now(UTC).date().isoformat()


def _job(row: sqlite3.Row) -> Job:
    told: dict[str, Any] = {**dict(row), "is_cancelled": bool(row["is_cancelled"])}
    return Job(**told)
