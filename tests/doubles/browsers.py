"""Chromium and axe-core for tests, from what tests/browser.sh installs."""

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
AXE = ROOT / ".axe/node_modules/axe-core/axe.min.js"
IS_CI = "CI" in os.environ  # read before the tests' own environment hides it


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    """Chromium from the system's packages; without it tests are skipped, but never in CI.

    Of a module, not of the session: while it is open no other test can run an event loop in this thread.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        assert not IS_CI, "tests/browser.sh did not install chromium"
        pytest.skip("no chromium: tests/browser.sh installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core."""
    if not AXE.is_file():
        assert not IS_CI, "tests/browser.sh did not install axe-core"
        pytest.skip("no axe-core: tests/browser.sh installs it")
    return AXE.read_text(encoding="utf-8")
