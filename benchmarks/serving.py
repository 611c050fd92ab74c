"""Start benchmarks/server.py and other programs of the benchmarks in processes of their own, and end them."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
_SECONDS_TO_STOP = 10


@dataclass(frozen=True)
class Served:
    """A running server."""

    root: str

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"{self.root}/v1"

    def stats(self) -> dict[str, Any]:
        """Its counts; see benchmarks/server.py."""
        with urllib.request.urlopen(f"{self.root}/stats", timeout=30) as answer:  # noqa: S310 - loopback
            counts: dict[str, Any] = json.load(answer)
        return counts


@contextmanager
def serving(*options: str) -> Generator[Served]:
    """A server with the options of its command line, until the block ends."""
    command = [sys.executable, str(HERE / "server.py"), *options]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert process.stdin and process.stdout  # noqa: S101, PT018 - both are pipes
    try:
        port = process.stdout.readline().strip()
        if not port:
            raise SystemExit("the server did not start")
        yield Served(f"http://127.0.0.1:{port}")
    finally:
        process.stdin.close()
        process.stdout.close()
        try:
            process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run_client(name: str, *arguments: str, seconds: float = 1_800) -> dict[str, Any] | None:
    """What benchmarks/clients.py reports after at most so many seconds; None if a peer is not installed.

    Raises:
        SystemExit: it failed.
    """
    command = [sys.executable, str(HERE / "clients.py"), name, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=seconds, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}")
    report: dict[str, Any] | None = json.loads(done.stdout.splitlines()[-1])
    return report
