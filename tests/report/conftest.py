"""A report made of hostile results, and a browser to open it in."""

from collections.abc import Generator
from pathlib import Path

import pytest
from doubles.browsers import axe, browser
from doubles.hostile import RESULTS
from playwright.sync_api import Browser, Page

from extractor.report.site import write_report

__all__ = ["axe", "browser"]


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
