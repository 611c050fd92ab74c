"""Who may ask, how often and for how much: the service knows keys by their hashes."""

import threading
import time
from http import HTTPStatus

from fastapi import Request

from extractor.server.problems import Problem
from extractor.server.secrets import hash_of
from extractor.server.store import Key, Store

COOKIE = "extractor_key"
"""Of the page, which cannot send a header when it opens a report."""

ANYBODY = Key("anybody")
"""Who asks a service without keys, which answers on this machine only."""


class Gate:
    """Lets requests in by their key, within its limits.

    Args:
        store: the keys.
        is_open: whether there are none, and everybody may ask.
    """

    def __init__(self, store: Store, *, is_open: bool) -> None:
        self._store = store
        self._is_open = is_open
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def admit(self, request: Request) -> Key:
        """The key of a request, which counts against its limit.

        Raises:
            Problem: 401 without a valid key, 429 beyond its requests a minute.
        """
        key = ANYBODY if self._is_open else self._known(_given(request))
        request.state.key = key.name
        if key.rpm is not None and (wait := self._wait(key.name, key.rpm)):
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"more than {key.rpm:g} requests a minute",
                "rate-limit",
                Retry_After=str(max(1, round(wait))),
            )
        return key

    def left(self, key: Key) -> float | None:
        """US dollars that a key may still spend today, None for no limit.

        Raises:
            Problem: 429 when nothing is left.
        """
        if key.dollars is None:
            return None
        left = key.dollars - self._store.spent(key.name)
        if left <= 0:
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS, f"{key.dollars:g} dollars were spent today", "cost-limit"
            )
        return left

    def is_known(self, key: str) -> bool:
        """Whether a key is valid."""
        return self._is_open or self._store.key(hash_of(key)) is not None

    def _known(self, given: str | None) -> Key:
        key = self._store.key(hash_of(given)) if given else None
        if key is None:
            told = "the key is not known" if given else "a key is needed: Authorization: Bearer KEY"
            raise Problem(HTTPStatus.UNAUTHORIZED, told, WWW_Authenticate="Bearer")
        return key

    def _wait(self, name: str, rpm: float) -> float:
        """Take one from a bucket that fills at ``rpm`` a minute; else seconds until there is one."""
        now = time.monotonic()
        with self._lock:
            held, then = self._buckets.get(name, (max(1.0, rpm), now))
            held = min(max(1.0, rpm), held + (now - then) * rpm / 60)
            if held < 1:
                self._buckets[name] = held, now
                return (1 - held) * 60 / rpm
            self._buckets[name] = held - 1, now
            return 0.0


def _given(request: Request) -> str | None:
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and key.strip():
        return key.strip()
    return request.headers.get("x-api-key") or request.cookies.get(COOKIE)
