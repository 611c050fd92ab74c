"""``extractor import FOLDER --format brat --into CASES``: corrections as references of cases."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from extractor.cli.outcome import visible, with_exit_codes


class Format(StrEnum):
    """What corrections can be read from."""

    BRAT = "brat"


@with_exit_codes
def import_(
    folder: Annotated[Path, typer.Argument(help="The folder that was exported and corrected.")],
    *,
    format_: Annotated[Format, typer.Option("--format", help="Its form.")],
    into: Annotated[Path, typer.Option(help="Folder of cases; an article that is no case yet becomes one.")],
    name: Annotated[
        str, typer.Option(help="The file to write: reference-b.json for a second annotator.")
    ] = "reference.json",
    replace: Annotated[bool, typer.Option("--replace", help="Write over references that differ.")] = False,
) -> None:
    """Read the annotations of each article and write them as its case's reference.

    Exit code: 0 all read and written, 2 something in them cannot be; then nothing is written.
    """
    from extractor.exports.corrections import import_brat  # noqa: PLC0415 - keeps --help fast

    assert format_ is Format.BRAT  # noqa: S101 - there is no other yet
    paths = import_brat(folder, into, name, replace=replace)
    for path in paths:
        typer.echo(visible(f"wrote {path}"))
