"""What an export to brat looks like, to be corrected."""

from pathlib import Path

import pytest
from doubles.annotated import PORT, port_reference

from extractor.exports.brat import write_brat


@pytest.fixture
def ann(tmp_path: Path) -> Path:
    """What an export of a short article looks like."""
    write_brat([("port.txt", port_reference(), PORT)], tmp_path)
    return tmp_path / "port.ann"
