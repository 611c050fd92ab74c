"""The service as a process on loopback, with the fault server as its model."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 120
ENDED = ("complete", "stopped", "failed", "cancelled")


@dataclass
class Service:
    """A running service."""

    url: str
    process: "subprocess.Popen[str]"
    log: Path
    key: str | None = None

    def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, dict[str, str], Any]:
        """Status, headers and body of an answer; JSON is read."""
        link = HTTPConnection(urlsplit(self.url).netloc, timeout=PATIENCE)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key:
            given.setdefault("authorization", f"Bearer {self.key}")
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if data is not None:
            given.setdefault("content-type", "application/json")
        try:
            link.request(method, path, data, given)
            return _read(link.getresponse())
        finally:
            link.close()

    def wait(self, id_: str) -> dict[str, Any]:
        """A job when it has ended."""
        end = time.monotonic() + PATIENCE
        while True:
            _, _, job = self.ask("GET", f"/v1/jobs/{id_}")
            if job["state"] in ENDED:
                return dict(job)
            assert time.monotonic() < end, job
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def end(self) -> str:
        """Ask it to end; what it said."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
        return self.log.read_text(encoding="utf-8")


def _read(answer: HTTPResponse) -> tuple[int, dict[str, str], Any]:
    data = answer.read()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    is_json = "json" in headers.get("content-type", "") and "ndjson" not in headers["content-type"]
    return answer.status, headers, json.loads(data) if is_json and data else data


@contextmanager
def serving(folder: Path, *options: object, key: str | None = None) -> Generator[Service]:
    """A service on a free port until the block ends; its log goes into a file, which never holds it up."""
    line = [sys.executable, "-m", "extractor", "serve", "--folder", str(folder), "--port", "0"]
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{time.monotonic_ns()}.log"
    with log.open("wb") as told:
        process = subprocess.Popen(
            [*line, *map(str, options)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=told, encoding="utf-8",
        )  # fmt: skip
    try:
        yield Service(_address(process, log), process, log, key)
    finally:
        process.kill()
        process.wait()


def _address(process: "subprocess.Popen[str]", log: Path) -> str:
    end = time.monotonic() + PATIENCE
    while True:
        told = log.read_text(encoding="utf-8")
        if found := re.search(r"running on (http://[0-9.:]+)", told):
            return found[1]
        assert process.poll() is None, told
        assert time.monotonic() < end, told
        time.sleep(0.02)


def add_key(folder: Path, name: str, *options: object) -> str:
    """A new key of a service."""
    line = [sys.executable, "-m", "extractor", "keys", "add", name, "--folder", str(folder)]
    done = subprocess.run(
        [*line, *map(str, options)], check=True, capture_output=True, encoding="utf-8", timeout=PATIENCE
    )
    return done.stdout.strip()


def lines_of(texts: dict[str, str]) -> bytes:
    """Articles by their ids as JSON lines."""
    rows = [json.dumps({"id": id_, "text": text}) for id_, text in texts.items()]
    return "\n".join(rows).encode() + b"\n"
