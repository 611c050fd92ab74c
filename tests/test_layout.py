"""A clone without support for symbolic links, or a wheel without the files behind them, is caught here."""

from importlib import resources
from pathlib import Path

import pytest

import extractor

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", ["prompts", "schemas"])
def test_the_package_holds_the_folder(name: str) -> None:
    assert resources.files("extractor").joinpath(name).is_dir(), (
        f"extractor/{name} is no folder: a clone without symlinks?"
    )


@pytest.mark.parametrize("name", ["prompts", "schemas"])
def test_in_a_checkout_the_folder_is_a_link_to_the_top_level(name: str) -> None:
    package = Path(extractor.__file__).parent
    if package.parent == ROOT:
        assert (package / name).is_symlink()
    assert {path.name for path in (package / name).iterdir()} >= {
        path.name for path in (ROOT / name).iterdir()
    } - {"__pycache__"}


def test_the_package_is_typed() -> None:
    assert resources.files("extractor").joinpath("py.typed").is_file()
