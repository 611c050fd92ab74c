"""First step: the whole text tiled into labelled segments."""

import re
from collections.abc import Sequence

from pydantic import BaseModel

from extractor.article import Article
from extractor.asking import Asker
from extractor.excerpts import Excerpt, whole_units, windows
from extractor.grounding.borders import torn
from extractor.grounding.location import locate
from extractor.grounding.scope import Scope
from extractor.grounding.searchable import Searchable
from extractor.schemas.extraction.v1 import Segment
from extractor.schemas.segments import v1
from extractor.small import in_ranges
from extractor.units import Unit

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


async def find_segments(
    asker: Asker, article: Article, units: Sequence[Unit], window: int
) -> tuple[tuple[Segment, ...], str | None]:
    """Ask for the segments of an article.

    Returns:
        Segments that tile the text, and the language the model names if it is a BCP 47 tag.

    Raises:
        ModelError, ReplyError: nothing usable came, also after re-asking.
    """
    text = Searchable(article.text)
    segments: list[Segment] = []
    language: str | None = None
    for shown in windows(whole_units(article.text, units), window, asker.settings.units_a_call):
        borders = _Borders(text, shown)
        reply = in_ranges(
            await asker.ask(
                "segments",
                asker.form("segments"),
                check=borders.complaint,
                units=shown,
                title=article.title,
            ),
            shown,
        )
        segments += borders.segments(reply)
        if language is None and _LANGUAGE_TAG.fullmatch(reply.language):
            language = reply.language
    return _joined(segments), language


class _Borders:
    """Where a reply's segments begin in the text, and what is wrong with a reply that does not tile it."""

    def __init__(self, text: Searchable, shown: Sequence[Excerpt]) -> None:
        self._text = text
        self._shown = shown
        self._units = {excerpt.number: excerpt for excerpt in shown}
        self._first, self._last = shown[0].number, shown[-1].number

    def complaint(self, reply: BaseModel) -> str | None:
        """What is wrong, in words for the model."""
        try:
            self.segments(in_ranges(reply, self._shown))
        except _NotTiled as error:
            return str(error)
        return None

    def segments(self, reply: v1.Reply) -> list[Segment]:
        """The segments of a reply that tiles the units."""
        starts: list[int] = []
        covered = self._first - 1
        for segment in reply.segments:
            starts.append(self._start(segment, covered, starts[-1] if starts else -1))
            covered = segment.last_unit
        if covered != self._last:
            raise _NotTiled(f"units {covered + 1} to {self._last} are in no segment")
        ends = [*starts[1:], self._units[self._last].end]
        return [
            Segment(label=segment.label, start=start, end=end)
            for segment, start, end in zip(reply.segments, starts, ends, strict=True)
        ]

    def _start(self, segment: v1.Segment, covered: int, previous: int) -> int:
        name = f"segment {segment.label} {segment.first_unit}-{segment.last_unit}"
        unit = self._units.get(segment.first_unit)
        if unit is None or not segment.first_unit <= segment.last_unit <= self._last:
            raise _NotTiled(f"{name} is not among units {self._first} to {self._last}")
        start = (
            unit.start if segment.starts_with is None else self._inside(segment.starts_with, unit, previous)
        )
        if start is None:
            raise _NotTiled(
                f"{name}: the words {segment.starts_with!r} do not stand there in unit {unit.number}"
            )
        if segment.first_unit != (covered + 1 if start == unit.start else covered) or start <= previous:
            raise _NotTiled(
                f"{name} must begin at unit {covered + 1}, or inside unit {covered} with starts_with"
            )
        return start

    def _inside(self, words: str, unit: Excerpt, previous: int) -> int | None:
        place = locate(words, self._text, Scope(((max(unit.start, previous + 1), unit.end),)))
        if place is None or self._parts_word(place.start):
            return None
        if locate(words, self._text, Scope(((place.start + 1, unit.end),)), whole_words=True):
            raise _NotTiled(
                f"the words {words!r} stand more than once in unit {unit.number}: give more of them"
            )
        opens = not self._text.text[unit.start : place.start].strip()
        return unit.start if opens else place.start

    def _parts_word(self, start: int) -> bool:
        """Whether a border falls inside a word; scrapers glue lines, so that "finLIRE" is two."""
        text = self._text.text
        glued = text[start - 1 : start].islower() and text[start].isupper()
        return torn(text, start, start) is not None and not glued


class _NotTiled(Exception):
    """A reply whose segments leave a gap, overlap or begin nowhere."""


def _joined(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Neighbours with one label are one segment, except comments: each of those is a segment of its own."""
    joined: list[Segment] = []
    for segment in segments:
        if joined and joined[-1].label == segment.label != "comment":
            joined[-1] = Segment(label=segment.label, start=joined[-1].start, end=segment.end)
        else:
            joined.append(segment)
    return tuple(joined)
