"""Report pages in a real browser: toggles, hover, keyboard, search, filters; hostile text runs nothing."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from doubles.hostile import ATTACKS, RESULTS, TEXT
from playwright.sync_api import Browser, Page

from extractor.exports.folders import file_name
from extractor.report.site import write_report


def article(site: Path, number: int = 0) -> str:
    name = f"{file_name(RESULTS[number][0].article.id)}.html"
    return f"file://{quote(str(site / 'articles' / name))}"


def texts(page: Page, selector: str) -> list[str]:
    found: list[str] = page.eval_on_selector_all(selector, "all => all.map(each => each.textContent)")
    return found


def test_the_text_is_the_article_s_to_the_last_code_point(page: Page, site: Path) -> None:
    page.goto(article(site))
    assert page.eval_on_selector("#text", "each => each.textContent") == TEXT


def test_offsets_of_runs_count_code_points_as_python_does(page: Page, site: Path) -> None:
    page.goto(article(site))
    found: list[list[Any]] = page.eval_on_selector_all(
        ".run",
        """all => all.map(each => {
          const range = document.createRange();
          range.setStart(document.getElementById('text'), 0);
          range.setEndBefore(each);
          return [Number(each.dataset.start), Array.from(range.toString()).length, each.textContent];
        })""",
    )
    assert len(found) > 8
    for told, counted, words in found:
        assert told == counted
        assert TEXT[told : told + len(words)] == words


def test_hostile_words_are_text_and_nothing_runs(page: Page, site: Path) -> None:
    for number in range(len(RESULTS)):
        page.goto(article(site, number))
        page.wait_for_load_state()
        shown = page.inner_text("body")
        assert ATTACKS[0] in shown
        assert (
            page.eval_on_selector_all("img, iframe, textarea, a[href^='javascript']", "all => all.length")
            == 0
        )
    for name in ("index.html", "sources.html"):
        page.goto(f"file://{site / name}")
        page.wait_for_selector("tbody tr")


def test_an_override_turns_nothing_round_after_it(page: Page, site: Path) -> None:
    page.goto(article(site))
    after: dict[str, float] = page.evaluate(
        """() => {
          const walker = document.createTreeWalker(document.getElementById('text'), NodeFilter.SHOW_TEXT);
          const left = {};
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const at = node.textContent.indexOf('abc');
            if (at < 0) continue;
            for (const [name, offset] of [['a', at], ['c', at + 2]]) {
              const range = document.createRange();
              range.setStart(node, offset);
              range.setEnd(node, offset + 1);
              left[name] = range.getBoundingClientRect().left;
            }
          }
          return left;
        }"""
    )
    assert after["a"] < after["c"]


def test_a_right_to_left_line_stands_at_the_right_and_the_others_at_the_left(page: Page, site: Path) -> None:
    page.goto(article(site))
    left: list[float] = page.evaluate(
        """words => words.map(wanted => {
          const text = document.getElementById('text');
          const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const at = node.textContent.indexOf(wanted);
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + wanted.length);
            return range.getBoundingClientRect().left - text.getBoundingClientRect().left;
          }
        })""",
        ["قال الوزير", "Le maire", "{{ 7*7"],
    )
    assert left[0] > 100
    assert left[1:] == [0, 0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_prints_dark_on_white_with_its_tints_and_without_controls(
    browser: Browser, site: Path, scheme: Any
) -> None:
    page = browser.new_page(color_scheme=scheme)
    page.goto(article(site))
    page.emulate_media(media="print")
    style = "(each, name) => getComputedStyle(each).getPropertyValue(name)"
    assert page.eval_on_selector("body", style, "background-color") == "rgb(255, 255, 255)"
    assert page.eval_on_selector("body", style, "color") == "rgb(0, 0, 0)"
    assert page.eval_on_selector(".segment.comment", style, "background-color") == "rgb(223, 238, 251)"
    assert not page.is_visible("header")
    page.close()


def test_a_claim_lights_its_evidence_sources_and_cues(page: Page, site: Path) -> None:
    page.goto(article(site))
    assert texts(page, ".run.lit") == []
    page.hover('[id="c1.1"]')
    lit = "".join(texts(page, ".run.lit"))
    assert lit == f"Selon{ATTACKS[2]}le port 👏🏿🔥 rouvre lundirapportel’Écho"
    assert texts(page, ".run.lit-cue") == ["Selon", "rapporte"]
    page.hover("h1")
    assert texts(page, ".run.lit") == []


def test_the_text_lights_its_claims(page: Page, site: Path) -> None:
    page.goto(article(site))
    page.hover(".run.several")
    lit: list[str] = page.eval_on_selector_all(".assertion.lit", "all => all.map(each => each.id)")
    assert lit == ["c1.1", "c2.1"]


def test_a_chain_is_drawn_from_the_outlet_inward(page: Page, site: Path) -> None:
    page.goto(article(site))
    names = texts(page, '[id="c1.1"] .chain .outlet, [id="c1.1"] .chain .name')
    assert names == ["outlet", "l’Écho", ATTACKS[2]]


def test_who_affirms_and_who_denies_stand_side_by_side(page: Page, site: Path) -> None:
    page.goto(article(site))
    left, right = (page.locator(f'[id="{name}"]').bounding_box() for name in ("c1.1", "c1.2"))
    assert left
    assert right
    assert left["x"] + left["width"] <= right["x"]


def test_the_keyboard_reaches_every_claim_and_lights_it(page: Page, site: Path) -> None:
    page.goto(article(site))
    reached: list[str] = []
    while reached[-1:] != ["c2.1"]:
        page.keyboard.press("Tab")
        focused: str = page.evaluate("document.activeElement.id")
        if focused and focused != "text":
            reached.append(focused)
            assert texts(page, ".run.lit") != []
    assert reached == ["c1", "c1.1", "c1.2", "c2", "c2.1"]


def test_arrows_go_through_the_marked_words_and_enter_to_their_assertion_and_back(
    page: Page, site: Path
) -> None:
    page.goto(article(site))
    page.focus("#text")
    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    focused: str = page.evaluate("document.activeElement.dataset.evidence")
    assert focused == "c1.1"
    assert "c1.1" in page.inner_text("#lit-claims")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "c1.1"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.evidence") == "c1.1"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "text"


def test_what_the_keyboard_lit_is_lit_again_when_the_pointer_leaves(page: Page, site: Path) -> None:
    page.goto(article(site))
    page.focus('[id="c1.2"]')
    page.hover('[id="c2.1"]')
    lit = "all => all.map(each => each.id)"
    assert page.eval_on_selector_all(".assertion.lit", lit) == ["c2.1"]
    page.hover("h1")
    assert page.eval_on_selector_all(".assertion.lit", lit) == ["c1.2"]


def test_the_chain_is_drawn_through_the_text_and_only_of_what_is_lit(page: Page, site: Path) -> None:
    page.goto(article(site))
    page.hover('[id="c1.1"]')
    assert page.locator("svg.drawn").count() == 1
    assert (page.locator("svg.drawn circle").count(), page.locator("svg.drawn path").count()) == (2, 2)
    box, text = page.locator("svg.drawn path >> nth=0").bounding_box(), page.locator("#text").bounding_box()
    assert box
    assert text
    assert text["x"] <= box["x"] <= box["x"] + box["width"] <= text["x"] + text["width"] + 1
    color = "each => getComputedStyle(each).color"
    lit = page.eval_on_selector('[id="c1.1"] .hop', color)
    assert page.eval_on_selector('[id="c1.2"] .hop', color) != lit
    page.hover("h1")
    assert page.locator("svg.drawn").count() == 0


IN_VIEW = """wanted => {
  const box = document.querySelector(wanted).getBoundingClientRect();
  return box.top >= 0 && box.top < window.innerHeight;
}"""


def test_what_is_lit_out_of_view_comes_into_view_beside_it(browser: Browser, site: Path) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 240})
    page.goto(article(site))
    page.evaluate("document.querySelector('.source-text').scrollTo(0, 10000)")
    page.hover('[id="c1"] h3')
    page.wait_for_function(IN_VIEW, arg=".run.lit-evidence")
    page.evaluate("window.scrollTo(0, 0)")
    page.hover(".run.several")
    page.wait_for_function(IN_VIEW, arg=".assertion.lit")
    page.close()


def test_in_one_column_the_page_stays_under_the_pointer(browser: Browser, site: Path) -> None:
    page = browser.new_page(viewport={"width": 500, "height": 300})
    page.goto(article(site))
    page.locator('[id="c1.2"]').scroll_into_view_if_needed()
    page.hover('[id="c1.2"]')
    before = page.evaluate("scrollY")
    page.wait_for_timeout(400)  # longer than a pointer rests before anything moves
    assert page.evaluate("scrollY") == before
    assert texts(page, ".run.lit") != []
    page.close()


def test_words_that_name_a_source_and_attribute_at_once_show_both(page: Page, site: Path) -> None:
    page.goto(article(site))
    shown: list[str] = page.evaluate(
        """() => {
          const run = document.querySelector('.run.named');
          run.classList.add('cue');
          const style = getComputedStyle(run);
          return [style.borderBottomStyle, style.borderTopStyle];
        }"""
    )
    assert shown == ["dotted", "dashed"]


def test_the_legend_toggles_a_kind_of_segment(page: Page, site: Path) -> None:
    page.goto(article(site))
    color = "each => getComputedStyle(each).backgroundColor"
    tinted = page.eval_on_selector('.segment[data-label="comment"]', color)
    page.uncheck('input[data-label="comment"]')
    assert page.eval_on_selector('.segment[data-label="comment"]', color) != tinted
    page.check('input[data-label="comment"]')
    assert page.eval_on_selector('.segment[data-label="comment"]', color) == tinted


def test_a_text_that_is_gone_is_said_and_its_claims_stay(page: Page, site: Path) -> None:
    page.goto(article(site, 2))
    assert "gone or has changed" in page.inner_text(".gone")
    assert texts(page, '[id="c1.1"] blockquote') == ["le port 👏🏿🔥 rouvre lundi"]
    page.hover('[id="c1.1"]')


def test_what_was_rejected_and_what_is_missing_is_shown(page: Page, site: Path) -> None:
    page.goto(article(site, 3))
    assert "ModelRefused in segments" in page.inner_text(".problems")
    assert ATTACKS[2] in page.inner_text(".rejected")


def test_the_index_is_searched_filtered_and_sorted(page: Page, site: Path) -> None:
    page.goto(f"file://{site / 'index.html'}")
    assert page.locator("tbody tr").count() == len(RESULTS)
    for field, value, count in (
        ("search", "PASSWD", 1), ("source", "le maire", 3), ("source", "L'echo", 3), ("search", "nothing", 0)
    ):  # fmt: skip
        page.fill(f'[data-filter="{field}"]', value)
        assert page.locator("tbody tr").count() == count
        page.fill(f'[data-filter="{field}"]', "")
    for field, value, count in (("status", "partial", 1), ("label", "comment", 3)):
        page.select_option(f'[data-filter="{field}"]', value)
        assert page.locator("tbody tr").count() == count
        page.select_option(f'[data-filter="{field}"]', "")
    page.click('th[data-column="claims"] button')
    assert page.get_attribute('th[data-column="claims"]', "aria-sort") == "ascending"
    assert texts(page, "tbody tr td:nth-child(5)") == ["0", "2", "2", "2"]
    page.click('th[data-column="claims"] button')
    assert texts(page, "tbody tr td:nth-child(5)") == ["2", "2", "2", "0"]


def test_all_rows_of_a_long_index_are_printed_and_no_button(page: Page, tmp_path: Path) -> None:
    (result, text), *_ = RESULTS
    many = (
        (result.model_copy(update={"article": result.article.model_copy(update={"id": f"{number}"})}), text)
        for number in range(250)
    )
    write_report(many, tmp_path)
    page.goto(f"file://{tmp_path / 'index.html'}")
    assert (page.locator("tbody tr").count(), page.is_visible("#more")) == (200, True)
    page.emulate_media(media="print")
    assert not page.is_visible("#more")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("tbody tr").count() == 250


@pytest.mark.parametrize("number", range(len(RESULTS)))
def test_every_row_of_the_index_leads_to_its_page(page: Page, site: Path, number: int) -> None:
    page.goto(f"file://{site / 'index.html'}")
    page.click(f"tbody tr:nth-child({number + 1}) a")
    assert RESULTS[number][0].article.id in page.inner_text("main")


def test_a_source_leads_to_what_it_says(page: Page, site: Path) -> None:
    page.goto(f"file://{site / 'sources.html'}")
    page.fill('[data-filter="search"]', "maire")
    page.click("tbody tr li a >> nth=0")
    assert page.url.endswith("#c1.2")
    assert "Le maire" in page.inner_text(":target")


def test_a_name_in_the_graph_lights_its_bands_and_finds_its_rows(page: Page, site: Path) -> None:
    page.goto(f"file://{site / 'sources.html'}")
    page.focus('svg.graph .node:has(title:text("Le maire"))')
    assert page.locator(".edge.lit").count() == 1
    page.keyboard.press("Enter")
    assert texts(page, "tbody tr td:first-child") == ["Le maire"]
    page.click("svg.graph .node >> nth=0")
    assert page.locator("tbody tr").count() == 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name",
    ["index.html", "sources.html", *(f"articles/{file_name(each.article.id)}.html" for each, _ in RESULTS)],
)
def test_axe_finds_no_violation(browser: Browser, site: Path, axe: str, name: str, scheme: Any) -> None:
    # the script of axe comes in through the debugger, which the page's policy does not bind
    page = browser.new_page(color_scheme=scheme)
    page.goto(f"file://{quote(str(site / name))}")
    page.evaluate(axe)
    found: Any = page.evaluate("axe.run()")
    page.close()
    told = [
        (each["id"], [(node["html"], node["failureSummary"]) for node in each["nodes"]])
        for each in found["violations"]
    ]
    assert told == []


def test_without_scripts_the_article_is_all_there(browser: Browser, site: Path) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(article(site))
    assert "le port 👏🏿🔥 rouvre lundi" in page.inner_text("main")
    page.close()
