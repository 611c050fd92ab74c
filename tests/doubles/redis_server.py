"""A real redis-server on loopback that keeps nothing on disk."""

import contextlib
import shutil
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

EXECUTABLE = shutil.which("redis-server")
PASSWORD = "hunter2-is-secret"  # noqa: S105 - of servers that live for one test
PATIENCE = 20
"""Seconds after which a server that does not answer has failed."""


@dataclass
class RedisServer:
    """One server, which can be stopped and started again at the same place; it forgets everything then.

    Args:
        folder: where its socket is.
        password: what it asks for, None for nothing.
    """

    folder: Path
    password: str | None = None
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Its address, with the password."""
        return f"redis://{f':{self.password}@' if self.password else ''}127.0.0.1:{self.port}/0"

    @property
    def unix_url(self) -> str:
        """The address of its socket."""
        return f"unix://{self.folder / 'socket'}?db=0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.port = self.port or _free_port()
        assert EXECUTABLE, "tests/servers.sh did not install redis-server"
        options = {
            "bind": "127.0.0.1", "port": self.port, "unixsocket": self.folder / "socket", "save": "",
            "appendonly": "no", "dir": self.folder,
        }  # fmt: skip
        line = [EXECUTABLE]
        for name, value in options.items():
            line += [f"--{name}", str(value)]
        if self.password:
            line += ["--requirepass", self.password]
        self.process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        begin = monotonic()
        while not self.call("PING").startswith((b"+PONG", b"-NOAUTH")):
            assert self.process.poll() is None, "redis-server ended"
            assert monotonic() < begin + PATIENCE, "redis-server does not answer"
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.01)

    def stop(self) -> None:
        """End it at once."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def call(self, *words: object) -> bytes:
        """The raw answer to a command; nothing while there is no server."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as link:
                lines = [*([("AUTH", self.password)] if self.password else []), words]
                answer = b""
                for line in lines:
                    link.sendall(_encoded(line))
                    answer = link.recv(2**16)
                return answer
        except OSError:
            return b""

    def keys(self, pattern: str) -> list[str]:
        """The keys like a pattern."""
        return [line.decode() for line in self.call("KEYS", pattern).split(b"\r\n")[2::2]]

    def number(self, *words: object) -> int:
        """The answer to a command whose answer is a number."""
        return int(self.call(*words)[1:])


@contextmanager
def serve_redis(folder: Path, *, password: str | None = None) -> Generator[RedisServer]:
    """Serve until the block ends."""
    server = RedisServer(folder, password)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _encoded(words: tuple[object, ...]) -> bytes:
    parts = [str(word).encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


def _free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return int(any_port.getsockname()[1])
