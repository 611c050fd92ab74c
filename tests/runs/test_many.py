"""Ten thousand articles, and folders that change or lead in circles."""

from pathlib import Path
from typing import Any

import pytest
from doubles.notices import write_articles
from doubles.running import results, run

from extractor import Article, Extraction
from extractor.runs.progress import Progress
from extractor.schemas.extraction.v1 import ArticleInfo, Segment


async def at_once(article: Article, *_: object) -> Extraction:
    """An extraction that finds nothing: the whole text is a body without claims."""
    characters = len(article.text)
    info = ArticleInfo(
        id=article.id,
        title=None,
        url=None,
        published=None,
        language=None,
        sha256=article.sha256,
        characters=characters,
    )
    segments = (Segment(label="body", start=0, end=characters),)
    return Extraction(article=info, status="complete", segments=segments)


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractor.library.attempt_article", at_once)


def run_offline(folder: Path, out: Path, **options: Any) -> Any:
    return run(folder, out, "http://127.0.0.1:9/v1", cache=False, **options)


def ids(out: Path) -> list[str]:
    return [each.article.id for each in results(out)]


def test_ten_thousand_files_in_one_folder_are_all_written_in_order(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 10_000)
    told: list[int] = []

    def watch(progress: Progress, _: Extraction | None) -> None:
        told.append(progress.done)

    summary = run_offline(tmp_path / "in", tmp_path / "out", watch=watch)
    assert summary.statuses == {"complete": 10_000, "partial": 0, "failed": 0}
    assert ids(tmp_path / "out") == [f"{number:06}.txt" for number in range(1, 10_001)]
    assert told == list(range(10_001))


def test_links_that_lead_in_circles_stop_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write_articles(folder, 2)
    write_articles(folder / "below", 1)
    (folder / "below" / "up").symlink_to(folder)
    (folder / "below" / "here").symlink_to(".")
    (folder / "000005.txt").symlink_to(folder / "below")
    assert run_offline(folder, tmp_path / "out").is_complete
    assert ids(tmp_path / "out") == ["000001.txt", "000002.txt", "below/000001.txt"]


def test_a_file_that_is_gone_when_its_turn_comes_is_named_and_the_others_are_fine(tmp_path: Path) -> None:
    paths = write_articles(tmp_path / "in", 300)
    gone = [paths[-1], paths[-3]]

    def meanwhile(_: object, result: Extraction | None) -> None:
        """What another program does after the first result."""
        if result and result.article.id == paths[0].name:
            for path in gone:
                path.unlink()

    summary = run_offline(tmp_path / "in", tmp_path / "out", watch=meanwhile, concurrency=1)
    assert ids(tmp_path / "out") == [path.name for path in paths]
    assert sorted(id_ for id_, _ in summary.causes["UnreadableArticle"].examples) == [
        "000298.txt",
        "000300.txt",
    ]
    assert summary.statuses == {"complete": 298, "partial": 0, "failed": 2}


def test_a_file_that_comes_when_the_run_is_under_way_is_had_the_next_time(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 50)

    def meanwhile(_: object, result: Extraction | None) -> None:
        if result and result.article.id == "000010.txt":
            write_articles(tmp_path / "in", 51)

    run_offline(tmp_path / "in", tmp_path / "out", watch=meanwhile)
    assert len(ids(tmp_path / "out")) == 50
    run_offline(tmp_path / "in", tmp_path / "out")
    assert "000051.txt" in ids(tmp_path / "out")[50:]
