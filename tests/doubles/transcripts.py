"""Documents whose commands are run: in ```console blocks a line "$ command" and below it what it prints.

A line "..." in the output stands for any lines, " ..." at the end of a line for its rest. Where the output
asks ("]: y"), the command runs on a terminal and gets the answers that stand there.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from doubles.command import PATIENCE, run_on_terminal

ROOT = Path(__file__).parents[2]

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_STYLE = re.compile(r"\x1b\[\d*m")
_ANSWER = re.compile(r"\]: (\w+)$", re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """A command of a document and the output that stands below it."""

    command: str
    output: str

    def fits(self, printed: str) -> bool:
        """Whether a command printed what the document says."""
        lines = [_pattern(line) for line in self.output.splitlines(keepends=True)]
        return re.fullmatch("".join(lines), printed) is not None


def steps(document: Path) -> Iterator[Step]:
    """The commands of a document, in order."""
    for block in _BLOCK.findall(document.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield Step(command, output)


def checkout(folder: Path) -> Path:
    """A checkout of one's own: the package, prompts and schemas, and an ``extractor`` command in bin/."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "extractor", folder / "extractor", symlinks=True, ignore=ignored)
    for name in ("prompts", "schemas", "golden", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    command = folder / "bin" / "extractor"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m extractor "$@"\n')
    command.chmod(0o755)
    for words in ("init -q", "add .", "-c user.name=x -c user.email=x@x commit -qm released"):
        subprocess.run(["git", *words.split()], cwd=folder, check=True)  # noqa: S607 - the system's own
    return folder


def perform(step: Step, folder: Path) -> str:
    """Run a command in a checkout; what it prints on both streams."""
    environment = {"PYTHONPATH": str(folder), "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    if answers := tuple(_ANSWER.findall(step.output)):
        _, shown = run_on_terminal(
            *step.command.split()[1:], answers=answers, folder=folder, environment=environment
        )
        return _STYLE.sub("", shown)
    ran = subprocess.run(  # noqa: S602 - a document's own commands
        step.command,
        shell=True,
        cwd=folder,
        env={**os.environ, "COLUMNS": "200", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=PATIENCE,
    )
    return ran.stdout


def _pattern(line: str) -> str:
    if line == "...\n":
        return r"(?:.*\n)*?"
    if line.endswith(" ...\n"):
        return re.escape(line[:-5]) + r".*\n"
    return re.escape(line)
