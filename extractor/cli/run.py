"""``extractor run ARTICLES --out OUT``: many articles into one file of results."""

import contextlib
import os
import signal
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from extractor.cli.articles import Columns, Lists, named_inputs
from extractor.cli.options import with_settings
from extractor.cli.outcome import INCOMPLETE, INTERRUPTED, with_exit_codes
from extractor.cli.report import write_site

if TYPE_CHECKING:
    from extractor.distributed.engine import Cluster
    from extractor.library import Extractor
    from extractor.runs.inputs import Inputs
    from extractor.runs.plan import Plan
    from extractor.settings import Options


@with_settings
@with_exit_codes
def run(
    articles: Annotated[
        list[str] | None,
        typer.Argument(
            help="Folders of .txt, .md, .html; files; tables (.jsonl .csv .tsv); patterns; - for JSON lines.",
            show_default=False,
        ),
    ] = None,
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder that gets extractions.jsonl.")],
    lists: Lists = None,
    columns: Columns = None,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", help="Most calls in flight.", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Do again what is done.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Redo what was asked otherwise before without asking.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done and cost, and end.")
    ] = False,
    batch: Annotated[
        bool, typer.Option("--batch", help="Through the provider's Batch endpoints, at their lower price.")
    ] = False,
    engine: Annotated[
        str, typer.Option("--engine", help="local, or ray: on a Ray cluster (extra ray).")
    ] = "local",
    ray_address: Annotated[
        str | None,
        typer.Option(
            "--ray-address", help="Of the cluster; else RAY_ADDRESS or one here.", show_default=False
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress; the summary only.")] = False,
    report: Annotated[
        bool, typer.Option("--report", help="Then write OUT/report, a site to look at.")
    ] = False,
    log: Annotated[
        str | None, typer.Option("--log", help="json: progress as a JSON object a line.", show_default=False)
    ] = None,
    chosen: "Options",
) -> None:
    """Extract many articles, one line of extraction/v1 each; what is done already is left alone.

    Exit code: 0 all complete, 1 some partial or failed or stopped early, 2 wrong usage or configuration.
    """
    from extractor.cli.account import print_summary  # noqa: PLC0415 - keeps --help fast
    from extractor.cli.display import display  # noqa: PLC0415
    from extractor.library import Extractor  # noqa: PLC0415

    if log not in (None, "json"):
        raise typer.BadParameter("there is json", param_hint="--log")
    elsewhere = _engine(engine, ray_address, batch=batch)
    if concurrency is not None:
        chosen = {**chosen, "concurrency": concurrency}
    replay = chosen.get("replay")
    inputs = named_inputs(articles or [], lists or [], columns or [], Path(replay) if replay else None)
    with Extractor(**chosen) as extractor:
        if dry_run:
            _tell_plan(extractor.plan(inputs, out=out))
            return
        if not (force or yes) and extractor.asked_otherwise(out=out):
            _confirm(extractor.plan(inputs, out=out))
        if batch:
            _fetch(extractor, inputs, out, force=force)
        with _stopping(extractor), display(quiet=quiet, as_json=log == "json") as watch:
            summary = extractor.extract_folder(inputs, out=out, force=force, watch=watch, engine=elsewhere)
    print_summary(summary, out)
    if report:
        write_site(inputs, out)
    raise typer.Exit(0 if summary.is_complete else INCOMPLETE)


def _engine(name: str, address: str | None, *, batch: bool) -> "Cluster | None":
    """What is not in this process, None for this process."""
    if name not in ("local", "ray"):
        raise typer.BadParameter("there are local and ray", param_hint="--engine")
    if name == "local":
        if address is not None:
            raise typer.BadParameter("is for --engine ray", param_hint="--ray-address")
        return None
    if batch:
        raise typer.BadParameter(
            "its replies come into the cache of this machine alone", param_hint="--batch"
        )
    from extractor.distributed.cluster import load_ray  # noqa: PLC0415
    from extractor.distributed.engine import Cluster  # noqa: PLC0415

    load_ray()  # so that it is missed before anything is written
    return Cluster(address)


def _fetch(extractor: "Extractor", inputs: "Inputs", out: Path, *, force: bool) -> None:
    try:
        extractor.prefetch(inputs, out=out, force=force, tell=lambda line: typer.echo(line, err=True))
    except KeyboardInterrupt:
        typer.echo("\nthe batches that were sent go on; the same command collects them", err=True)
        raise


def _tell_plan(plan: "Plan") -> None:
    told = {
        "new": plan.new,
        "failed or partial before": plan.again,
        "changed since": plan.changed,
        "asked otherwise before": plan.redone,
        "done": plan.done,
        "of a text that another has": plan.duplicates,
        "named twice": plan.repeated,
        "unreadable": plan.unreadable,
    }
    for name, count in told.items():
        if count:
            typer.echo(f"{count:,} {name}")
    typer.echo(f"{_articles(plan.to_do)} to extract: {plan.told}")


def _articles(count: int) -> str:
    return f"{count:,} {'article' if count == 1 else 'articles'}"


def _confirm(plan: "Plan") -> None:
    """Ask before paying again for what was asked with another prompt, schema, model or setting."""
    from extractor.errors import NotConfirmed  # noqa: PLC0415

    if not plan.redone:
        return
    typer.echo(f"asked otherwise before, to be done again: {_articles(plan.redone)}", err=True)
    typer.echo(f"to extract in all: {_articles(plan.to_do)}, {plan.told}", err=True)
    if not sys.stdin.isatty():
        raise NotConfirmed(plan.redone)
    typer.confirm("go on?", abort=True, err=True)


@contextlib.contextmanager
def _stopping(extractor: "Extractor") -> "Generator[None]":
    """Ctrl-C once: end well. Twice: leave at once; every line that was written is whole."""
    pressed = 0

    def stop(*_: Any) -> None:
        nonlocal pressed
        pressed += 1
        if pressed > 1:
            os._exit(INTERRUPTED)
        typer.echo("\nstopping: calls in flight are waited for; Ctrl-C again leaves at once", err=True)
        extractor.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
