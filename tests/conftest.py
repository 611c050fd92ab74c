import os
from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from doubles.redis_server import EXECUTABLE, PASSWORD, RedisServer, serve_redis

ROOT = Path(__file__).parent.parent
IS_CI = "CI" in os.environ  # read before the tests' own environment hides it


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the developer's key, endpoint or cache, nor whether this is a build."""
    for name in os.environ:
        if name == "CI" or name.startswith(("OPENAI_", "EXTRACTOR_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("EXTRACTOR_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def golden() -> Path:
    return ROOT / "golden"


@pytest.fixture(scope="session")
def has_redis() -> None:
    """redis-server is one of the system's packages; without it tests are skipped, but never in CI."""
    if EXECUTABLE is None:
        assert not IS_CI, "tests/servers.sh did not install redis-server"
        pytest.skip("no redis-server: tests/servers.sh installs it")


@pytest.fixture(scope="session")
def running_redis(has_redis: None) -> Generator[RedisServer]:
    """One server for every test; its socket's name has to be short."""
    del has_redis
    with TemporaryDirectory(prefix="redis-") as folder, serve_redis(Path(folder)) as server:
        yield server


@pytest.fixture
def redis(running_redis: RedisServer) -> RedisServer:
    """The server, empty."""
    assert running_redis.call("FLUSHALL") == b"+OK\r\n"
    return running_redis


@pytest.fixture
def own_redis(has_redis: None) -> Generator[RedisServer]:
    """A server with a password, which the test may stop."""
    del has_redis
    with (
        TemporaryDirectory(prefix="redis-") as folder,
        serve_redis(Path(folder), password=PASSWORD) as server,
    ):
        yield server
