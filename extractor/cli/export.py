"""``extractor export OUT --format NAME``: the results of a run in another form."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.articles import Columns, Lists, Moved, inputs_of_results
from extractor.cli.outcome import INCOMPLETE, visible, with_exit_codes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from extractor.schemas.extraction.v1 import Extraction


class Format(StrEnum):
    """What results can be written as."""

    CSV = "csv"
    PARQUET = "parquet"
    WEBANNOTATION = "webannotation"
    BRAT = "brat"


@with_exit_codes
def export(
    out: Annotated[Path, typer.Argument(help="The output folder of a run.")],
    articles: Moved = None,
    *,
    format_: Annotated[Format, typer.Option("--format", help="The form.")],
    to: Annotated[
        Path | None, typer.Option(help="The folder to write to; by default OUT/<format>.", show_default=False)
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write over brat files that differ.")] = False,
    lists: Lists = None,
    columns: Columns = None,
) -> None:
    """Write the results of a run as tidy tables (csv, parquet), W3C Web Annotations or a brat collection.

    Exit code: 0 all written, 1 some articles could not be, 2 wrong usage or configuration.
    """
    from extractor.exports.annotations import write_annotations  # noqa: PLC0415 - keeps --help fast
    from extractor.exports.brat import write_results  # noqa: PLC0415
    from extractor.exports.writing import write_csv, write_parquet  # noqa: PLC0415
    from extractor.runs.ledger import read_results  # noqa: PLC0415
    from extractor.runs.texts import results_with_texts  # noqa: PLC0415

    folder = to or out / format_.value
    left_out: list[str] = []  # lines for a person
    if format_ in (Format.WEBANNOTATION, Format.BRAT):
        inputs = inputs_of_results(out, articles or [], lists or [], columns or [])
        found = _with_text(results_with_texts(out, inputs), left_out)
        paths = (
            write_annotations(found, folder)
            if format_ is Format.WEBANNOTATION
            else write_results(
                found,
                folder,
                replace=replace,
                left_out=lambda id_, why: left_out.append(f"{id_}: left out: {why}"),
            )
        )
        told = "".join(left_out)
        left_out += (line for line in _not_of_this(paths, folder) if line.partition(": ")[0] not in told)
    else:
        paths = (write_csv if format_ is Format.CSV else write_parquet)(read_results(out), folder)
    what = "table" if format_ in (Format.CSV, Format.PARQUET) else "article"
    typer.echo(f"{len(paths)} {what}{'' if len(paths) == 1 else 's'} written to {visible(str(folder))}")
    for line in left_out:
        typer.echo(visible(line), err=True)
    raise typer.Exit(INCOMPLETE if left_out else 0)


def _not_of_this(paths: "list[Path]", folder: Path) -> "Iterator[str]":
    """What stands there of articles that were not written: they were left out, or are in the run no more."""
    written, suffixes = set(paths), {path.suffix for path in paths}
    for path in sorted(folder.iterdir()):
        if path.suffix in suffixes and path not in written:
            yield f"{path}: not of this export"


def _with_text(
    results: "Iterator[tuple[Extraction, str | None]]", left_out: list[str]
) -> "Iterator[tuple[Extraction, str]]":
    for result, text in results:
        if text is None:
            was_read = result.article.sha256 is not None
            why = "its text is gone or has changed since it was read" if was_read else "it could not be read"
            left_out.append(f"{result.article.id}: left out: {why}")
        else:
            yield result, text
