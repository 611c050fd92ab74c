r"""The notes of a brat collection: a head and facts, ``s1: Anne Roux | role: minister``, on one line.

The head of an Evidence is its claim, that of a Source its name, each after its id; the id alone says that the
whole stands in another note. ``\n``, ``\r``, ``\t`` and ``\uXXXX`` stand for characters that no line can hold
or that would be lost at its ends, ``\|`` and ``\\`` for those two.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

CLAIM_FACTS = ("when", "apart")
"""The facts of an Evidence's note: what dates the saying, and which of its gaps divide two spans."""

SOURCE_FACTS = {"role": "role", "anonymity": "anonymity", "speaks for": "speaks_for"}
"""The facts of a source's note, and the fields they are."""

BREAKS = re.compile("[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
"""Characters that no line of the format can hold: an annotation over them is in pieces."""

_SHORT = {"\\": "\\", "|": "|", "\n": "n", "\r": "r", "\t": "t"}
_LONG = {told: plain for plain, told in _SHORT.items()}
_UNSAFE = re.compile(rf"[\\|]|{BREAKS.pattern.removesuffix('+')}|^\s|\s$")
_ESCAPE = re.compile(r"\\(u[0-9a-f]{4}|.)", re.DOTALL)
_HEAD = re.compile(r"([cs][0-9]{1,9})(?:: ?(.*))?", re.DOTALL)
_FACT = re.compile(r"(?<!\\)\s*(?<!\\)\|\s*([A-Za-z][A-Za-z ]*):(?: |$)?")
_NEARLY = re.compile(r"[cs]\d", re.IGNORECASE)


@dataclass(frozen=True)
class Note:
    """What a note says.

    Args:
        id: of the claim or source, None for a new one.
        text: the claim, or the source's name; None where the note is only an id.
        facts: by their names.
    """

    id: str | None
    text: str | None
    facts: Mapping[str, str] = field(default_factory=dict[str, str])

    def __str__(self) -> str:
        facts = (f" | {name}: {escaped(told)}" for name, told in self.facts.items())
        return f"{self.id}: {escaped(self.text or '')}{''.join(facts)}"


def read_note(told: str) -> Note:
    """The note that a line tells.

    Raises:
        ValueError: two facts of one name, what is nearly an id, or half a character.
    """
    found = list(_FACT.finditer(told))
    ends = [*(each.start() for each in found), len(told)]
    facts: dict[str, str] = {}
    for each, end in zip(found, ends[1:], strict=True):
        if each[1] in facts:
            raise ValueError(f"{each[1]!r} stands twice in it")
        facts[each[1]] = _plain(told[each.end() : end])
    head = told[: ends[0]].strip()
    if any("\ud800" <= character <= "\udfff" for character in _plain(told)):
        raise ValueError("half a character stands in it")
    if named := _HEAD.fullmatch(head):
        return Note(named[1], None if named[2] is None else _plain(named[2]), facts)
    if _NEARLY.match(head):
        raise ValueError(f"{head[:20]!r} begins like an id, which is c1: or s1:")
    return Note(None, _plain(head), facts)


def is_break(between: str) -> bool:
    """Whether what stands between two pieces of an annotation is a line break alone, or nothing."""
    return not between.strip() and (not between or BREAKS.search(between) is not None)


def escaped(text: str) -> str:
    """The text on one line, with nothing in it that begins a fact."""
    return _UNSAFE.sub(lambda each: f"\\{_SHORT.get(each[0]) or f'u{ord(each[0]):04x}'}", text)


def _plain(told: str) -> str:
    return _ESCAPE.sub(
        lambda each: chr(int(each[1][1:], 16)) if len(each[1]) > 1 else _LONG.get(each[1], each[1]),
        told.strip(),
    )
