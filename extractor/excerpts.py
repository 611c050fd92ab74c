"""What of an article is shown to the model: units, cut where a segment begins inside them."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from extractor.schemas.extraction.v1 import Label, Segment
from extractor.units import Unit


@dataclass(frozen=True)
class Excerpt:
    """The part of one unit that belongs to one segment.

    Args:
        number: the unit's number.
        label: the segment's label, None before there are segments.
        start: first code point.
        end: code point after the last.
        text: the words, without white space around them.
        opens_line: whether it begins a line of the article.
        opens_segment: whether nothing of its segment comes before it.
    """

    number: int
    label: Label | None
    start: int
    end: int
    text: str
    opens_line: bool
    opens_segment: bool


def whole_units(text: str, units: Sequence[Unit]) -> list[Excerpt]:
    """Every unit, before anything is known about segments."""
    return [
        Excerpt(
            number=unit.number,
            label=None,
            start=unit.start,
            end=unit.end,
            text=text[unit.start : unit.end].strip(),
            opens_line=unit.opens_line,
            opens_segment=False,
        )
        for unit in units
    ]


def labelled(
    text: str, units: Sequence[Unit], segments: Sequence[Segment], labels: Container[Label]
) -> list[Excerpt]:
    """The units' parts in segments with one of the labels, in text order."""
    excerpts: list[Excerpt] = []
    for unit, segment in _overlaps(units, segments):
        start, end = max(unit.start, segment.start), min(unit.end, segment.end)
        words = text[start:end].strip()
        if words and segment.label in labels:
            opens_line = unit.opens_line and start == unit.start
            opens_segment = not text[segment.start : start].strip()
            excerpts.append(Excerpt(unit.number, segment.label, start, end, words, opens_line, opens_segment))
    return excerpts


def windows(excerpts: Sequence[Excerpt], limit: int, most: int | None = None) -> Iterator[list[Excerpt]]:
    """Cut excerpts into runs, before a segment or line where possible.

    Args:
        excerpts: what is to be shown.
        limit: code points of a run.
        most: excerpts of a run, None for any number.
    """
    rest = list(excerpts)
    while rest:
        fitting, size = 0, 0
        while fitting < len(rest) and (size := size + len(rest[fitting].text)) <= limit:
            fitting += 1
        cut = max(1, fitting if most is None else min(fitting, most))
        if cut < len(rest):
            cut = _last(rest, cut, "opens_segment") or _last(rest, cut, "opens_line") or cut
        yield rest[:cut]
        del rest[:cut]


def _last(excerpts: Sequence[Excerpt], cut: int, border: str) -> int | None:
    """The last place up to ``cut`` before which a border lies, if the window is then still half full."""
    return next((at for at in range(cut, cut // 2, -1) if getattr(excerpts[at], border)), None)


def _overlaps(units: Sequence[Unit], segments: Sequence[Segment]) -> Iterator[tuple[Unit, Segment]]:
    first = 0
    for unit in units:
        while segments[first].end <= unit.start:
            first += 1
        at = first
        while at < len(segments) and segments[at].start < unit.end:
            yield unit, segments[at]
            at += 1
