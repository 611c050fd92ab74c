"""A report made of hostile results, and a browser to open it in."""

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
from doubles.hostile import RESULTS
from playwright.sync_api import Browser, Page, sync_playwright

from extractor.report.site import write_report

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
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a report over articles that try everything."""
    folder = tmp_path_factory.mktemp("report")
    write_report(RESULTS, folder)
    return folder


@pytest.fixture
def page(browser: Browser) -> Generator[Page]:
    """A page that fails the test if anything ran, was refused or went to the network."""
    opened = browser.new_page()
    told: list[str] = []
    opened.on("console", lambda message: told.append(message.text))
    opened.on("pageerror", lambda error: told.append(str(error)))
    opened.on("dialog", lambda dialog: told.append(dialog.message))
    opened.on(
        "request", lambda request: None if request.url.startswith("file:") else told.append(request.url)
    )
    yield opened
    opened.close()
    assert told == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core."""
    if not AXE.is_file():
        assert not IS_CI, "tests/browser.sh did not install axe-core"
        pytest.skip("no axe-core: tests/browser.sh installs it")
    return AXE.read_text(encoding="utf-8")
