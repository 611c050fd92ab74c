"""A drawing of who is heard through whom: two columns, and a band for each step of a chain."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from extractor.report.sources import DIRECTLY

MOST = 30
"""Flows drawn, the largest ones: more is no picture."""

_WIDTH, _ROW, _LEAST, _GAP = 960, 16, 2.0, 6
_LEFT, _RIGHT = 300, 660
_THICKEST = 24.0
_LONGEST = 42
"""Code points of a name in the drawing."""

_NO_BIDI = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""Controls that would turn round what is drawn after them; a drawing has no elements to end them."""


@dataclass(frozen=True)
class Node:
    """A bar with its name; lengths in the drawing's own units.

    Args:
        id: of this node alone.
        name: as it is drawn: cut if it is long, isolated from the count after it.
        full: the whole name.
        is_source: whether the table has it: those who speak to the outlet begin there.
        count: steps that begin or end here.
        x: left edge of the bar.
        text_x: where its name stands.
        anchor: which end of the name stands there.
        top: upper edge of the bar.
        height: of the bar.
    """

    id: str
    name: str
    full: str
    is_source: bool
    count: int
    x: int
    text_x: int
    anchor: str
    top: float
    height: float

    @property
    def y(self) -> float:
        """The middle of the bar."""
        return self.top + self.height / 2


@dataclass(frozen=True)
class Edge:
    """A band from a node to another, ``outer`` and ``inner`` by their ids."""

    outer: str
    inner: str
    x1: int
    y1: float
    x2: int
    y2: float
    width: float
    told: str

    @property
    def middle(self) -> float:
        """Where the band bends."""
        return (self.x1 + self.x2) / 2


@dataclass(frozen=True)
class Graph:
    """What is drawn, and how many flows are not."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: int
    height: float
    left_out: int


def draw(flows: Mapping[tuple[str, str], int]) -> Graph | None:
    """The largest flows, each from who passes on to whom; None if there are none."""
    largest = sorted(flows.items(), key=lambda item: (-item[1], item[0]))[:MOST]
    if not largest:
        return None
    scale = _THICKEST / largest[0][1]
    outer, inner = Counter[str](), Counter[str]()
    for (before, origin), count in largest:
        outer[before] += count
        inner[origin] += count
    left = _column(_in_order(outer), scale, x=_LEFT, anchor="end")
    right = _column(_in_order(inner), scale, x=_RIGHT, anchor="start")
    height = max(node.top + node.height for node in (*left.values(), *right.values())) + _ROW
    edges = tuple(_edges(largest, left, right, scale))
    return Graph((*left.values(), *right.values()), edges, _WIDTH, height, len(flows) - len(largest))


def _in_order(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (item[0] != DIRECTLY, -item[1], item[0]))


def _column(counts: Iterable[tuple[str, int]], scale: float, *, x: int, anchor: str) -> dict[str, Node]:
    nodes: dict[str, Node] = {}
    top = float(_ROW)
    for name, count in counts:
        height = max(_LEAST, count * scale)
        shown = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
        text_x = x - _GAP if anchor == "end" else x + 2 * _GAP
        nodes[name] = Node(
            f"{anchor}{len(nodes)}",
            f"\u2068{shown.translate(_NO_BIDI)}\u2069",
            name,
            name != DIRECTLY,
            count,
            x,
            text_x,
            anchor,
            round(top, 1),
            round(height, 1),
        )
        top += max(height, _ROW) + _GAP
    return nodes


def _edges(
    flows: Iterable[tuple[tuple[str, str], int]],
    left: Mapping[str, Node],
    right: Mapping[str, Node],
    scale: float,
) -> Iterable[Edge]:
    used: Counter[tuple[str, str]] = Counter()
    for (before, origin), count in flows:
        width = max(_LEAST / 2, count * scale)
        ends: list[float] = []
        for side, nodes, name in (("left", left, before), ("right", right, origin)):
            ends.append(round(nodes[name].top + (used[side, name] + count / 2) * scale, 1))
            used[side, name] += count
        told = f"{count} of {origin} through {before}"
        yield Edge(
            left[before].id, right[origin].id, _LEFT + _GAP, ends[0], _RIGHT, ends[1], round(width, 1), told
        )
