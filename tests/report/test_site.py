"""The files of a report: which there are, what links to what, what is written over."""

import json
import re
from pathlib import Path

import pytest
from doubles.hostile import ATTACKS, RESULTS

from extractor.errors import CannotWrite
from extractor.report.graph import draw
from extractor.report.site import write_report
from extractor.report.sources import DIRECTLY, Sources


def rows(path: Path) -> list[dict[str, object]]:
    found = re.search(
        r'<script type="application/json" id="rows">(.*?)</script>', path.read_text(encoding="utf-8")
    )
    assert found
    data = json.loads(found[1])
    return [dict(zip(data["columns"], row, strict=True)) for row in data["rows"]]


def test_there_is_an_index_a_page_of_sources_and_a_page_an_article(tmp_path: Path) -> None:
    index = write_report(RESULTS, tmp_path / "new" / "report")
    assert index == tmp_path / "new" / "report" / "index.html"
    assert sorted(path.name for path in index.parent.iterdir()) == [
        "articles", "index.html", "pages.txt", "report.css", "report.js", "sources.html"
    ]  # fmt: skip
    assert len(list((index.parent / "articles").iterdir())) == len(RESULTS)


def test_the_index_has_a_row_an_article_in_the_order_of_the_run(site: Path) -> None:
    found = rows(site / "index.html")
    assert [each["id"] for each in found] == [result.article.id for result, _ in RESULTS]
    assert [each["status"] for each in found] == ["complete", "complete", "partial", "failed"]
    assert (found[0]["claims"], found[0]["denied"], found[0]["attributed"]) == (2, 1, 2)
    assert found[0]["labels"] == ["body", "comment"]


def test_links_lead_to_files_that_are_there(site: Path) -> None:
    for name in (
        "index.html",
        "sources.html",
        *(f"articles/{path.name}" for path in (site / "articles").iterdir()),
    ):
        html = (site / name).read_text(encoding="utf-8")
        for link in re.findall(r'(?:href|src)="([^"#]+)"', html):
            for escape, plain in (("%3F", "?"), ("%23", "#"), ("%25", "%")):
                link = link.replace(escape, plain)  # noqa: PLW2901 - what the browser asks for
            assert ((site / name).parent / link).is_file(), link


def test_what_was_rejected_is_shown_word_for_word_or_as_json(site: Path) -> None:
    html = (site / "articles" / "plain.txt.html").read_text(encoding="utf-8")
    assert "[&#34;&lt;script&gt;alert(1)&lt;/script&gt;&#34;, " in html


def test_nothing_of_an_article_is_markup(site: Path) -> None:
    for path in site.rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        assert html.count("<script") == (1 if path.parent.name == "articles" else 2)
        assert "<img" not in html
        assert not re.search(r"<[^>]+\son\w+=", html)
        assert not re.search(r"<[^>]+\sstyle=", html)
        assert 'href="javascript:' not in html
        assert "default-src 'none'" in html


def test_sources_are_counted_over_articles_with_who_passed_them_on(site: Path) -> None:
    found = {each["name"]: each for each in rows(site / "sources.html")}
    assert set(found) == {"l’Écho", ATTACKS[2], "Le maire"}
    assert (found["Le maire"]["denies"], found["Le maire"]["affirms"], found["Le maire"]["articles"]) == (
        3,
        0,
        3,
    )
    assert (found["l’Écho"]["carries"], found[ATTACKS[2]]["through"]) == (3, ["l’Écho"])


def test_a_graph_has_the_largest_flows_and_none_is_none() -> None:
    assert draw({}) is None
    graph = draw({(DIRECTLY, f"s{number}"): number for number in range(1, 100)})
    assert graph is not None
    assert (len(graph.edges), graph.left_out) == (30, 69)
    assert graph.edges[0].told == f"99 of s99 through {DIRECTLY}"
    assert all(node.top >= 0 and node.top + node.height <= graph.height for node in graph.nodes)


def test_a_long_name_is_cut_in_the_graph_only() -> None:
    graph = draw({("x" * 100, "y" * 100): 1})
    assert graph is not None
    assert [len(node.name.strip("\u2068\u2069")) for node in graph.nodes] == [42, 42]
    assert graph.edges[0].told.count("y") == 100


def test_the_outlet_s_own_voice_is_nobody_s() -> None:
    sources = Sources()
    sources.add(RESULTS[0][0], "x.html")
    assert len(list(sources)) == 3
    assert sources.flows == {(DIRECTLY, "l’Écho"): 1, ("l’Écho", ATTACKS[2]): 1, (DIRECTLY, "Le maire"): 1}


def test_a_name_turns_nothing_round_in_the_graph() -> None:
    graph = draw({(DIRECTLY, "\u202eeht"): 1})
    assert graph is not None
    assert [node.name for node in graph.nodes] == [f"\u2068{DIRECTLY}\u2069", "\u2068eht\u2069"]


def test_a_report_can_be_written_again(tmp_path: Path) -> None:
    write_report(RESULTS[:1], tmp_path)
    first = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    write_report(RESULTS[:1], tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == first


def test_pages_of_articles_that_are_gone_go_and_nothing_else(tmp_path: Path) -> None:
    write_report(RESULTS, tmp_path)
    (tmp_path / "articles" / "mine.html").write_text("mine", encoding="utf-8")
    write_report(RESULTS[:1], tmp_path)
    assert sorted(path.name for path in (tmp_path / "articles").iterdir()) == ["mine.html", "plain.txt.html"]


def test_a_list_of_pages_takes_nothing_away_outside_the_articles(tmp_path: Path) -> None:
    write_report(RESULTS[:1], tmp_path / "report")
    (tmp_path / "kept").write_text("", encoding="utf-8")
    (tmp_path / "report" / "pages.txt").write_text("../../kept\n../index.html\n", encoding="utf-8")
    write_report(RESULTS[:1], tmp_path / "report")
    assert (tmp_path / "kept").is_file()
    assert (tmp_path / "report" / "index.html").is_file()


def test_what_is_cut_short_in_the_table_of_sources_is_counted(site: Path) -> None:
    found = {each["name"]: each for each in rows(site / "sources.html")}
    assert (found[ATTACKS[2]]["carriers"], found["Le maire"]["carriers"]) == (1, 0)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(CannotWrite, match="file"):
        write_report(RESULTS, tmp_path / "file")


def test_no_results_are_an_index_without_rows(tmp_path: Path) -> None:
    assert rows(write_report((), tmp_path)) == []
