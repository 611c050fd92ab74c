"""Which articles a command is about: places, lists and columns, or those of a run that was made."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from extractor.runs.inputs import Inputs

Lists = Annotated[
    list[Path] | None,
    typer.Option("--list", help="File that names an article file a line; repeatable.", show_default=False),
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column", help="What a table calls a column, as text=body; repeatable.", show_default=False
    ),
]

Moved = Annotated[
    list[str] | None,
    typer.Argument(help="Where the articles are now, if they have moved.", show_default=False),
]


def named_inputs(places: list[str], lists: list[Path], columns: list[str], made: Path | None) -> "Inputs":
    """The articles that were named; if none were, those of the run in a folder.

    Raises:
        typer.BadParameter: none were named and there is no such run, or a column is not of the form a=b.
        InvalidInput: the run does not say where its articles are.
    """
    from extractor.models.kept import is_run  # noqa: PLC0415 - keeps --help fast
    from extractor.runs.inputs import Inputs  # noqa: PLC0415
    from extractor.runs.opened import inputs_of_run  # noqa: PLC0415

    if not places and not lists:
        if made and is_run(made):
            return inputs_of_run(made)
        raise typer.BadParameter("name a folder, a file, a table, - or a --list", param_hint="ARTICLES")
    named = [each.partition("=") for each in columns]
    if wrong := [name for name, sign, _ in named if not sign]:
        raise typer.BadParameter(f"{wrong[0]!r} is not of the form text=body", param_hint="--column")
    return Inputs(tuple(places), tuple(map(str, lists)), {name: column for name, _, column in named})


def inputs_of_results(out: Path, places: list[str], lists: list[Path], columns: list[str]) -> "Inputs":
    """Where the articles of results are: as named, else where their run found them.

    Raises:
        NoSuchFolder: the folder holds no results.
        InvalidInput: nothing says where they are.
        typer.BadParameter: a column is not of the form a=b.
    """
    from extractor.errors import NoSuchFolder  # noqa: PLC0415 - keeps --help fast
    from extractor.runs.ledger import LEDGER  # noqa: PLC0415
    from extractor.runs.opened import inputs_of_run  # noqa: PLC0415

    if not (out / LEDGER).is_file():
        raise NoSuchFolder(str(out), f"holds no {LEDGER}")
    return named_inputs(places, lists, columns, None) if places or lists else inputs_of_run(out)
