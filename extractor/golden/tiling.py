"""What has changed in the segmentation of a text: labels by line, and borders."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from extractor.golden.difference import Difference, Place
from extractor.schemas.extraction.v1 import Segment

_ALL: Place = ("segments",)
"""Segments tile the text, so they are taken or left as one."""


def compare_segments(before: Sequence[Segment], after: Sequence[Segment], text: str) -> Iterator[Difference]:
    """Stretches whose label changed, by line; and borders that moved between segments of one label."""
    runs = _relabelled(before, after, text)
    for old, new, start, end in runs:
        yield Difference("segment", f"label {old} -> {new} for {_lines(text, start, end)}", _ALL, _ALL)
    if not runs and [each.start for each in before] != [each.start for each in after]:
        for told, ones, others in (("lost", before, after), ("new", after, before)):
            known = {segment.start for segment in others}
            for segment in ones:
                if segment.start not in known:
                    place = f"{segment.label} at {segment.start}, {_lines(text, segment.start, segment.end)}"
                    yield Difference("segment", f"border {told}: {place}", _ALL, _ALL)


def _relabelled(
    before: Sequence[Segment], after: Sequence[Segment], text: str
) -> list[tuple[str, str, int, int]]:
    """(label before, label now, start, end) of each stretch; white space between two does not part them."""
    borders = sorted({0, len(text), *(at for each in (*before, *after) for at in (each.start, each.end))})
    runs: list[tuple[str, str, int, int]] = []
    for start, end in pairwise(borders):
        old, new = _label(before, start), _label(after, start)
        if old == new or not text[start:end].strip():
            continue
        if runs and runs[-1][:2] == (old, new) and not text[runs[-1][3] : start].strip():
            runs[-1] = (old, new, runs[-1][2], end)
        else:
            runs.append((old, new, start, end))
    return runs


def _label(segments: Sequence[Segment], at: int) -> str:
    return next((each.label for each in segments if each.start <= at < each.end), "nothing")


def _lines(text: str, start: int, end: int) -> str:
    """Where a stretch stands, in lines that count from 1."""
    start += len(text[start:end]) - len(text[start:end].lstrip())
    end = start + len(text[start:end].rstrip())
    first, last = text.count("\n", 0, start) + 1, text.count("\n", 0, end) + 1
    return f"line {first}" if first == last else f"lines {first}-{last}"
