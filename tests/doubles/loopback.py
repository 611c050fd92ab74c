"""An OpenAI-compatible server on loopback: real HTTP for the real SDK."""

import json
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What the server sends back; ``body`` as JSON unless it is bytes."""

    body: Body | bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass
class Loopback:
    """A running server: where it is and what it was asked."""

    url: str
    bodies: list[Body] = field(default_factory=list[Body])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])


def completion(content: str | None, *, finish_reason: str = "stop", refusal: str | None = None) -> Answer:
    """A chat completion with one choice."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return Answer(_completion(message, finish_reason))


def tool_call(name: str, arguments: str) -> Answer:
    """A chat completion that answers by calling a tool."""
    call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
    return Answer(_completion({"role": "assistant", "content": None, "tool_calls": [call]}, "tool_calls"))


def failure(status: int, message: str, code: str | None = None, **headers: str) -> Answer:
    """An error as OpenAI words it."""
    body = {"error": {"message": message, "type": "error", "param": None, "code": code}}
    return Answer(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


@contextmanager
def serve(answer: Callable[[Body], Answer]) -> Generator[Loopback]:
    """Serve chat completions on a free port of 127.0.0.1 until the block ends."""
    loopback = Loopback("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            loopback.bodies.append(body)
            loopback.headers.append({name.lower(): value for name, value in self.headers.items()})
            given = answer(body)
            data = given.body if isinstance(given.body, bytes) else json.dumps(given.body).encode()
            self.send_response(given.status)
            for name, value in {"content-type": "application/json", **given.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its signature
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    loopback.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield loopback
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is what some tests are about."""


def in_turn(*answers: Answer) -> Callable[[Body], Answer]:
    """Answer with each in turn, then with the last for ever."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def _completion(message: Body, finish_reason: str) -> Body:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": "served",
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }
