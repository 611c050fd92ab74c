"""``extractor export`` and pages as inputs, as a user meets them."""

import json
from collections.abc import Generator
from pathlib import Path

import pytest
from doubles.command import ROOT, run
from doubles.loopback import Answer, Body, Loopback, completion, serve
from doubles.notices import answer, notice, write_articles

from extractor.article import read_article
from extractor.evaluation.reference import load_reference
from extractor.runs.ledger import read_results


def answers(body: Body) -> Answer:
    return completion(answer(body))


@pytest.fixture
def server() -> Generator[Loopback]:
    with serve(answers) as server:
        yield server


@pytest.fixture
def out(server: Loopback, tmp_path: Path) -> Path:
    """The output folder of a run over two articles."""
    write_articles(tmp_path / "in", 2)
    return extracted(server, tmp_path / "in", tmp_path / "out")


def extracted(server: Loopback, articles: Path, out: Path) -> Path:
    ran = run("run", articles, "--out", out, "--base-url", server.url, "--model", "m", "--quiet")
    assert ran.returncode == 0, ran.stderr
    return out


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_tables_are_written_beside_the_run_or_where_one_says(out: Path, form: str, tmp_path: Path) -> None:
    shown = run("export", out, "--format", form)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout == f"10 tables written to {out / form}\n"
    assert (out / form / f"claims.{form}").stat().st_size > 100
    run("export", out, "--format", form, "--to", tmp_path / "there")
    assert (tmp_path / "there" / f"hops.{form}").is_file()


def test_annotations_are_a_file_an_article(out: Path) -> None:
    shown = run("export", out, "--format", "webannotation")
    assert shown.returncode == 0, shown.stderr
    pages = [json.loads(path.read_bytes()) for path in (out / "webannotation").iterdir()]
    assert {page["label"] for page in pages} == {each.article.id for each in read_results(out)}


def test_what_an_earlier_export_left_is_named(out: Path) -> None:
    run("export", out, "--format", "webannotation")
    (out / "webannotation" / "old.jsonld").write_text("{}", encoding="utf-8")
    shown = run("export", out, "--format", "webannotation")
    assert shown.returncode == 1
    assert shown.stderr == f"{out / 'webannotation' / 'old.jsonld'}: not of this export\n"


def test_a_brat_collection_goes_there_and_back(out: Path, tmp_path: Path) -> None:
    shown = run("export", out, "--format", "brat")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert (out / "brat" / "annotation.conf").is_file()
    shown = run("import", out / "brat", "--format", "brat", "--into", tmp_path / "cases")
    assert (shown.returncode, len(shown.stdout.splitlines())) == (0, 2)
    scored = run("eval", tmp_path / "cases", "--out", out)
    assert (scored.returncode, scored.stderr) == (0, "")
    assert scored.stdout.startswith("2 articles")
    for result in read_results(out):
        case = tmp_path / "cases" / result.article.id.removesuffix(".txt")
        reference = load_reference(case / "reference.json", read_article(case / "article.txt").text)
        assert [each.text for each in reference.claims] == [each.text for each in result.claims]


def test_an_article_that_has_changed_is_left_out_and_named(out: Path, tmp_path: Path) -> None:
    (first, second) = sorted((tmp_path / "in").iterdir())
    first.write_text("Something else.", encoding="utf-8")
    second.unlink()
    shown = run("export", out, "--format", "webannotation")
    assert shown.returncode == 1
    reason = "left out: its text is gone or has changed since it was read"
    assert sorted(shown.stderr.splitlines()) == sorted(f"{path.name}: {reason}" for path in (first, second))


def test_an_article_that_could_not_be_read_is_left_out_and_shown_as_that(
    server: Loopback, tmp_path: Path
) -> None:
    write_articles(tmp_path / "in", 1)
    (tmp_path / "in" / "bad.txt").write_bytes(b"caf\xe9")
    live = ("--base-url", server.url, "--model", "m", "--quiet", "--report")
    assert run("run", tmp_path / "in", "--out", tmp_path / "out", *live).returncode == 1
    shown = run("export", tmp_path / "out", "--format", "brat")
    assert (shown.returncode, shown.stderr) == (1, "bad.txt: left out: it could not be read\n")
    html = (tmp_path / "out" / "report" / "articles" / "bad.txt.html").read_text(encoding="utf-8")
    assert "The article could not be read." in html


