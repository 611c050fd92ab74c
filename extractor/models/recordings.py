"""Recorded replies: one reviewable JSON file an exchange, ``replies/<record>-<start of key>.json``.

Texts are lists of lines, joined without anything between them, so that a change shows as a line in a diff.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extractor.errors import RecordingUnreadable
from extractor.models.call import Reply, Request, request_key

KEY_DIGITS = 16
"""Hexadecimal digits of the key in a file name: 64 bits, no collision in any folder of replies."""


@dataclass(frozen=True)
class Recording:
    """A request and the reply it got."""

    record: str
    version: int
    mode: str
    body: Mapping[str, Any]
    reply: Reply


SAMPLES = "samples"
"""The folder in a case that holds further replies to the same requests: ``samples/2/replies/``, ..."""


def file_name(request: Request) -> str:
    """The name of the file that holds the reply to a request."""
    return f"{request.record}-{request.key[:KEY_DIGITS]}.json"


def write_recording(folder: Path, request: Request, reply: Reply) -> Path:
    """Write one exchange and return its file."""
    messages = [{**message, "content": _lines(message["content"])} for message in request.body["messages"]]
    data = {
        "record": request.record,
        "version": request.version,
        "mode": request.mode,
        "request": {**request.body, "messages": messages},
        "reply": {
            "model": reply.model,
            "finish_reason": reply.finish_reason,
            "refusal": reply.refusal,
            "usage": reply.usage,
            "content": _lines(reply.content),
        },
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file_name(request)
    path.write_bytes((json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode())
    return path


def read_recording(path: Path) -> Recording:
    """Read one exchange.

    Raises:
        RecordingUnreadable: damaged, or the request is not the one the file is named after.
    """
    try:
        data = json.loads(path.read_bytes())
        messages = [
            {**message, "content": "".join(message["content"])} for message in data["request"]["messages"]
        ]
        body = {**data["request"], "messages": messages}
        reply = Reply.from_json(json.dumps({**data["reply"], "content": "".join(data["reply"]["content"])}))
        recording = Recording(data["record"], data["version"], data["mode"], body, reply)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise RecordingUnreadable(str(path), f"damaged ({type(error).__name__}: {error})") from error
    if request_key(body, recording.mode)[:KEY_DIGITS] != path.stem.rpartition("-")[2]:
        raise RecordingUnreadable(str(path), "its request was changed after recording")
    return recording


def find_recordings(folder: Path) -> dict[str, Path]:
    """All recordings in the ``replies`` folders in and below a folder, by the start of their key.

    Further samples are left out: they answer the same requests otherwise.
    """
    folders = [folder] if folder.name == "replies" else sorted(folder.rglob("replies"))
    folders = [each for each in folders if SAMPLES not in each.relative_to(folder).parts]
    return {path.stem.rpartition("-")[2]: path for each in folders for path in sorted(each.glob("*.json"))}


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
