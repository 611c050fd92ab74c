"""Grounders to compare: ours, langextract's resolver, difflib and plain rapidfuzz, behind one signature."""

import difflib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz

from extractor.grounding.scope import Scope
from extractor.grounding.searchable import Searchable
from extractor.grounding.verdict import ground

Span = tuple[int, int]

SIMILAR = 0.8
"""Where difflib and plain rapidfuzz accept: what users of such a ratio commonly take."""


@dataclass(frozen=True)
class Answer:
    """Where a grounder puts a quote: nowhere if it rejects it. ``warned``: it says that something differs."""

    spans: tuple[Span, ...]
    warned: bool = False


Grounder = Callable[[str, str, Span], Answer]
"""Page, quote and the unit that is said to hold it to an answer; only ours uses the unit."""


@lru_cache(maxsize=1)
def _prepared(page: str) -> Searchable:
    return Searchable(page)


def prepare(page: str) -> None:
    """Fold and index a page, which is done once for all quotes of an article."""
    text = _prepared(page)
    _ = text.folded.caseless, text.words.vocabulary
    if text.folded.has_line_hyphens:
        _ = text.with_line_hyphens


def ours(page: str, quote: str, unit: Span) -> Answer:
    """Ours as the pipeline asks it: with the unit that the model names, on a page that is prepared."""
    return _ours(page, quote, Scope(((0, len(page)),), (unit,), (unit,)))


def ours_unhinted(page: str, quote: str, _: Span) -> Answer:
    """Ours without the unit."""
    return _ours(page, quote, Scope(((0, len(page)),)))


def _ours(page: str, quote: str, scope: Scope) -> Answer:
    verdict = ground([quote], _prepared(page), scope)
    return Answer(tuple((place.start, place.end) for place in verdict.places), bool(verdict.checks))


def ours_cold(page: str, quote: str, unit: Span) -> Answer:
    """Ours without the unit, on a page that it sees for the first time."""
    _prepared.cache_clear()
    return ours_unhinted(page, quote, unit)


def plain_difflib(page: str, quote: str, _: Span) -> Answer:
    """difflib: the stretch around the longest common block."""
    matcher = difflib.SequenceMatcher(None, page, quote, autojunk=False)
    block = matcher.find_longest_match()
    start = max(0, block.a - block.b)
    end = min(len(page), start + len(quote))
    ratio = difflib.SequenceMatcher(None, page[start:end], quote, autojunk=False).ratio()
    return Answer(((start, end),)) if ratio >= SIMILAR else Answer(())


def plain_rapidfuzz(page: str, quote: str, _: Span) -> Answer:
    """rapidfuzz: partial_ratio_alignment."""
    alignment = fuzz.partial_ratio_alignment(quote, page, score_cutoff=100 * SIMILAR)
    return Answer(((alignment.dest_start, alignment.dest_end),)) if alignment else Answer(())


def langextract(**options: Any) -> Grounder | None:
    """The resolver of langextract, if it is installed; any status but an exact match counts as a warning."""
    try:
        resolver: Any = importlib.import_module("langextract.resolver")
        data: Any = importlib.import_module("langextract.core.data")
    except ImportError:
        return None
    aligner = resolver.WordAligner()

    def locate(page: str, quote: str, _: Span) -> Answer:
        extraction = data.Extraction(extraction_class="quote", extraction_text=quote)
        try:
            ((found,),) = aligner.align_extractions([[extraction]], page, **options)
        except ValueError:
            return Answer(())
        interval = found.char_interval
        if interval is None or interval.start_pos is None or interval.end_pos is None:
            return Answer(())
        is_exact = found.alignment_status == data.AlignmentStatus.MATCH_EXACT
        return Answer(((interval.start_pos, interval.end_pos),), not is_exact)

    return locate


def grounders() -> dict[str, Grounder]:
    """Those that are installed, by name."""
    found: dict[str, Grounder | None] = {
        "extractor": ours,
        "extractor, no unit": ours_unhinted,
        "extractor, no unit, new page": ours_cold,
        "langextract, defaults": langextract(),
        "langextract, no lesser match": langextract(accept_match_lesser=False),
        "difflib": plain_difflib,
        "rapidfuzz partial ratio": plain_rapidfuzz,
    }
    return {name: grounder for name, grounder in found.items() if grounder}
