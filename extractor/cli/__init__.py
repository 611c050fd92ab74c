"""The command line: arguments in, exit code out."""

import io
import sys

from extractor.cli.app import app

__all__ = ["main"]


def main() -> None:
    """Run the command line; what the terminal's encoding lacks is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app()
