"""``extractor compare FOLDER``: two prompt versions on the same articles, by what they change."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from extractor.cli.options import with_settings
from extractor.cli.outcome import visible, with_exit_codes

if TYPE_CHECKING:
    from extractor.schemas.extraction.v1 import Extraction
    from extractor.settings import Options

Version = Annotated[str, typer.Option(help="A version such as claims@v1.")]


@with_settings
@with_exit_codes
def compare(
    folder: Annotated[Path, typer.Argument(help="A folder of .txt and .md articles.")],
    *,
    a: Version,
    b: Version,
    chosen: "Options",
) -> None:
    """Extract a folder with two prompt versions and say by meaning what the second one changes.

    What the cache or a replay holds costs nothing.
    """
    from tempfile import TemporaryDirectory  # noqa: PLC0415 - keeps --help fast

    from extractor.golden.comparison import compare as compared  # noqa: PLC0415

    with TemporaryDirectory() as out:
        for version in dict.fromkeys((a, b)):
            _run(folder, Path(out, version), version, chosen)
        changed = count = 0
        for before, after in zip(_results(Path(out, a)), _results(Path(out, b)), strict=True):
            differences = compared(before, after, _text(folder, before))
            count += 1
            changed += bool(differences)
            state = f"{len(differences)} differences" if differences else "same"
            typer.echo(visible(f"{before.article.id}: {state}"))
            for each in differences:
                typer.echo(visible(f"  {each.told}"))
        typer.echo(f"{count} articles, {changed} differ")
        for version in dict.fromkeys((a, b)):
            typer.echo(_account(version, Path(out, version)))


def _run(folder: Path, out: Path, version: str, chosen: "Options") -> None:
    from extractor.library import Extractor  # noqa: PLC0415

    options: Any = {**chosen, "prompts": [*chosen.get("prompts", ()), version]}
    with Extractor(**options) as extractor:
        extractor.extract_folder(folder, out=out)


def _results(out: Path) -> "Iterator[Extraction]":
    from extractor.runs.ledger import LEDGER  # noqa: PLC0415
    from extractor.schemas.extraction.v1 import Extraction  # noqa: PLC0415

    with (out / LEDGER).open(encoding="utf-8") as lines:
        for line in lines:
            yield Extraction.model_validate_json(line)


def _text(folder: Path, result: "Extraction") -> str:
    """The article's text; an article that could not be read has none, and no segments either."""
    from extractor.article import read_article  # noqa: PLC0415

    return read_article(folder / result.article.id).text if result.segments else ""


def _account(version: str, out: Path) -> str:
    usages = [result.usage for result in _results(out)]
    calls, given, got = (
        sum(getattr(usage, name) for usage in usages) for name in ("calls", "input_tokens", "output_tokens")
    )
    return f"{version}: {calls} calls, {given} tokens in, {got} tokens out"