def test_articles_that_have_moved_are_found_where_one_says(out: Path, tmp_path: Path) -> None:
    (tmp_path / "in").rename(tmp_path / "moved")
    assert run("export", out, "--format", "webannotation").returncode == 2
    shown = run("export", out, tmp_path / "moved", "--format", "webannotation")
    assert (shown.returncode, shown.stderr) == (0, "")


@pytest.mark.parametrize(
    "command", [("export", "--format", "csv"), ("export", "--format", "brat"), ("report",)]
)
def test_a_folder_without_a_run_is_named(command: tuple[str, ...], tmp_path: Path) -> None:
    shown = run(command[0], tmp_path, *command[1:])
    assert shown.returncode == 2
    assert "holds no extractions.jsonl" in shown.stderr


def test_a_replay_says_where_its_articles_are(tmp_path: Path) -> None:
    articles = ROOT / "examples" / "articles"
    ran = run("run", articles, "--out", tmp_path / "out", "--replay", ROOT / "golden", "--quiet")
    assert ran.returncode == 0, ran.stderr
    assert run("export", tmp_path / "out", "--format", "webannotation").returncode == 0
    (tmp_path / "out" / "inputs.json").unlink()
    shown = run("report", tmp_path / "out")
    assert shown.returncode == 2
    assert "does not say where the articles are" in shown.stderr


def test_pages_go_through_a_run_with_what_they_say_of_themselves(server: Loopback, tmp_path: Path) -> None:
    text = notice(1)
    head = '<meta name="author" content="Anne Roux"><meta property="og:site_name" content="L\'Écho">'
    body = f"<article><p>{text}</p></article>"
    page = f"<html lang='fr'><head><title>Avis</title>{head}</head><body>{body}</body></html>"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "avis.html").write_text(page, encoding="utf-8")
    (tmp_path / "in" / "rows.jsonl").write_text("", encoding="utf-8")
    table = tmp_path / "pages.jsonl"
    rows = [{"id": "row", "html": page, "author": "B. Noir"}, {"id": "none", "html": "<p>x</p>"}]
    table.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    extracted(server, tmp_path / "in", tmp_path / "out")
    (found,) = read_results(tmp_path / "out")
    assert (found.article.author, found.article.site, found.article.language) == ("Anne Roux", "L'Écho", "fr")
    ran = run("run", table, "--out", tmp_path / "out2", "--base-url", server.url, "--model", "m", "--quiet")
    assert ran.returncode == 1
    by_id = {each.article.id: each for each in read_results(tmp_path / "out2")}
    assert (by_id["row"].article.author, by_id["row"].article.site) == ("B. Noir", "L'Écho")
    assert by_id["none"].problems[0].error == "NoArticle"
    shown = run("export", tmp_path / "out", "--format", "webannotation")
    assert shown.returncode == 0, shown.stderr


def test_a_report_is_written_beside_the_run(out: Path) -> None:
    shown = run("report", out)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout == f"open {out / 'report' / 'index.html'}\n"
    assert len(list((out / "report" / "articles").iterdir())) == 2


def test_a_run_can_end_with_its_report(server: Loopback, tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 1)
    live = ("--base-url", server.url, "--model", "m", "--quiet")
    shown = run("run", tmp_path / "in", "--out", tmp_path / "out", *live, "--report")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.splitlines()[-1] == f"open {tmp_path / 'out' / 'report' / 'index.html'}"
    assert (tmp_path / "out" / "report" / "index.html").is_file()


def test_a_report_of_articles_that_changed_says_so_and_shows_the_rest(out: Path, tmp_path: Path) -> None:
    (first, _) = sorted((tmp_path / "in").iterdir())
    first.write_text("Something else.", encoding="utf-8")
    assert run("report", out, "--to", tmp_path / "site").returncode == 0
    html = (tmp_path / "site" / "articles" / f"{first.name}.html").read_text(encoding="utf-8")
    assert "gone or has changed" in html
    assert "Something else" not in html
