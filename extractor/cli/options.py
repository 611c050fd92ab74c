"""Options that several commands share, and how they become settings."""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

if TYPE_CHECKING:
    from extractor.settings import Options


def _option(panel: str, *names: str, help: str) -> Any:  # noqa: A002 - typer's word
    return typer.Option(*names, help=help, rich_help_panel=panel, show_default=False)


_model = functools.partial(_option, "Where replies come from")
_call = functools.partial(_option, "How the model is called")
_content = functools.partial(_option, "What is extracted")

_SHARED: dict[str, Any] = {
    "model": Annotated[str | None, _model("--model", help="Name of the model. [EXTRACTOR_MODEL]")],
    "base_url": Annotated[
        str | None, _model("--base-url", help="Any endpoint that speaks OpenAI's protocol. [OPENAI_BASE_URL]")
    ],
    "api_key": Annotated[
        str | None, _model("--api-key", help="The key; better kept in the environment. [OPENAI_API_KEY]")
    ],
    "replay": Annotated[
        Path | None, _model("--replay", help="Recorded replies in this folder, nothing else.")
    ],
    "cache": Annotated[Path | None, _model("--cache", help="Folder of the reply cache.")],
    "no_cache": Annotated[bool | None, _model("--no-cache", help="Neither read nor keep replies.")],
    "mode": Annotated[
        str | None, _call("--mode", help="json_schema (default), json, tools, tools_strict or md_json.")
    ],
    "strict": Annotated[bool | None, _call("--strict/--no-strict", help="Strict schema decoding (default).")],
    "timeout": Annotated[float | None, _call("--timeout", help="Seconds one attempt may take.")],
    "max_tokens": Annotated[int | None, _call("--max-tokens", help="Most tokens of one reply.")],
    "temperature": Annotated[
        float | None, _call("--temperature", help="Sampling temperature; not sent by default.")
    ],
    "seed": Annotated[int | None, _call("--seed", help="Sampling seed; not sent by default.")],
    "attempts": Annotated[int | None, _call("--attempts", help="Tries while the model is unavailable.")],
    "backoff": Annotated[
        float | None, _call("--backoff", help="Seconds below which the first wait is drawn.")
    ],
    "reasks": Annotated[int | None, _call("--reasks", help="Second chances for an invalid reply.")],
    "window": Annotated[int | None, _call("--window", help="Most characters of article text in one call.")],
    "claims_from": Annotated[
        list[str] | None, _content("--claims-from", help="Label of segments to take claims from; repeatable.")
    ],
    "kinds": Annotated[
        list[str] | None, _content("--kind", help="fact, forecast, opinion or directive; repeatable.")
    ],
    "prompts": Annotated[
        list[str] | None, _content("--prompt", help="A version to use, such as claims@v1; repeatable.")
    ],
}


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the shared options; it receives those that were given as ``chosen``."""
    own = [each for each in inspect.signature(command).parameters.values() if each.name != "chosen"]
    keyword = inspect.Parameter.KEYWORD_ONLY
    shared = [
        inspect.Parameter(name, keyword, default=None, annotation=kind) for name, kind in _SHARED.items()
    ]

    @functools.wraps(command)
    def run(**given: Any) -> None:
        chosen = {name: value for name in _SHARED if (value := given.pop(name)) not in (None, [])}
        if chosen.pop("no_cache", None):
            chosen["cache"] = False
        command(**given, chosen=cast("Options", chosen))

    parameters = [*(each.replace(kind=keyword) for each in own), *shared]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # typer reads both
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run
