"""The documents say what the commands print."""

from pathlib import Path

import pytest
from doubles.transcripts import ROOT, checkout, perform, steps


@pytest.mark.parametrize("name", ["golden.md"])
def test_each_command_of_a_document_prints_what_stands_below_it(tmp_path: Path, name: str) -> None:
    folder = checkout(tmp_path / "checkout")
    count = 0
    for step in steps(ROOT / "docs" / name):
        printed = perform(step, folder)
        assert step.fits(printed), f"$ {step.command}\n{printed}"
        count += 1
    assert count > 10
