"""The command line: arguments in, exit code out."""

from extractor.cli.app import app

__all__ = ["main"]


def main() -> None:
    """Run the command line."""
    app()
