"""A text to search: folded and indexed when first asked for, as most quotes are exact."""

from functools import cached_property

from extractor.grounding.folding import Folded, fold
from extractor.grounding.words import Words


class Searchable:
    """A text and what is made of it on first use."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def folded(self) -> Folded:
        """The folded text and its map."""
        return fold(self.text)

    @cached_property
    def with_line_hyphens(self) -> Folded:
        """As ``folded``, but hyphens at line ends are taken for the word's own."""
        return Folded(self.text, keep_line_hyphens=True)

    @cached_property
    def words(self) -> Words:
        """The words of the folded text."""
        return Words(self.folded.text)
