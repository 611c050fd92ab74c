"""Options that several commands share, and how they become settings."""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

if TYPE_CHECKING:
    from extractor.settings import Options


_option: Any = functools.partial(typer.Option, show_default=False)

_SHARED: dict[str, Any] = {
    "model": Annotated[
        str | None, _option("--model", help="Name of the model, or a GGUF file. [EXTRACTOR_MODEL]")
    ],
    "base_url": Annotated[
        str | None,
        _option("--base-url", help="Any endpoint that speaks OpenAI's protocol. [OPENAI_BASE_URL]"),
    ],
    "api_key": Annotated[
        str | None, _option("--api-key", help="The key; better kept in the environment. [OPENAI_API_KEY]")
    ],
    "replay": Annotated[
        Path | None, _option("--replay", help="Recorded replies in this folder, nothing else.")
    ],
    "cache": Annotated[
        str | None,
        _option("--cache", metavar="FOLDER|URL", help="Folder of the reply cache, or a Redis: redis://HOST."),
    ],
    "no_cache": Annotated[bool | None, _option("--no-cache", help="Neither read nor keep replies.")],
    "mode": Annotated[
        str | None, _option("--mode", help="json_schema (default), json, tools, md_json or auto.")
    ],
    "strict": Annotated[
        bool | None, _option("--strict/--no-strict", help="Strict schema decoding (default).")
    ],
    "token_limit": Annotated[
        str | None,
        _option("--token-limit", help="max_completion_tokens (default) or max_tokens, as servers call it."),
    ],
    "timeout": Annotated[float | None, _option("--timeout", help="Seconds one attempt may take.")],
    "max_tokens": Annotated[int | None, _option("--max-tokens", help="Most tokens of one reply.")],
    "temperature": Annotated[
        float | None, _option("--temperature", help="Sampling temperature; not sent by default.")
    ],
    "seed": Annotated[int | None, _option("--seed", help="Sampling seed; not sent by default.")],
    "attempts": Annotated[int | None, _option("--attempts", help="Tries while the model is unavailable.")],
    "backoff": Annotated[
        float | None, _option("--backoff", help="Seconds below which the first wait is drawn.")
    ],
    "reasks": Annotated[int | None, _option("--reasks", help="Second chances for an invalid reply.")],
    "deadline": Annotated[
        float | None, _option("--deadline", help="Seconds after its first failure that a call is given up.")
    ],
    "article_deadline": Annotated[
        float | None, _option("--article-deadline", help="Seconds one article of a run may take.")
    ],
    "workers": Annotated[
        int | None, _option("--workers", help="Processes that ground replies beside the one that asks.")
    ],
    "threads": Annotated[int | None, _option("--threads", help="Processor threads of a model file.")],
    "context": Annotated[int | None, _option("--context", help="Tokens that a model file can hold.")],
    "rpm": Annotated[float | None, _option("--rpm", help="Requests a minute; else what the headers say.")],
    "tpm": Annotated[float | None, _option("--tpm", help="Tokens a minute; else what the headers say.")],
    "price": Annotated[
        str | None,
        _option("--price", help="US dollars a million tokens: INPUT,CACHED,OUTPUT; else a table's."),
    ],
    "max_cost": Annotated[
        float | None, _option("--max-cost", help="US dollars; a run stops before it could cost more.")
    ],
    "window": Annotated[int | None, _option("--window", help="Most characters of article text in one call.")],
    "claims_from": Annotated[
        list[str] | None, _option("--claims-from", help="Label of segments to take claims from; repeatable.")
    ],
    "kinds": Annotated[
        list[str] | None, _option("--kind", help="fact, forecast, opinion or directive; repeatable.")
    ],
    "prompts": Annotated[
        list[str] | None, _option("--prompt", help="A version to use, such as claims@v1; repeatable.")
    ],
    "profile": Annotated[
        str | None, _option("--profile", help="full (default) or small: for models with small contexts.")
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
