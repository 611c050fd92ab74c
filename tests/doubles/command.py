"""The command line as a process: with its output in pipes, or on a terminal of its own."""

import os
import select
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEY = "sk-this-is-secret"
PATIENCE = 240
"""Seconds after which a process that does not end has failed."""


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, away from any terminal; no traceback and no key may show."""
    ran = subprocess.run(
        _command(arguments),
        env={**os.environ, "COLUMNS": "200", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=PATIENCE,
    )
    assert "Traceback" not in ran.stderr
    assert KEY not in ran.stdout + ran.stderr
    return ran


def run_on_terminal(
    *arguments: object,
    answers: tuple[str, ...] = (),
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """Run a command on a pseudo terminal and give the next answer to each question.

    A question is what ends in a colon and a space. Returns the exit code and what the terminal showed.
    """
    ours, theirs = os.openpty()
    left = list(answers)
    with subprocess.Popen(
        _command(arguments),
        cwd=folder,
        env={**os.environ, "COLUMNS": "200", **(environment or {})},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        shown = seen = b""
        try:
            while data := _read(ours, process):
                shown += data
                seen += data
                if left and seen.endswith(b": "):
                    os.write(ours, f"{left.pop(0)}\n".encode())
                    seen = b""
        finally:
            os.close(ours)
        code = process.wait(PATIENCE)
    text = shown.decode().replace("\r\n", "\n")
    assert "Traceback" not in text
    assert not left, text
    return code, text


def _read(terminal: int, process: subprocess.Popen[bytes]) -> bytes:
    """What the terminal shows next, nothing when the process has ended."""
    ready, _, _ = select.select([terminal], [], [], PATIENCE)
    if not ready:
        process.kill()
        raise TimeoutError("the command neither ended nor asked what there is an answer to")
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other side is closed
        return b""


def _command(arguments: tuple[object, ...]) -> list[str]:
    return [sys.executable, "-m", "extractor", *map(str, arguments)]
