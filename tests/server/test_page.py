"""The page for people, in a real browser: articles in, progress, the report; nothing of an article runs."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from doubles.faults import serve_faults
from doubles.notices import notice
from doubles.plain import answer
from doubles.service import Service, add_key, serving
from playwright.sync_api import Browser, Page, expect

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script></textarea>{{7*7}} javascript:alert(3)"
NAME = "<img src=x onerror=alert(4)>.txt"


@pytest.fixture
def service(tmp_path: Path) -> Generator[Service]:
    key = add_key(tmp_path, "desk")
    with (
        serve_faults(answer, plan=lambda _: None) as model,
        serving(tmp_path, "--base-url", model.url, "--model", "m", key=key) as running,
    ):
        yield running


@pytest.fixture
def page(browser: Browser) -> Generator[Page]:
    """A page that fails the test if anything ran or was refused."""
    opened = browser.new_page()
    told: list[str] = []
    opened.on("pageerror", lambda error: told.append(str(error)))
    opened.on("dialog", lambda dialog: told.append(dialog.message))
    opened.on("console", lambda message: told.append(message.text) if "Security" in message.text else None)
    yield opened
    opened.close()
    assert told == []


def enter(page: Page, service: Service) -> None:
    page.goto(service.url)
    page.get_by_label("Key").fill(service.key or "")
    page.get_by_label("Key").press("Enter")
    expect(page.get_by_text("There are none yet.")).to_be_visible()
    expect(page.get_by_label("Key")).to_be_hidden()


def files() -> list[Any]:
    row = '{"id": "row <b>", "text": "' + notice(2) + '"}\n'
    return [
        {"name": NAME, "mimeType": "text/plain", "buffer": f"{notice(1)}\n{HOSTILE}".encode()},
        {"name": "empty.txt", "mimeType": "text/plain", "buffer": b" "},
        {"name": "table.jsonl", "mimeType": "application/x-ndjson", "buffer": row.encode()},
    ]


def test_articles_are_dropped_watched_and_reported(page: Page, service: Service) -> None:
    enter(page, service)
    page.locator("#files").set_input_files(files())
    job = page.locator("#jobs > li").first
    expect(job.locator("strong")).to_have_text("complete", timeout=60_000)
    expect(job).to_contain_text("3 of 3 articles, 1 failed")
    expect(job).to_contain_text("EmptyArticle: nothing to do")
    assert page.locator("#jobs img, #jobs script, #jobs b").count() == 0
    job.get_by_role("link", name="Open the report").click()
    expect(page.locator("body")).to_contain_text(NAME)
    page.get_by_role("link", name=NAME).first.click()
    expect(page.locator("body")).to_contain_text("onerror=alert(1)")


def test_a_wrong_key_is_said(page: Page, service: Service) -> None:
    page.goto(service.url)
    page.get_by_label("Key").fill("nobody's")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("status")).to_have_text("a key is needed")
    assert not page.locator("#work").is_visible()


def test_what_the_service_refuses_is_shown_as_text(page: Page, service: Service) -> None:
    enter(page, service)
    page.locator("#files").set_input_files({"name": "no.jsonl", "mimeType": "x", "buffer": b"\n"})
    expect(page.get_by_role("status")).to_have_text("there are no articles")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_no_violations(page: Page, service: Service, axe: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    enter(page, service)
    page.locator("#files").set_input_files(files())
    expect(page.locator("#jobs strong").first).to_have_text("complete", timeout=60_000)
    found: Any = page.evaluate(f"() => {{ {axe}; return axe.run() }}")
    assert [(each["id"], each["help"]) for each in found["violations"]] == []


def test_html_in_every_field_is_text_in_the_report(page: Page, service: Service) -> None:
    row = {
        name: f"{HOSTILE} {name}"
        for name in ("id", "text", "title", "published", "language", "author", "site")
    }
    row["url"] = "javascript:alert(5)"
    enter(page, service)
    table = {"name": "t.jsonl", "mimeType": "x", "buffer": json.dumps(row).encode()}
    page.locator("#files").set_input_files(table)  # type: ignore[arg-type]  # a payload
    job = page.locator("#jobs > li").first
    expect(job.locator("strong")).to_have_text("complete", timeout=60_000)
    job.get_by_role("link", name="Open the report").click()
    page.locator("main a").first.click()
    expect(page.locator("body")).to_contain_text("onerror=alert(1)")
    assert page.locator("img[src=x], a[href^=javascript]").count() == 0
