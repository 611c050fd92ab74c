"""A model file of one's own: llama.cpp's server in this process, on a loopback port, for one GGUF file.

xllamacpp brings the server with it. Whatever asks it goes through the same layers as any other endpoint: the
server enforces the reply's schema, and a reply is cached, recorded and judged like any other. The server is a
thread: it ends with ``stop``, and with the process, however that ends.
"""

import asyncio
import ctypes
import json
import os
import time
from contextlib import closing
from hashlib import sha256
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from extractor.errors import LocalModelUnusable, MissingExtra
from extractor.settings import Settings

PATIENCE = 3600.0
"""Seconds that one call may take where nothing else is said: a file on a few cores is slow, not stuck."""

_BATCH = 256
"""Tokens of a request that are read at once: between two batches the server can be stopped."""

_FIRST_TOKEN = 600.0
"""Seconds until a server that was just started gives a single token; of a large one, minutes."""

_PAUSE = 0.1
"""Seconds between two questions while a server is still loading."""

_MAGIC = b"GGUF"
_SAMPLES, _SAMPLE = 64, 16_384
_DIGITS = 12


def local_name(model: str) -> str:
    """The name of a model file in requests: its own, and a fingerprint of what is in it.

    Two files of one name must not share cached replies. The fingerprint is of the size and of 64 samples
    spread over the file, so that many gigabytes need not be read.

    Raises:
        LocalModelUnusable: the file cannot be read or is no GGUF file.
    """
    path = Path(model)
    try:
        size = path.stat().st_size
        digest = sha256(str(size).encode())
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise LocalModelUnusable(model, "it is no GGUF file")
            for number in range(_SAMPLES):
                file.seek(size * number // _SAMPLES)
                digest.update(file.read(_SAMPLE))
    except OSError as error:
        raise LocalModelUnusable(model, error.strerror or "cannot be read") from error
    return f"{path.stem}@{digest.hexdigest()[:_DIGITS]}"


class LocalServer:
    """A running server; ``stop`` ends it.

    Args:
        server: xllamacpp's.
        settings: those to reach it with.
    """

    def __init__(self, server: Any, settings: Settings) -> None:
        self._server = server
        self.settings = settings

    def stop(self) -> None:
        """End the server and give its memory back; again does nothing."""
        self._server = None


async def start_local(settings: Settings) -> LocalServer:
    """Start the server of ``settings.model`` and wait until it answers.

    Raises:
        MissingExtra: xllamacpp is not installed, or has no wheel for this platform.
        LocalModelUnusable: the file is missing, damaged, or too large for this machine.
    """
    model = settings.model or ""
    name = local_name(model)
    try:
        xllamacpp: Any = import_module("xllamacpp")
    except ImportError as error:
        raise MissingExtra("xllamacpp", "local") from error
    try:
        # what takes seconds is in C++ and lets other threads run
        server: Any = await asyncio.to_thread(_started, xllamacpp, _parameters(xllamacpp, settings, name))
    except (OSError, HTTPException) as error:
        raise LocalModelUnusable(model, f"llama.cpp's server does not answer ({error})") from error
    except (RuntimeError, MemoryError) as error:
        reason = f"llama.cpp refused it with a context of {settings.context} tokens ({error})"
        raise LocalModelUnusable(model, reason) from error
    reached: dict[str, Any] = {"base_url": f"{server.listening_address}/v1", "api_key": None}
    if "timeout" not in settings.model_fields_set:
        reached["timeout"] = PATIENCE
    return LocalServer(server, settings.model_copy(update=reached))


def _started(xllamacpp: Any, parameters: Any) -> Any:
    """A server that has answered.

    One that is ended before its loop runs waits for ever, with the interpreter's lock held, so the first
    answer is waited for; if none comes, the server is never ended, and goes with the process.
    """
    server = xllamacpp.Server(parameters)
    try:
        wait_for_a_token(server.listening_address)
    except (OSError, HTTPException):
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(server))
        raise
    return server


def wait_for_a_token(address: str) -> None:
    """Wait until the server at an address such as http://127.0.0.1:8080 gives a token.

    Raises:
        OSError, HTTPException: it cannot be reached, or is loading for too long.
    """
    place = urlsplit(address).netloc
    body, end = json.dumps({"prompt": "a", "n_predict": 1}), time.monotonic() + _FIRST_TOKEN
    with closing(HTTPConnection(place, timeout=_FIRST_TOKEN)) as link:
        while True:
            link.request("POST", "/completion", body, {"Content-Type": "application/json"})
            answer = link.getresponse()
            answer.read()
            if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
                return
            if time.monotonic() > end:
                raise TimeoutError("it is still loading")
            time.sleep(_PAUSE)


def _parameters(xllamacpp: Any, settings: Settings, name: str) -> Any:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(Path(settings.model or ""))
    parameters.model_alias = {name}
    parameters.port = 0
    parameters.n_ctx = settings.context
    parameters.n_parallel = 1
    parameters.n_batch = parameters.n_ubatch = _BATCH
    parameters.cpuparams.n_threads = settings.threads or os.cpu_count() or 1
    parameters.sampling.temp = 0.0  # unless the request says otherwise
    parameters.verbosity = 0
    return parameters
