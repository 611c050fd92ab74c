"""Named errors become one line on standard error and an exit code; nothing a user does shows a traceback."""

import functools
import unicodedata
from collections.abc import Callable
from typing import ParamSpec

import typer

P = ParamSpec("P")

INCOMPLETE = 1
"""Exit code: some article is partial or failed, or a model gave no usable reply."""

WRONG = 2
"""Exit code: wrong usage or configuration."""

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


def visible(text: str) -> str:
    """Text whose control and direction characters cannot act on the terminal."""
    return "".join(
        character
        if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cf") or character == "\u200d"
        else f"\\u{ord(character):04x}"
        for character in text
    )


def show_report(lines: list[str], colour: str) -> None:
    """The first line in colour; article text in the others cannot send escapes to the terminal."""
    first, *rest = (visible(line) for line in lines)
    typer.secho(first, fg=colour)
    for line in rest:
        typer.echo(line)


def with_exit_codes(command: Callable[P, None]) -> Callable[P, None]:
    """Let a command end with an exit code where it raises a named error."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        from extractor.errors import ConfigurationError, ExtractorError  # noqa: PLC0415 - keeps --help fast

        try:
            command(*args, **kwargs)
        except OSError as error:
            typer.echo(visible(f"extractor: {error}"), err=True)
            raise typer.Exit(WRONG) from None
        except ExtractorError as error:
            typer.echo(visible(f"extractor: {' '.join(str(error).split())}"), err=True)
            raise typer.Exit(WRONG if isinstance(error, ConfigurationError) else INCOMPLETE) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None

    return run
