"""The raw replies of a folder run: a layer that keeps each one, and a model that answers from them.

``OUT/replies.jsonl`` has one reply a line, under the request's key and under what was said to the model. A
replay takes the reply to the same request, or else the one to the same messages that was asked under another
schema or sampling: what was paid for can be judged by today's code.
"""

import json
from array import array
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from extractor.errors import RecordingUnreadable, ReplyNotKept
from extractor.lines import Growing
from extractor.models.call import Model, Reply, Request
from extractor.models.meter import metered
from extractor.prices import Price

REPLIES = "replies.jsonl"
"""The file of raw replies in a run's output folder."""

START = b'{"key": "'
"""How its lines start."""

RUN = "run.json"
"""The file that says what a run was asked with."""

_KEY_BYTES = 8


class Keeping:
    """Appends every reply to a run's file, one line each, before it is used."""

    def __init__(self, inner: Model, replies: Growing) -> None:
        self._inner = inner
        self._replies = replies

    async def __call__(self, request: Request) -> Reply:
        """Answer from the layer below."""
        reply = await self._inner(request)
        line = {
            "key": request.key,
            "said": said(request.body),
            "prompt": request.prompt,
            "paid": not reply.stored,
            "reply": {name: value for name, value in asdict(reply).items() if name != "stored"},
        }
        self._replies.add((json.dumps(line, ensure_ascii=False) + "\n").encode())
        return reply


def paid_before(folder: Path, price: Price | None) -> float:
    """US dollars that a run has paid for the replies it keeps, each counted once; 0 without a price.

    Raises:
        RecordingUnreadable: a line is damaged.
    """
    path = folder / REPLIES
    if price is None or not path.is_file():
        return 0.0
    spent = 0.0
    counted: set[str] = set()
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                data = json.loads(line)
                if data["paid"] and data["key"] not in counted:
                    counted.add(data["key"])
                    reply = Reply.from_json(json.dumps(data["reply"]))
                    spent += metered(reply, price).cost or 0.0
            except (ValueError, LookupError, TypeError, RecursionError) as error:
                raise RecordingUnreadable(str(path), f"line {number} is damaged ({error})") from error
    return spent


def said(body: Mapping[str, Any]) -> str:
    """What was said to which model, without schema and sampling: SHA-256, hexadecimal."""
    words = json.dumps([body["model"], body["messages"]], ensure_ascii=False, sort_keys=True)
    return sha256(words.encode()).hexdigest()


def is_run(folder: Path) -> bool:
    """Whether a folder holds the replies of a folder run, and not golden cases."""
    return (folder / REPLIES).is_file()


class KeptReplies:
    """Answers from a run's replies, and from nothing else.

    Only where each reply stands is held in memory.

    Raises:
        RecordingUnreadable: a line is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / REPLIES
        self._offsets = array("Q")
        self._by_key: dict[bytes, int] = {}
        self._by_words: dict[bytes, int] = {}
        with self._path.open("rb") as lines:
            offset = 0
            for line in lines:
                if line.endswith(b"\n"):
                    self._remember(line, offset)
                offset += len(line)

    def _remember(self, line: bytes, offset: int) -> None:
        number = len(self._offsets)
        try:
            data = json.loads(line)
            key, words = (bytes.fromhex(data[name])[:_KEY_BYTES] for name in ("key", "said"))
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise RecordingUnreadable(str(self._path), f"line {number + 1} is damaged ({error})") from error
        self._offsets.append(offset)
        self._by_key[key] = self._by_words[words] = number

    async def __call__(self, request: Request) -> Reply:
        """Answer from the file."""
        number = self._by_key.get(bytes.fromhex(request.key)[:_KEY_BYTES])
        if number is None:
            number = self._by_words.get(bytes.fromhex(said(request.body))[:_KEY_BYTES])
        if number is None:
            raise ReplyNotKept(request.prompt, str(self._path.parent))
        with self._path.open("rb") as lines:
            lines.seek(self._offsets[number])
            try:
                return Reply.from_json(json.dumps(json.loads(lines.readline())["reply"]))
            except (ValueError, LookupError, TypeError, RecursionError) as error:
                raise RecordingUnreadable(str(self._path), f"line {number + 1} holds no reply") from error


def kept_settings(folder: Path) -> dict[str, Any]:
    """The settings that a run was asked with; none if it does not say.

    Raises:
        RecordingUnreadable: the file that says so is damaged.
    """
    path = folder / RUN
    if not path.is_file():
        return {}
    try:
        settings: dict[str, Any] = json.loads(path.read_bytes())["settings"]
    except (ValueError, LookupError, TypeError) as error:
        raise RecordingUnreadable(str(path), f"damaged ({error})") from error
    return settings
