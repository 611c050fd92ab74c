"""One cluster for all tests of this folder."""

from collections.abc import Generator

import pytest
from doubles.cluster import LocalCluster, local_cluster


@pytest.fixture(scope="session")
def cluster() -> Generator[LocalCluster]:
    with local_cluster() as running:
        yield running
