import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from extractor.schemas.extraction.v1 import ArticleInfo, Extraction, Hop, Segment, Source, Span

INFO = ArticleInfo(id="a", title=None, url=None, published=None, language=None, sha256="0", characters=10)


def extraction(*borders: int, **facts: Any) -> Extraction:
    segments = [Segment(label="body", start=start, end=end) for start, end in pairwise(borders)]
    return Extraction(article=INFO, status="complete", segments=tuple(segments), **facts)


def test_segments_tile_the_text() -> None:
    assert len(extraction(0, 4, 10).segments) == 2


@pytest.mark.parametrize("borders", [(1, 10), (0, 9), (0, 11), (0, 4, 4, 10), (0, 0, 10), (0, 6, 4, 10)])
def test_a_gap_an_overlap_or_an_empty_segment_is_refused(borders: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError, match=r"segments do not tile the text|a segment is empty"):
        extraction(*borders)


def test_only_a_failed_result_has_no_segments() -> None:
    with pytest.raises(ValidationError, match="only a failed result"):
        Extraction(article=INFO, status="partial")
    assert Extraction(article=INFO, status="failed").segments == ()


@pytest.mark.parametrize(("start", "end", "text"), [(0, 2, "abc"), (2, 2, ""), (3, 1, "a")])
def test_a_span_fits_its_text(start: int, end: int, text: str) -> None:
    with pytest.raises(ValidationError, match="does not fit its text"):
        Span(start=start, end=end, text=text)


def test_a_hop_names_a_registered_source() -> None:
    known = Source(
        id="s1",
        name="Reuters",
        kind="media",
        named=True,
        role=None,
        anonymity=None,
        speaks_for=None,
        mentions=(),
    )
    hop = Hop(source="s1", relation="says", style="indirect", source_span=None, cue_span=None)
    assert extraction(0, 10, sources=(known,)).source(hop) is known
    claim: dict[str, Any] = {
        "id": "c1",
        "text": "x",
        "kind": "fact",
        "assertions": [
            {
                "evidence": [{"start": 0, "end": 1, "text": "x", "match": "exact"}],
                "segment": "body",
                "stance": "affirms",
                "certainty": "certain",
                "hearsay": False,
                "said_when": None,
                "chain": [hop.model_dump()],
                "checks": [],
            }
        ],
    }
    with pytest.raises(ValidationError, match="hops without a registered source"):
        extraction(0, 10, claims=[claim])


def test_the_result_says_which_schema_it_is_of() -> None:
    data = extraction(0, 10).model_dump(mode="json")
    assert data["schema"] == "extraction/v1"
    assert next(iter(data)) == "schema"
    assert Extraction.model_validate(data) == extraction(0, 10)


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Extraction.model_validate({**extraction(0, 10).model_dump(), "more": 1})


def test_the_bare_import_name_is_refused() -> None:
    root = Path(__file__).parent.parent
    ran = subprocess.run(
        [sys.executable, "-c", "import schemas"], cwd=root, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert "import extractor.schemas" in ran.stderr
