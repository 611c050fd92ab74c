"""A result as HTML inside another page, such as a notebook: the look of the report, without scripts."""

from functools import cache
from importlib import resources

from markupsafe import Markup

from extractor.report.pages import fragment
from extractor.schemas.extraction.v1 import Extraction


def result_html(result: Extraction, text: str | None = None) -> str:
    """Claims with their chains and, where the text is given, the text with its segments and spans.

    Everything that comes from the article is escaped; style rules apply inside the fragment only.
    """
    return fragment(result, text, style=_style())


@cache
def _style() -> Markup:
    """The report's rules nested under the fragment's own class, so that they touch nothing else."""
    rules = resources.files("extractor.report").joinpath("assets", "report.css").read_text(encoding="utf-8")
    nested = rules.replace(":root", "&").replace("\nbody {", "\n& {").replace("  body {", "  & {")
    return Markup(f".extractor-result {{\n{nested}}}\n")  # noqa: S704 - our own file
