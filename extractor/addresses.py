"""Addresses of servers that can hold a password, which is never shown."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Secret

_SCHEMES = ("redis", "rediss", "unix")
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
_COLLAPSED = re.compile(r"(rediss?|unix):/", re.IGNORECASE)
_PATH = re.compile(r"(/\d*)?")


class RedisURL(Secret[str]):
    """The address of a Redis server; what shows it shows neither password nor options."""

    def _display(self) -> str:
        parts = urlsplit(self.get_secret_value())
        login, at, host = parts.netloc.rpartition("@")
        return f"{parts.scheme}://{'***' if login else ''}{at}{host}{parts.path}"


def read_place(value: object) -> object:
    """Of a text the ``RedisURL`` or path that it is meant to be, else the value as it is.

    Raises:
        ValueError: it is an address of another kind or form; the value itself is not shown.
    """
    if isinstance(value, Path) and _COLLAPSED.match(str(value)):
        raise ValueError("an address is text, not a path")
    if not isinstance(value, str):
        return value
    found = _ADDRESS.match(value)
    if not found:
        return Path(value)
    if found[1].lower() not in _SCHEMES:
        raise ValueError("should be a folder, or begin with redis://, rediss:// or unix://")
    if not _is_whole(value):
        raise ValueError(
            "should be like redis://:PASSWORD@HOST:PORT/DATABASE or unix:///PATH, "
            "with %-escapes for what is special in a password"
        )
    return RedisURL(value)


def _is_whole(url: str) -> bool:
    """Whether each part stands where it belongs: a raw / or ? in a password would move it into another."""
    try:
        parts = urlsplit(url)
        is_place = parts.port != 0
    except ValueError:
        return False
    if any("@" in part for part in (parts.path, parts.query, parts.fragment)) or parts.fragment:
        return False
    if parts.scheme == "unix":
        return not parts.hostname and len(parts.path) > 1
    return is_place and bool(parts.hostname) and bool(_PATH.fullmatch(parts.path))
