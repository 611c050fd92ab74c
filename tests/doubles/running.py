"""Folder runs against a server: in this process or in one of its own, and what the server saw of them."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from doubles.faults import Exchange
from extractor import Extraction, Extractor
from extractor.models.kept import REPLIES
from extractor.runs.ledger import LEDGER
from extractor.runs.summary import Summary

PATIENCE = 60
"""Seconds after which a process that does not end has failed."""


def run(folder: Path, out: Path, url: str, **options: Any) -> Summary:
    """Run a folder in this process; ``force`` and ``watch`` are those of ``extract_folder``."""
    told = {name: options.pop(name) for name in ("force", "watch") if name in options}
    given: dict[str, Any] = {"base_url": url, "model": "m", "backoff": 0.01, **options}
    with Extractor(**given) as extractor:
        return extractor.extract_folder(folder, out=out, **told)


def command(folder: Path, out: Path, url: str, *options: object) -> list[str]:
    """The command line of a run; ``--cache`` is told, so that nobody's own is touched."""
    told = [folder, "--out", out, "--base-url", url, "--model", "m", "--backoff", "0.01", "--quiet"]
    return [sys.executable, "-m", "extractor", "run", *map(str, [*told, *options])]


def start(line: list[str], *, limits: Callable[[], object] | None = None) -> "subprocess.Popen[str]":
    """Start a command; ``limits`` is called in the new process before it begins."""
    return subprocess.Popen(
        line,
        env={**os.environ, "COLUMNS": "200"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=limits,  # noqa: PLW1509 - it sets a limit and takes no lock
    )


def end(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Wait for a command; exit code and what it said on standard error. No traceback may show."""
    try:
        _, told = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert "Traceback" not in told
    return process.returncode, told


def results(out: Path) -> list[Extraction]:
    """Every line of the ledger, which are all whole."""
    data = (out / LEDGER).read_bytes()
    assert not data or data.endswith(b"\n")
    return [Extraction.model_validate_json(line) for line in data.splitlines()]


def bytes_of(out: Path) -> bytes:
    """The ledger as it is."""
    return (out / LEDGER).read_bytes()


def replies_of(out: Path) -> bytes:
    """The kept replies as they are."""
    return (out / REPLIES).read_bytes()


def answered(log: Iterable[Exchange]) -> Counter[str]:
    """How often a whole, good answer went out to each body."""
    return Counter(each.sha256 for each in log if each.answered)


def asked_again(log: Iterable[Exchange]) -> list[Exchange]:
    """Requests that came although the same had been answered well, in the order of arrival."""
    seen: set[str] = set()
    again: list[Exchange] = []
    for each in sorted(log, key=lambda each: each.order):
        if each.sha256 in seen:
            again.append(each)
        if each.answered:
            seen.add(each.sha256)
    return again
