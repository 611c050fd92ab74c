"""``extractor show FILE``: one article, for a person or as JSON."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.options import with_settings
from extractor.cli.outcome import INCOMPLETE, with_exit_codes

if TYPE_CHECKING:
    from extractor.settings import Options


@with_settings
@with_exit_codes
def show(
    file: Annotated[Path, typer.Argument(help="A .txt, .md or .html article.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print the result as extraction/v1.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Without colour or any other style.")] = False,
    chosen: "Options",
) -> None:
    """Extract one article and show who claims what in it.

    Exit code: 0 complete, 1 partial or failed, 2 wrong usage or configuration.
    """
    from extractor import extract, read_article  # noqa: PLC0415 - keeps --help fast
    from extractor.cli.view import print_result  # noqa: PLC0415

    article = read_article(file)
    result = extract(article, **chosen)
    if json:
        sys.stdout.buffer.write((result.model_dump_json(indent=2) + "\n").encode())
    else:
        print_result(result, article.text, plain=plain)
    raise typer.Exit(0 if result.status == "complete" else INCOMPLETE)
