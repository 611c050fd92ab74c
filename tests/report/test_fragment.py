"""A result in a notebook: the report's look, nothing that runs, nothing that touches the page around it."""

import re
from pathlib import Path

from doubles.hostile import ATTACKS, RESULTS, TEXT
from doubles.port import run
from playwright.sync_api import Browser

from extractor.report.fragment import result_html


def test_a_notebook_shows_claims_with_their_chains() -> None:
    html = run()._repr_html_()  # pyright: ignore[reportPrivateUsage]  # the name that notebooks call
    assert html.lstrip().startswith('<div class="extractor-result')
    assert "Le port rouvre lundi." in html
    assert "Anne Roux" in html


def test_it_runs_nothing_and_asks_for_nothing() -> None:
    for result, text in RESULTS:
        html = result_html(result, text)
        assert "<script" not in html
        assert "<img" not in html
        assert not re.search(r"<[^>]+\s(on\w+|style|src)=", html)


def test_the_text_is_shown_where_it_is_given() -> None:
    (result, _), *_ = RESULTS
    assert 'class="text"' not in result_html(result)
    assert 'data-evidence="c1.1 c2.1"' in result_html(result, TEXT)


def test_several_results_of_one_notebook_have_no_id_twice() -> None:
    for result, text in RESULTS:
        assert not re.search(
            r"<[^>]*\s(id|for|aria-labelledby|aria-describedby|tabindex)=", result_html(result, text)
        )


def test_its_rules_touch_nothing_around_it(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page(color_scheme="light")
    (result, _), *_ = RESULTS
    html = f"<!DOCTYPE html><meta charset=utf-8><h1>Mine</h1><body>{result_html(result, TEXT)}</body>"
    (tmp_path / "notebook.html").write_text(html, encoding="utf-8")
    page.goto(f"file://{tmp_path / 'notebook.html'}")
    font = "each => getComputedStyle(each).fontSize"
    assert page.eval_on_selector("h1", font) == "32px"  # the browser's own, not the report's
    underline = "each => getComputedStyle(each).textDecorationLine"
    assert page.eval_on_selector(".run.evidence", underline) == "underline"
    tint = "each => getComputedStyle(each).backgroundColor"
    assert page.eval_on_selector(".segment.comment", tint) == "rgb(223, 238, 251)"
    assert ATTACKS[0] in page.inner_text(".extractor-result")
    page.close()
