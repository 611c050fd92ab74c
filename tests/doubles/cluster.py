"""A local Ray cluster in a process of its own, what is asked of it, and the killing of its workers."""

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DRIVER = Path(__file__).with_name("ray_driver.py")
BLOCK = 4
"""Rows of a block: few, so that all workers have some."""

PATIENCE = 60
"""Seconds after which a cluster that does not answer has failed."""


@dataclass(frozen=True)
class LocalCluster:
    """A running cluster.

    Args:
        process: the driver.
        address: where others reach it.
        environment: what they need for that.
    """

    process: "subprocess.Popen[str]"
    address: str
    environment: Mapping[str, str]

    def rows(self, rows: Sequence[Mapping[str, Any]], **options: Any) -> list[dict[str, Any]]:
        """What ``extract_dataset`` makes of some rows, in no order.

        Raises:
            RuntimeError: the job failed.
        """
        answer = _told(self.process, json.dumps({"rows": rows, "options": {"rows": BLOCK, **options}}))
        if "error" in answer:
            raise RuntimeError(answer["error"])
        told: list[dict[str, Any]] = answer["rows"]
        return told

    def workers(self, kind: str) -> list[int]:
        """Ids of the cluster's own processes that have an actor of a kind, such as ``MapWorker``."""
        processes = {int(path.name): path for path in Path("/proc").iterdir() if path.name.isdigit()}
        return sorted(
            number
            for number, path in processes.items()
            if _command(path).startswith(f"ray::{kind}") and self._has(number)
        )

    def _has(self, process: int) -> bool:
        while process > 1:
            if process == self.process.pid:
                return True
            process = _parent(process)
        return False

    @contextmanager
    def killing(self, kind: str, when: Callable[[], bool]) -> Generator[list[int]]:
        """Kill one worker of a kind once it is time; the list gets its id."""
        killed: list[int] = []
        over = threading.Event()

        def kill() -> None:
            while not over.wait(0.01):
                if when() and (found := self.workers(kind)):
                    os.kill(found[0], signal.SIGKILL)
                    killed.append(found[0])
                    return

        thread = threading.Thread(target=kill)
        thread.start()
        try:
            yield killed
        finally:
            over.set()
            thread.join()


@contextmanager
def local_cluster() -> Generator[LocalCluster]:
    """A cluster of 4 processors on 127.0.0.1, until the block ends."""
    environment = {
        **os.environ,
        "RAY_USAGE_STATS_ENABLED": "0",
        # else Ray takes 127.0.0.1 for a name of the address that others reach this machine by
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    with tempfile.TemporaryDirectory(prefix="ray", dir="/tmp", ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [sys.executable, DRIVER, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env=environment,
            start_new_session=True,
        )
        try:
            yield LocalCluster(process, _told(process, None), environment)
        finally:
            _end(process)


def _told(process: "subprocess.Popen[str]", line: str | None) -> Any:
    """The next line that the driver says, to a line if one is given."""
    assert process.stdin
    assert process.stdout
    timer = threading.Timer(PATIENCE, process.kill)
    timer.start()
    try:
        if line is not None:
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
        answer = process.stdout.readline()
    finally:
        timer.cancel()
    assert answer, "the cluster's driver ended"
    return json.loads(answer)


def _end(process: "subprocess.Popen[str]") -> None:
    """Let the driver end its cluster, then end whatever of it is left."""
    with process:
        assert process.stdin
        process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().decode(errors="replace")
    except OSError:  # it has ended
        return ""


def _parent(process: int) -> int:
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[1])
