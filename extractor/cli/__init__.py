"""The command line: arguments in, exit code out."""

import sys

from extractor.cli.app import app
from extractor.errors import ExtractorError

__all__ = ["main"]


def main() -> None:
    """Run the command line; a named error becomes one line and exit code 2."""
    try:
        app()
    except ExtractorError as error:
        print(f"extractor: {error}", file=sys.stderr)  # noqa: T201 - the command line's own output
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
