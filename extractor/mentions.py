"""Where the words of a chain stand: what names a source, what attributes, what dates the saying."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from extractor.claims import Passage
from extractor.excerpts import Excerpt
from extractor.grounding.scope import Range, Scope, scope_of, segment_ranges
from extractor.grounding.searchable import Searchable
from extractor.grounding.verdict import ground
from extractor.repair import Failing
from extractor.schemas.attribution import v1, v2
from extractor.schemas.extraction.v1 import Span
from extractor.schemas.repair.v1 import Repair

NEIGHBOURHOOD = 3
"""Units around the one given for a hop in which its words may stand: "il" ten units away is somebody else."""

NAME = "name of a source"
SOURCE_WORDS = "words that name a source"
CUE_WORDS = "words that attribute"


@dataclass(frozen=True)
class Mention:
    """The span of some words, and what differs between them and the article's: see docs/grounding.md."""

    span: Span
    checks: tuple[str, ...]


@dataclass(frozen=True)
class Mentions:
    """Locates words among the excerpts' segments: whole words, in one piece.

    Args:
        text: the article.
        shown: the excerpts that the model saw.
        repairs: other words for what was not found, from the repair call.
    """

    text: Searchable
    shown: Sequence[Excerpt]
    repairs: Mapping[Failing, Repair] = field(default_factory=dict[Failing, Repair])
    _found: dict[object, Mention | None] = field(default_factory=dict[object, "Mention | None"])

    def repaired(self, repairs: Mapping[Failing, Repair]) -> "Mentions":
        """The same with repairs."""
        return replace(self, repairs=repairs, _found={})

    def near(self, item: Failing, passage: Passage, cue: Span | None = None) -> Mention | None:
        """Words in the unit given for them or a little around, nearest to the cue, else to the evidence."""
        repair = self.repairs.get(item)
        words = (repair.quote if repair else None) or item.quote
        unit = (repair.unit if repair else None) or item.unit
        near = cue.start if cue else passage.evidence[0].start
        key = words, unit, passage.unit, near
        if key not in self._found:  # first to see whether it is there, then to take it
            self._found[key] = self._locate(
                words, scope_of(self.shown, unit, self._reach(unit, passage)), near
            )
        return self._found[key]

    def _reach(self, unit: int, passage: Passage) -> list[Range]:
        return [
            (excerpt.start, excerpt.end)
            for excerpt in self.shown
            if min(abs(excerpt.number - unit), abs(excerpt.number - passage.unit)) <= NEIGHBOURHOOD
        ]

    def anywhere(self, words: str) -> Span | None:
        """Words wherever they stand in the segments."""
        if words not in self._found:
            self._found[words] = self._locate(words, Scope(self._segments), None)
        mention = self._found[words]
        return mention.span if mention else None

    def name(self, source: v1.Source, mentioned: Sequence[str]) -> str | None:
        """A source's name in the article: the reply's, a repaired one, else the words of a mention."""
        repaired = [repair.quote for item, repair in self.repairs.items() if item.quote == source.name]
        for words in (source.name, *repaired, *mentioned):
            if words and (span := self.anywhere(words)):
                return span.text
        return None

    @cached_property
    def _segments(self) -> tuple[Range, ...]:
        return tuple(segment_ranges(self.shown))

    def _locate(self, words: str, scope: Scope, near: int | None) -> Mention | None:
        verdict = ground([words], self.text, scope, near=near, whole_words=True)
        if len(verdict.places) != 1:
            return None
        (place,) = verdict.places
        span = Span(start=place.start, end=place.end, text=self.text.text[place.start : place.end])
        return Mention(span, verdict.checks)


def source_words(hop: v1.Hop, passage: Passage) -> Failing | None:
    """What to look for as a hop's source, None if the reply gives no words."""
    return Failing(SOURCE_WORDS, hop.unit or passage.unit, hop.source_words) if hop.source_words else None


def cue_words(hop: v1.Hop, passage: Passage) -> Failing | None:
    """What to look for as a hop's cue, None if the reply gives no words."""
    return Failing(CUE_WORDS, hop.unit or passage.unit, hop.cue_words) if hop.cue_words else None


def not_found(
    said: v2.Saying, passage: Passage, names: Mapping[str, str], where: Mentions
) -> Iterator[Failing]:
    """The words of a saying that do not stand where they should, and names that stand nowhere."""
    for hop in said.chain:
        for item in (source_words(hop, passage), cue_words(hop, passage)):
            if item and where.near(item, passage) is None:
                yield item
        if where.anywhere(names[hop.source]) is None:
            yield Failing(NAME, hop.unit or passage.unit, names[hop.source])
