import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


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
