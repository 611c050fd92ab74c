"""Properties of reading: what was written comes back, and articles come in the order of whole paths."""

import csv
import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from extractor import Article
from extractor.runs.inputs import COLUMNS, as_inputs, find_articles

WRITTEN = tuple(name for name in COLUMNS if name != "html")
"""What a row says of an article that is text and no page."""

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
lines = st.lists(
    st.sampled_from(
        ["Un", '"', '""', ",", "\t", "\n", "\r", "\r\n", " ", "'", "\\", "\u2028", "\x85", "é", "👏🏿"]
    ),
    max_size=8,
).map("".join)
facts = st.one_of(st.none(), words)
articles = st.builds(
    Article,
    st.one_of(words, lines).filter(str.strip),
    id=words,
    title=facts,
    url=facts,
    published=facts,
    language=facts,
)
name = st.text("ab0.-_ é/", min_size=1, max_size=6)


def rows(written: Sequence[Article]) -> list[dict[str, str | None]]:
    return [{name: getattr(article, name) for name in WRITTEN} for article in written]


def read(path: Path) -> list[Article]:
    return [entry.read() for entry in as_inputs(path)]


def test_a_row_can_say_all_there_is_to_an_article() -> None:
    assert set(COLUMNS) == {"html", *(field.name for field in fields(Article))}


@settings(deadline=None)
@given(st.lists(articles, max_size=4))
def test_articles_come_back_from_lines_of_json_as_they_were(written: list[Article]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.jsonl")
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows(written))
        assert read(path) == written


@settings(deadline=None)
@given(
    st.lists(articles, max_size=4), st.sampled_from([(".csv", ","), (".tsv", "\t")]), st.sampled_from("\n\r")
)
def test_articles_come_back_from_a_table_as_they_were(
    written: list[Article], kind: tuple[str, str], end: str
) -> None:
    suffix, sign = kind
    with TemporaryDirectory() as folder:
        path = Path(folder, "a").with_suffix(suffix)
        with path.open("w", encoding="utf-8", newline="") as file:
            table: csv.DictWriter[str] = csv.DictWriter(
                file, WRITTEN, delimiter=sign, lineterminator=end, quoting=csv.QUOTE_ALL
            )
            table.writeheader()
            table.writerows(rows(written))
        assert read(path) == written


@settings(deadline=None)
@given(st.sets(name.map(lambda each: f"{each}.txt"), max_size=12))
def test_articles_come_in_the_order_of_their_whole_paths(names: set[str]) -> None:
    below = {each for each in names if all(part.strip(".") and part[0] != "." for part in each.split("/"))}
    with TemporaryDirectory() as folder:
        for each in below:
            path = Path(folder, each)
            assume(not any(parent.is_file() for parent in path.parents))
            assume(not path.is_dir())
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x")
        found = [path.relative_to(folder).as_posix() for path in find_articles(Path(folder))]
    assert found == sorted(below)
