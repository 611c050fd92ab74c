"""``extractor doctor``: whether a model can be reached, in which mode, and what to set."""

import asyncio
import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from extractor.cli.options import with_settings
from extractor.cli.outcome import INCOMPLETE, visible, with_exit_codes

if TYPE_CHECKING:
    from extractor.models.probe import Probed
    from extractor.settings import Options, Settings

_NO_FILE = """no model file was named; nothing is downloaded here. To get one:
  - a GGUF file of an instruct model, from its maker or from whoever publishes it in that format
  - as large as the memory allows: the file and a tenth more, and what --context takes
  - then: extractor doctor --model path/to/model.gguf"""


@with_exit_codes
@with_settings
def doctor(
    *,
    local: Annotated[
        bool, typer.Option("--local", help="Look only at what a model file needs here; ask nothing.")
    ] = False,
    chosen: "Options",
) -> None:
    """Ask the model a few short questions: key, endpoint, mode, schema, latency; say what to set.

    Exit code: 0 it can be used as it is set, 1 it cannot or only with other settings, 2 wrong configuration.
    """
    from extractor.models.stack import model_name  # noqa: PLC0415 - keeps --help fast
    from extractor.settings import load_settings  # noqa: PLC0415

    settings = load_settings(chosen)
    if local or settings.is_local:
        _tell_local(settings)
        if local:
            raise typer.Exit(0 if settings.is_local and find_spec("xllamacpp") else INCOMPLETE)
    model = model_name(settings)
    _row(
        "endpoint",
        settings.base_url or ("this process" if settings.is_local else "https://api.openai.com/v1"),
    )
    _row("model", model)
    found = asyncio.run(_probed(settings, model))
    _row("key", "accepted" if settings.api_key else "none sent, none asked for")
    for each in found.tried:
        how = f"{each.mode}{'' if each.strict or each.mode != 'json_schema' else ', not strict'}"
        reason = f" ({each.reason})" if each.reason else ""
        _row("mode", f"{how}: {each.finding} in {each.seconds:.1f} s{reason}")
    _tell(settings, found)
    wanted = _to_set(settings, found)
    _row("set", "; ".join(wanted) or "nothing: it can be used as it is")
    raise typer.Exit(INCOMPLETE if wanted else 0)


async def _probed(settings: "Settings", model: str) -> "Probed":
    from extractor.models.local import start_local  # noqa: PLC0415 - keeps --help fast
    from extractor.models.probe import probe  # noqa: PLC0415 - over 1 s
    from extractor.models.settled import remember  # noqa: PLC0415 - likewise

    if not settings.is_local:
        found = await probe(settings, model, with_context=True)
        remember(settings, model, found)
        return found
    server = await start_local(settings)
    try:
        return await probe(server.settings, model, with_context=True)
    finally:
        await asyncio.to_thread(server.stop)


def _tell(settings: "Settings", found: "Probed") -> None:
    """What there is to know besides the mode."""
    _row("tokens", "counted" if found.best.has_usage else "not counted: costs are not known")
    for name in found.refused:
        _row("sampling", f"{name} is refused")
    if found.best.finding == "kept":
        _row(
            "limit", f"kept to as {found.token_limit}" if found.token_limit else "no reply was cut off at it"
        )
    told = {
        "whole": f"a request with {settings.window:,} characters of an article is read as a whole",
        "cut": f"a request with {settings.window:,} characters of an article is cut off without a word",
        "too small": f"too small for a request with {settings.window:,} characters of an article",
    }
    if found.context:
        _row("context", told[found.context])


def _to_set(settings: "Settings", found: "Probed") -> list[str]:
    """What has to be set otherwise, so that it works."""
    best = found.best
    if best.finding != "kept":
        return ["another model or server: none of the modes gives JSON that keeps to a schema"]
    options: list[str] = []
    if settings.mode not in (best.mode, "auto"):
        options.append(f"--mode {best.mode}")
    if best.mode == "json_schema" and not best.strict and settings.strict and settings.mode != "auto":
        options.append("--no-strict")
    if found.token_limit and found.token_limit != settings.token_limit and settings.mode != "auto":
        options.append(f"--token-limit {found.token_limit}")
    wanted = [" ".join(options)] if options else []
    wanted += [f"leave --{name} out" for name in found.refused]
    if found.token_limit is None:
        wanted.append("a limit of tokens on the server: a reply that runs on is only ended by --timeout")
    if found.context in ("cut", "too small"):
        more = "a larger --context" if settings.is_local else "more context on the server"
        wanted.append(f"{more}, or less of an article at a time: --window, --profile small")
    return wanted


def _tell_local(settings: "Settings") -> None:
    from extractor.models.local import local_name  # noqa: PLC0415 - keeps --help fast

    has_server = find_spec("xllamacpp") is not None
    _row("xllamacpp", "installed" if has_server else "missing: pip install 'article-extractor[local]'")
    _row("processor", f"{os.cpu_count()} cores; --threads {settings.threads or os.cpu_count()}")
    if (memory := _memory()) is not None:
        _row("memory", f"{memory / 1e9:.1f} GB")
    if not settings.is_local:
        _row("model", _NO_FILE)
        return
    _row(
        "file",
        f"{local_name(settings.model or '')}, {Path(settings.model or '').stat().st_size / 1e9:.2f} GB",
    )


def _memory() -> int | None:
    """Bytes of memory, where the system tells."""
    sysconf: Any = getattr(os, "sysconf", None)  # not on Windows
    return sysconf("SC_PAGE_SIZE") * sysconf("SC_PHYS_PAGES") if sysconf else None


def _row(name: str, told: str) -> None:
    typer.echo(visible(f"{name:<10} {told}"))
