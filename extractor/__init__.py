"""Who claims what, according to whom: segments, claims and attribution chains from messy news text."""

from extractor.article import Article, read_article
from extractor.errors import ExtractorError
from extractor.library import Extractor, aextract, extract
from extractor.runs.summary import Summary
from extractor.schemas.extraction.v1 import Extraction
from extractor.settings import Settings
from extractor.version import __version__

__all__ = [
    "Article",
    "Extraction",
    "Extractor",
    "ExtractorError",
    "Settings",
    "Summary",
    "__version__",
    "aextract",
    "extract",
    "read_article",
]
