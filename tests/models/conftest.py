"""A Redis for the tests of the reply cache."""

import os
from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from doubles.redis_server import EXECUTABLE, RedisServer, serve_redis

IS_CI = "CI" in os.environ  # read before the tests' own environment hides it


@pytest.fixture(scope="session")
def short_folder() -> Generator[Path]:
    """A folder whose sockets have names that are short enough."""
    with TemporaryDirectory(prefix="redis-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def executable() -> str:
    """redis-server from the system's packages; without it tests are skipped, but never in CI."""
    if EXECUTABLE is None:
        assert not IS_CI, "tests/servers.sh did not install redis-server"
        pytest.skip("no redis-server: tests/servers.sh installs it")
    return EXECUTABLE


@pytest.fixture(scope="session")
def running_redis(executable: str, short_folder: Path) -> Generator[RedisServer]:
    """One server for every test."""
    del executable
    with serve_redis(short_folder) as server:
        yield server


@pytest.fixture
def redis(running_redis: RedisServer) -> RedisServer:
    """The server, empty."""
    assert running_redis.call("FLUSHALL") == b"+OK\r\n"
    return running_redis
