"""What a gum.json may say, and what of GUM its documents know."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from evaluation.made import GUM_DOCUMENT, GUM_TEXT, gum_attribution

from extractor.errors import InvalidReference
from extractor.evaluation.gum import GumDocument, load_gum

OUTER, INNER = GUM_DOCUMENT.attributions


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "gum.json"
    path.write_text(GUM_DOCUMENT.model_dump_json(), encoding="utf-8")
    return path


def edit(path: Path, change: Callable[[Any], object], index: int = 1) -> None:
    """Change an attribution of a file."""
    data = json.loads(path.read_bytes())
    change(data["attributions"][index])
    path.write_text(json.dumps(data), encoding="utf-8")


def reason(path: Path, text: str = GUM_TEXT) -> str:
    with pytest.raises(InvalidReference) as caught:
        load_gum(path, text)
    assert caught.value.path == str(path)
    return caught.value.reason


def test_a_document_is_read_as_it_was_written(file: Path) -> None:
    assert load_gum(file, GUM_TEXT) == GUM_DOCUMENT


def test_a_file_of_another_form_is_refused_with_the_place(file: Path) -> None:
    edit(file, lambda each: each.pop("cue"))
    assert reason(file) == "attributions.1.cue: Field required"
    edit(file, lambda each: each.update(cue=None, content=[]))
    assert reason(file).startswith("attributions.1.content: Tuple should have at least 1 item")
    file.write_text("[", encoding="utf-8")
    assert "Invalid JSON" in reason(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert reason(tmp_path / "gum.json") == "No such file or directory"


@pytest.mark.parametrize("place", [[-1, 3], [5, 5], [9, 4], [0, len(GUM_TEXT) + 1]])
@pytest.mark.parametrize("field", ["source", "cue", "content"])
def test_a_range_lies_in_the_article(file: Path, field: str, place: list[int]) -> None:
    edit(file, lambda each: each.update({field: [place] if field == "content" else place}))
    assert reason(file) == f"attribution 1: {place[0]}-{place[1]} is no range of the article"


@pytest.mark.parametrize(("start", "end"), [(1, 8), (0, 7), (0, 9), (3, 8)])
def test_a_range_of_another_text_is_likely_to_break_words(file: Path, start: int, end: int) -> None:
    assert GUM_TEXT[0:8] == "Ann Kohn"
    edit(file, lambda each: each.update(source=[start, end]), index=0)
    assert reason(file) == f"attribution 0: {GUM_TEXT[start:end]!r} is not of whole words"


@pytest.mark.parametrize("outer", [-1, 2])
def test_nested_in_is_another_attribution(file: Path, outer: int) -> None:
    edit(file, lambda each: each.update(nested_in=outer))
    assert reason(file) == f"attribution 1: there is no {outer} that it could be nested in"


def test_nothing_is_nested_in_itself(file: Path) -> None:
    edit(file, lambda each: each.update(nested_in=1))
    assert reason(file) == "attribution 1: it is nested in itself"
    edit(file, lambda each: each.update(nested_in=0))
    edit(file, lambda each: each.update(nested_in=1), index=0)
    assert reason(file) == "attribution 0: it is nested in itself"


def test_an_entity_is_mentioned_wherever_it_is_a_source() -> None:
    same = INNER.model_copy(update={"entity": OUTER.entity})
    document = GumDocument(id="bridge", attributions=(OUTER, same))
    assert document.mentions(same) == (OUTER.source, INNER.source)
    assert GUM_DOCUMENT.mentions(INNER) == (INNER.source,)
    nobody = gum_attribution("AFP", None, "the bridge fell").model_copy(update={"entity": None})
    assert document.mentions(nobody) == (nobody.source,)


def test_the_outer_attribution_is_the_one_it_is_nested_in() -> None:
    assert GUM_DOCUMENT.outer(INNER) == OUTER
    assert GUM_DOCUMENT.outer(OUTER) is None
