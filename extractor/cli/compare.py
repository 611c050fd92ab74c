"""``extractor compare FOLDER``: two prompt versions or two runs on the same articles, by what they change."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from extractor.cli.options import with_settings
from extractor.cli.outcome import visible, with_exit_codes

if TYPE_CHECKING:
    from collections.abc import Generator

    from extractor.schemas.extraction.v1 import Extraction
    from extractor.settings import Options

Version = Annotated[
    str, typer.Option(help="A version such as claims@v1, or the output folder of a run that was made.")
]


@with_settings
@with_exit_codes
def compare(
    articles: Annotated[
        list[str], typer.Argument(help="The articles: a folder, files, tables; as for extractor run.")
    ],
    *,
    a: Version,
    b: Version,
    chosen: "Options",
) -> None:
    """Extract articles with two prompt versions and say by meaning what the second one changes.

    What the cache or a replay holds costs nothing; two runs that were made are only compared.
    """
    from extractor.golden.comparison import compare as compared  # noqa: PLC0415 - keeps --help fast
    from extractor.runs.inputs import as_inputs  # noqa: PLC0415

    with _made(a, articles, chosen) as one, _made(b, articles, chosen) as other:
        before, after = ({result.article.id: result for result in _results(out)} for out in (one, other))
        count = changed = 0
        for entry in as_inputs(articles):
            if entry.id not in before or entry.id not in after:
                typer.echo(visible(f"{entry.id}: in one of the two only"))
                continue
            old, new = before[entry.id], after[entry.id]
            differences = compared(old, new, entry.read().text if old.segments else "")
            count += 1
            changed += bool(differences)
            state = f"{len(differences)} differences" if differences else "same"
            typer.echo(visible(f"{entry.id}: {state}"))
            for each in differences:
                typer.echo(visible(f"  {each.told}"))
        typer.echo(f"{count} articles, {changed} differ")
        for name, out in {a: one, b: other}.items():
            typer.echo(_account(name, out))


@contextmanager
def _made(name: str, articles: list[str], chosen: "Options") -> "Generator[Path]":
    """The output folder of a run: one that was made, or made now with a prompt version."""
    from tempfile import TemporaryDirectory  # noqa: PLC0415

    from extractor.library import Extractor  # noqa: PLC0415
    from extractor.runs.ledger import LEDGER  # noqa: PLC0415

    if Path(name, LEDGER).is_file():
        yield Path(name)
        return
    options: Any = {**chosen, "prompts": [*chosen.get("prompts", ()), name]}
    with TemporaryDirectory() as out, Extractor(**options) as extractor:
        extractor.extract_folder(articles, out=out)
        yield Path(out)


def _results(out: Path) -> "Iterator[Extraction]":
    from extractor.runs.ledger import read_results  # noqa: PLC0415

    return read_results(out)


def _account(name: str, out: Path) -> str:
    usages = [result.usage for result in _results(out)]
    calls, given, got = (
        sum(getattr(usage, field) for usage in usages) for field in ("calls", "input_tokens", "output_tokens")
    )
    return f"{name}: {calls} calls, {given} tokens in, {got} tokens out"
