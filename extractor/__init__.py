"""Who claims what, according to whom: segments, claims and attribution chains from messy news text."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from extractor.article import Article, read_article
    from extractor.errors import ExtractorError
    from extractor.exports.frames import read_claims, read_table
    from extractor.library import Extractor, aextract, extract
    from extractor.runs.inputs import Inputs
    from extractor.runs.ledger import read_results
    from extractor.runs.plan import Plan
    from extractor.runs.progress import Progress
    from extractor.runs.summary import Summary
    from extractor.schemas.extraction.v1 import Extraction
    from extractor.settings import Settings
    from extractor.version import __version__

__all__ = [
    "Article",
    "Extraction",
    "Extractor",
    "ExtractorError",
    "Inputs",
    "Plan",
    "Progress",
    "Settings",
    "Summary",
    "__version__",
    "aextract",
    "extract",
    "read_article",
    "read_claims",
    "read_results",
    "read_table",
]

# Names are imported when first used: `extractor --help` needs none of them, and pydantic alone takes 0.1 s.
_HOMES = {
    "Article": "extractor.article",
    "Extraction": "extractor.schemas.extraction.v1",
    "Extractor": "extractor.library",
    "ExtractorError": "extractor.errors",
    "Inputs": "extractor.runs.inputs",
    "Plan": "extractor.runs.plan",
    "Progress": "extractor.runs.progress",
    "Settings": "extractor.settings",
    "Summary": "extractor.runs.summary",
    "__version__": "extractor.version",
    "aextract": "extractor.library",
    "extract": "extractor.library",
    "read_article": "extractor.article",
    "read_claims": "extractor.exports.frames",
    "read_results": "extractor.runs.ledger",
    "read_table": "extractor.exports.frames",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
