"""``extractor prompts``: the versions there are, what they say, how they differ, that they do not drift."""

from pathlib import Path
from typing import Annotated

import typer

from extractor.cli.outcome import INCOMPLETE, with_exit_codes

app = typer.Typer(help="Prompt and schema versions.", no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(help="A version such as claims@v1, or a record for its latest.")]


@app.command("list")
@with_exit_codes
def list_(
    *,
    golden: Annotated[
        Path | None,
        typer.Option("--golden", help="Say of edited versions which replies of these cases they orphan."),
    ] = None,
) -> None:
    """Every version: locked, edited since its release, new, or a draft; its schema and what it asks for.

    Exit code 1 if a released version was edited.
    """
    from extractor.catalog import load_prompt, prompt_names  # noqa: PLC0415 - keeps --help fast
    from extractor.lock import edited, read_lock, state  # noqa: PLC0415

    locked = read_lock()
    for name in prompt_names():
        prompt = load_prompt(name)
        typer.echo(f"{name:16} {state(prompt, locked):7} {prompt.schema.name:16} {prompt.summary}")
    errors = list(edited())
    for error in errors:
        typer.echo(f"{error}{_orphaned(golden, error.name) if golden else ''}", err=True)
    raise typer.Exit(INCOMPLETE if errors else 0)


def _orphaned(golden: Path, name: str) -> str:
    from extractor.golden.orphans import orphans  # noqa: PLC0415
    from extractor.settings import load_settings  # noqa: PLC0415

    return f"; it orphans {orphans(golden, name, load_settings({}).cache)}"


@app.command()
@with_exit_codes
def show(
    name: Name, *, schema: Annotated[bool, typer.Option("--schema", help="Its JSON Schema.")] = False
) -> None:
    """Print a prompt, or the JSON Schema that replies to it have."""
    import json  # noqa: PLC0415

    from extractor.catalog import load_prompt  # noqa: PLC0415

    prompt = load_prompt(name)
    typer.echo(
        json.dumps(prompt.schema.json_schema, indent=2, ensure_ascii=False) if schema else prompt.text,
        nl=schema,
    )


@app.command()
@with_exit_codes
def diff(one: Name, other: Name) -> None:
    """The difference between two versions: the prompt's lines, then the schema's."""
    import difflib  # noqa: PLC0415
    import json  # noqa: PLC0415

    from extractor.catalog import load_prompt  # noqa: PLC0415

    before, after = load_prompt(one), load_prompt(other)
    texts = [(prompt.name, prompt.text) for prompt in (before, after)]
    schemas = [
        (prompt.schema.name, json.dumps(prompt.schema.json_schema, indent=2, ensure_ascii=False))
        for prompt in (before, after)
    ]
    for (name, old), (other_name, new) in (texts, schemas):
        lines = difflib.unified_diff(old.splitlines(), new.splitlines(), name, other_name, lineterm="", n=1)
        for line in lines:
            typer.echo(line)


@app.command()
@with_exit_codes
def lock() -> None:
    """Lock the new versions: from now on they are not edited. Fails if a locked one was."""
    from extractor.lock import write_lock  # noqa: PLC0415

    new = write_lock()
    typer.echo(f"locked: {', '.join(new)}" if new else "nothing new; no released version was edited")
