"""The Batch endpoints on loopback: files, batches and what comes of them, for the real SDK."""

import json
import re
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from doubles.loopback import Answer, Body, failure

_BOUNDARY = re.compile(r'boundary="?([^";]+)')
_EXPIRED = {"code": "batch_expired", "message": "This request could not be executed in time."}


@dataclass(frozen=True)
class Fate:
    """What becomes of a batch.

    Args:
        status: the provider's word for its end.
        answered: how many of its requests are answered by then, None for all; the others have expired.
        reason: why it failed before it began.
        looks: how often it is looked at while it runs.
    """

    status: str = "completed"
    answered: int | None = None
    reason: str | None = None
    looks: int = 1


@dataclass
class BatchServer:
    """A running server: where it is, what it was asked, and the lines of each batch by its id."""

    answer: Callable[[Body], Answer]
    fates: list[Fate]
    trouble: Callable[[str], Answer | None]
    url: str = ""
    log: list[str] = field(default_factory=list[str])
    online: list[Body] = field(default_factory=list[Body])
    sent: dict[str, list[Body]] = field(default_factory=dict[str, list[Body]])
    _files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    _fates: dict[str, Fate] = field(default_factory=dict[str, Fate])
    _metadata: dict[str, Body | None] = field(default_factory=dict[str, "Body | None"])
    _looks: dict[str, int] = field(default_factory=dict[str, int])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def handle(self, method: str, path: str, kind: str, data: bytes) -> Answer:
        """Answer a request."""
        with self._lock:
            self.log.append(f"{method} {path}")
            trouble = self.trouble(f"{method} {path}")
            return trouble or self._answer(method, path.removeprefix("/v1/"), kind, data)

    def _answer(self, method: str, path: str, kind: str, data: bytes) -> Answer:  # noqa: PLR0911 - one a path
        match method, path.split("/"):
            case "POST", ["chat", "completions"]:
                self.online.append(json.loads(data))
                return self.answer(self.online[-1])
            case "POST", ["files"]:
                return self._take(_uploaded(kind, data))
            case "POST", ["batches"]:
                return self._begin(json.loads(data))
            case "GET", [listed] if listed.startswith("batches?"):
                data_ = [self._shown(id_) for id_ in self.sent]
                return Answer({"object": "list", "data": data_, "has_more": False})
            case "GET", ["batches", id_] if id_ in self.sent:
                return Answer(self._told(id_))
            case "GET", ["files", id_, "content"] if id_ in self._files:
                return Answer(self._files[id_], headers={"content-type": "application/octet-stream"})
            case _:
                return failure(404, f"No such {path}")

    def _take(self, data: bytes) -> Answer:
        id_ = f"file-{len(self._files) + 1}"
        self._files[id_] = data
        told = {"object": "file", "bytes": len(data), "created_at": 0, "filename": "x", "purpose": "batch"}
        return Answer({"id": id_, "status": "processed", **told})

    def _begin(self, told: Body) -> Answer:
        assert told["endpoint"] == "/v1/chat/completions"
        assert told["completion_window"] == "24h"
        id_ = f"batch-{len(self.sent) + 1}"
        lines = self._files[told["input_file_id"]].decode().split("\n")
        self.sent[id_] = [json.loads(line) for line in lines if line]
        self._fates[id_] = self.fates.pop(0) if len(self.fates) > 1 else self.fates[0]
        self._looks[id_] = 0
        self._metadata[id_] = told.get("metadata")
        return Answer(self._told(id_))

    def _shown(self, id_: str) -> Body:
        """What a list says of a batch."""
        told = {"endpoint": "/v1/chat/completions", "completion_window": "24h", "created_at": 0}
        state = {"input_file_id": "file", "status": "in_progress", "metadata": self._metadata[id_]}
        return {"id": id_, "object": "batch", **told, **state}

    def _told(self, id_: str) -> Body:
        fate, lines = self._fates[id_], self.sent[id_]
        self._looks[id_] += 1
        told: Body = {
            "id": id_, "object": "batch", "endpoint": "/v1/chat/completions", "completion_window": "24h",
            "created_at": 0, "input_file_id": "file", "status": "in_progress",
            "request_counts": {"total": len(lines), "completed": 0, "failed": 0},
        }  # fmt: skip
        if self._looks[id_] <= fate.looks + 1:
            return told
        told["status"] = fate.status
        if fate.reason:
            told["errors"] = {"object": "list", "data": [{"code": "bad", "message": fate.reason}]}
            return told
        good, bad = self._answered(fate, lines)
        told["request_counts"] |= {"completed": len(good), "failed": len(bad)}
        for name, answers in (("output_file_id", good), ("error_file_id", bad)):
            if answers:
                told[name] = f"file-{id_}-{name}"
                text = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in answers)
                self._files[told[name]] = text.encode()
        return told

    def _answered(self, fate: Fate, lines: list[Body]) -> tuple[list[Body], list[Body]]:
        """Lines of the output file, and of the error file; answers come in no order."""
        answered = len(lines) if fate.answered is None else fate.answered
        good: list[Body] = []
        bad: list[Body] = []
        for number, line in enumerate(lines):
            told: Body = {"id": f"r{number}", "custom_id": line["custom_id"], "response": None, "error": None}
            if number >= answered:
                bad.append({**told, "error": _EXPIRED})
                continue
            answer = self.answer(line["body"])
            told["response"] = {"status_code": answer.status, "request_id": "r", "body": answer.body}
            (good if answer.status == 200 else bad).append(told)
        return good[::-1], bad


def _uploaded(kind: str, data: bytes) -> bytes:
    """The file of a form; it comes with its purpose."""
    found = _BOUNDARY.search(kind)
    assert found
    parts: dict[str, bytes] = {}
    for part in data.split(b"--" + found[1].encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = re.search(rb'[; ]name="([^"]+)"', head)
        assert name
        parts[name[1].decode()] = content.removesuffix(b"\r\n")
    assert parts["purpose"] == b"batch"
    return parts["file"]


@contextmanager
def serve_batches(
    answer: Callable[[Body], Answer],
    *fates: Fate,
    trouble: Callable[[str], Answer | None] = lambda _: None,
) -> Generator[BatchServer]:
    """Serve batches, and chat completions for what is left, on a free port of 127.0.0.1.

    Args:
        answer: to a request, whichever way it comes.
        fates: of the batches in turn, the last for ever; by default all goes well.
        trouble: what is answered instead, such as to ``POST /v1/files``.
    """
    batches = BatchServer(answer, list(fates) or [Fate()], trouble)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self._answer("POST", self._body())

        def do_GET(self) -> None:
            self._answer("GET", b"")

        def _body(self) -> bytes:
            if "content-length" in self.headers:
                return self.rfile.read(int(self.headers["content-length"]))
            chunks: list[bytes] = []
            while size := int(self.rfile.readline(), 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)

        def _answer(self, method: str, data: bytes) -> None:
            given = batches.handle(method, self.path, self.headers.get("content-type") or "", data)
            body = given.body if isinstance(given.body, bytes) else json.dumps(given.body).encode()
            self.send_response(given.status)
            for name, value in {"content-type": "application/json", **given.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its signature
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    batches.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield batches
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
