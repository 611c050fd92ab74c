"""A foreign reference: the attributions of GUM's news documents, which others annotated for another purpose.

``<case>/gum.json`` holds those of the document that the case was made from.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from extractor.evaluation.annotations import Annotations, load_annotations

GUM = "gum.json"
"""The file of a case with GUM's attributions."""

Range = tuple[int, int]


class GumAttribution(BaseModel):
    """One attribution; ranges count code points, end exclusive.

    Args:
        source: the words that name who says it.
        name: longest proper name of that source in the document.
        entity: GUM's number of that source in the document.
        cue: the reporting word; null where there is none.
        content: what is attributed, in one piece or several.
        nested_in: index of the innermost attribution whose content holds this one.
        polarity: negative where the source is said not to say it; not asked for then.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Range
    name: str | None
    entity: int | None
    cue: Range | None
    content: Annotated[tuple[Range, ...], Field(min_length=1)]
    nested_in: int | None
    polarity: Literal["positive", "negative"]

    @property
    def ranges(self) -> tuple[Range, ...]:
        """Every range: of the source, of the cue if there is one, of the content."""
        return (self.source, *((self.cue,) if self.cue else ()), *self.content)


class GumDocument(Annotations):
    """A news document's attributions in text order, under the document's name in GUM."""

    id: str
    attributions: tuple[GumAttribution, ...]

    def mentions(self, gold: GumAttribution) -> tuple[Range, ...]:
        """The source of this attribution, here and in the others of the same entity ("Kohn", "he", "I")."""
        if gold.entity is None:
            return (gold.source,)
        return tuple(each.source for each in self.attributions if each.entity == gold.entity)

    def outer(self, gold: GumAttribution) -> GumAttribution | None:
        """The innermost attribution whose content holds this one."""
        return None if gold.nested_in is None else self.attributions[gold.nested_in]

    def faults(self, text: str) -> Iterator[str]:
        """What does not fit the article, each in a few words."""
        for index, each in enumerate(self.attributions):
            for start, end in each.ranges:
                if not 0 <= start < end <= len(text):
                    yield f"attribution {index}: {start}-{end} is no range of the article"
                elif not _is_of_words(text, start, end):
                    yield f"attribution {index}: {text[start:end]!r} is not of whole words"
            if fault := self._nesting_fault(index):
                yield f"attribution {index}: {fault}"

    def _nesting_fault(self, index: int) -> str | None:
        passed = {index}
        while (outer := self.attributions[index].nested_in) is not None:
            if not 0 <= outer < len(self.attributions):
                return f"there is no {outer} that it could be nested in"
            if outer in passed:
                return "it is nested in itself"
            passed.add(index := outer)
        return None


def load_gum(path: Path, text: str) -> GumDocument:
    """Read GUM's attributions of an article, as ``load_annotations`` does."""
    return load_annotations(GumDocument, path, text)


def _is_of_words(text: str, start: int, end: int) -> bool:
    """Whether no white space stands at the borders and no word is broken by them."""
    words = text[start:end]
    return words == words.strip() and not any(
        text[at - 1 : at].isalnum() and text[at : at + 1].isalnum() for at in (start, end)
    )
