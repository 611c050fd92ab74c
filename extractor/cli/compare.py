"""``extractor compare``: two prompt versions or two runs on the same articles, by what they change."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from extractor.cli.articles import Columns, Lists, named_inputs
from extractor.cli.options import with_settings
from extractor.cli.outcome import visible, with_exit_codes

if TYPE_CHECKING:
    from collections.abc import Generator

    from extractor.runs.inputs import Inputs
    from extractor.settings import Options

Version = Annotated[
    str, typer.Option(help="A version such as claims@v1, or the output folder of a run that was made.")
]


@with_settings
@with_exit_codes
def compare(
    articles: Annotated[
        list[str] | None,
        typer.Argument(
            help="As for extractor run; by default those of the run that --a names.", show_default=False
        ),
    ] = None,
    *,
    a: Version,
    b: Version,
    lists: Lists = None,
    columns: Columns = None,
    chosen: "Options",
) -> None:
    """Extract articles with two prompt versions and say by meaning what the second one changes.

    What the cache or a replay holds costs nothing; two runs that were made are only compared.
    """
    from extractor.golden.runs import compare_runs  # noqa: PLC0415 - keeps --help fast
    from extractor.runs.ledger import read_results  # noqa: PLC0415

    inputs = named_inputs(articles or [], lists or [], columns or [], Path(a))
    with _made(a, inputs, chosen) as one, _made(b, inputs, chosen) as other:
        found = list(compare_runs(read_results(one), read_results(other), inputs))
        for each in found:
            for line in each.lines():
                typer.echo(visible(line))
        differ = sum(not each.is_same for each in found)
        typer.echo(f"{len(found)} article{'' if len(found) == 1 else 's'}, {differ} not the same")
        for name, out in ((a, one), (b, other)):
            typer.echo(_account(name, out))


@contextmanager
def _made(name: str, inputs: "Inputs", chosen: "Options") -> "Generator[Path]":
    """The output folder of a run: one that was made, or made now with a prompt version."""
    from tempfile import TemporaryDirectory  # noqa: PLC0415

    from extractor.library import Extractor  # noqa: PLC0415
    from extractor.runs.ledger import LEDGER  # noqa: PLC0415

    if Path(name, LEDGER).is_file():
        yield Path(name)
        return
    options: Any = {**chosen, "prompts": [*chosen.get("prompts", ()), name]}
    with TemporaryDirectory() as out, Extractor(**options) as extractor:
        if not extractor.settings.replay:
            typer.echo(f"{name}: {extractor.plan(inputs, out=out).told}, less what the cache holds", err=True)
        extractor.extract_folder(inputs, out=out)
        yield Path(out)


def _account(name: str, out: Path) -> str:
    from extractor.runs.ledger import read_results  # noqa: PLC0415

    usages = [result.usage for result in read_results(out)]
    calls, given, got = (
        sum(getattr(usage, field) for usage in usages) for field in ("calls", "input_tokens", "output_tokens")
    )
    return f"{name}: {calls} calls, {given} tokens in, {got} tokens out"
