"""Mode ``auto``: what a probe found out of an endpoint, kept for the next time, put into the settings."""

import os
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, TypeAdapter, ValidationError

from extractor.errors import InvalidSetting
from extractor.settings import Mode, Settings, TokenLimit, cache_folder

if TYPE_CHECKING:
    from extractor.models.probe import Probed

FILE = "endpoints.json"
"""In the folder of the reply cache; of one that is no folder, in the default one."""


class Known(BaseModel):
    """The settings that a probe finds."""

    mode: Mode
    strict: bool
    token_limit: TokenLimit


_FILE = TypeAdapter(dict[str, Known])


async def settled(settings: Settings, model: str) -> Settings:
    """The settings with the mode named; the endpoint is probed if it never was for this model.

    Args:
        settings: those that were chosen.
        model: its name in requests.

    Raises:
        InvalidSetting: there is no endpoint to probe, or no mode of it will do.
        ConfigurationError, ModelUnavailable: the endpoint cannot be asked.
    """
    if settings.mode != "auto":
        return settings
    if settings.replay:
        raise InvalidSetting("mode", "auto asks the endpoint; recorded replies are of one mode, so name it")
    if settings.is_local:
        return settings.model_copy(update={"mode": "json_schema"})
    known = _read(settings).get(_key(settings, model))
    if known is None:
        from extractor.models.probe import probe  # noqa: PLC0415 - imports the SDK

        known = remember(settings, model, await probe(settings, model))
    if known is None:
        raise InvalidSetting("mode", "no mode of this endpoint gives JSON that keeps to a schema")
    chosen = settings.model_fields_set - {"mode"}
    return settings.model_copy(
        update={name: value for name, value in known.model_dump().items() if name not in chosen}
    )


def remember(settings: Settings, model: str, found: "Probed") -> Known | None:
    """Keep what a probe found out, beside the reply cache if there is one; None if no mode will do."""
    best = found.best
    limit = found.token_limit or settings.token_limit
    is_kept = best.finding == "kept"
    known = Known(mode=best.mode, strict=best.strict, token_limit=limit) if is_kept else None
    everything = {key: each for key, each in _read(settings).items() if key != _key(settings, model)}
    if known:
        everything[_key(settings, model)] = known
    if path := _path(settings):
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = path.with_suffix(f".{os.getpid()}")
        whole.write_bytes(_FILE.dump_json(everything, indent=1))
        whole.replace(path)
    return known


def _read(settings: Settings) -> dict[str, Known]:
    """What is kept; a file that is damaged is as good as none."""
    path = _path(settings)
    if path is None:
        return {}
    try:
        return _FILE.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return {}


def _path(settings: Settings) -> Path | None:
    if settings.cache is False:
        return None
    return (settings.cache if isinstance(settings.cache, Path) else cache_folder()) / FILE


def _key(settings: Settings, model: str) -> str:
    """A fingerprint of the endpoint and the model: a base URL can hold what is nobody's business."""
    return sha256(f"{settings.base_url}\n{model}".encode()).hexdigest()[:16]
