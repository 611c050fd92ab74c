"""The scripts that a reader copies run, offline, and are short enough to be read."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCRIPTS = sorted((ROOT / "examples").glob("*.py"))


def test_each_way_of_calling_the_library_has_its_script() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in SCRIPTS)
    for name in ("extract(", "aextract(", "Extractor(", "extract_folder(", "source_span"):
        assert name in text, name


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_runs_and_has_under_fifteen_lines(script: Path, tmp_path: Path) -> None:
    assert len(script.read_text(encoding="utf-8").splitlines()) < 15
    for name in ("examples", "golden"):
        (tmp_path / name).symlink_to(ROOT / name)
    ran = subprocess.run(
        [sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )
    assert len(ran.stdout.splitlines()) >= 3
    assert ran.stderr == ""
