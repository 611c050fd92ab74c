"""Figures in folded text, by value: "3 millions", "3 000 000" and "trois millions" are one.

French and English number words; digits of any script are ASCII once folded. Separators are read without
knowing the language: a comma or point before exactly three digits groups, else it begins decimals. Both
texts of a comparison are read alike, so that a wrong guess seldom matters.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import regex

from extractor.grounding.lexicon import ABBREVIATED, MULTIPLIERS, ONES, ROUND, UNITS

_MOST_DIGITS = 15
"""More digits are an identifier, not a quantity: they are compared as they stand."""


@dataclass(frozen=True)
class Figure:
    """A number in a text: what it says, and the characters that say it."""

    key: str
    start: int
    end: int


def _alternatives(names: Iterator[str]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


_ABBREVIATED = _alternatives(iter(ABBREVIATED))
_START = f"(?:{_alternatives(iter({**UNITS, **MULTIPLIERS, **ROUND}))})"
_ONE = _alternatives(iter(ONES))
_MULTIPLIER = _alternatives(iter(MULTIPLIERS))
_BOUNDARY = r"(?![\p{L}\p{N}])"
_NUMBER = rf"""
    (?<![\p{{L}}\p{{N}}])
    (?P<whole> \d{{1,3}} (?: (?:\ \d{{3}})+ | (?:,\d{{3}})+ | (?:\.\d{{3}})+ ) (?!\d) | \d++ )
    (?: [.,] (?P<decimals> \d++ ) )?+
    (?: (?:er|re|ère|ere|e|ème|eme|nde?|st|rd|th) {_BOUNDARY} )?+
    (?: [\ -]? (?P<multiplier> mill(?:ions?|iards?)|mille|trillions?|billions?|thousand|hundred ) {_BOUNDARY}
      | [\ ]?(?P<abbreviated> (?-i:{_ABBREVIATED}) ) (?= [€$£] | (?![\p{{L}}\p{{N}}.]) ) )?+
"""
_WORDS = rf"""
    (?<![\p{{L}}\p{{N}}])
    (?P<words>
      (?: {_START} | (?:{_ONE}) (?=[ -](?:{_MULTIPLIER}){_BOUNDARY}) )
      (?: (?:-et-|\ et\ |\ and\ |[\ -]) (?: {_START} | {_ONE} ) {_BOUNDARY} )*+
    )
    {_BOUNDARY}
"""
_FIGURE = regex.compile(
    rf"(?: {_NUMBER} | {_WORDS} ) (?P<percent> \ ?% | \ pour\ cent\b | \ per\ ?cent\b )?+",
    regex.VERBOSE | regex.IGNORECASE | regex.VERSION1,
)
NUMBER_WORDS = frozenset((*UNITS, *MULTIPLIERS, *ROUND, *ONES))
"""Words that a figure can begin with, in lower case."""
_ROUND = frozenset(ROUND)
_BARE_PLURALS = tuple([name] for name in MULTIPLIERS if name.endswith("s") and name != "cents")


def figure_at(folded: str, start: int) -> Figure | None:
    """The figure that begins at a character of a folded text."""
    match = _FIGURE.match(folded, start)
    return Figure(_key(match), match.start(), match.end()) if match else None


def _key(match: "regex.Match[str]") -> str:
    """What a figure says, such as ``#3000000`` or ``#40%``; ``#~1000`` for "des milliers"."""
    value = _spelled(match["words"].lower()) if match["words"] else _written(match)
    return f"#{value}{'%' if match['percent'] else ''}"


def _written(match: "regex.Match[str]") -> str:
    digits = regex.sub(r"[ .,]", "", match["whole"])
    if len(digits) > _MOST_DIGITS:
        return digits + (match["decimals"] or "")
    value = Decimal(f"{digits}.{(match['decimals'] or '0')[:_MOST_DIGITS]}")
    if match["multiplier"]:
        value *= MULTIPLIERS[match["multiplier"].lower()]
    elif match["abbreviated"]:
        value *= ABBREVIATED[match["abbreviated"]]
    return _plain(value)


def _spelled(words: str) -> str:
    parts = regex.split(r"[ -]+", words)
    total, current = 0, 0
    for word in parts:
        if word in ("et", "and"):
            continue
        if word in ("vingt", "vingts") and current % 100 == 4:  # noqa: PLR2004 - quatre-vingts
            current += 76
        elif (multiplier := MULTIPLIERS.get(word) or ROUND.get(word)) is None:
            current += UNITS.get(word, 1)
        elif multiplier == 100:  # noqa: PLR2004 - stays below a thousand
            current = (current or 1) * multiplier
        else:
            total += (current or 1) * multiplier
            current = 0
    is_round = not _ROUND.isdisjoint(parts) or parts in _BARE_PLURALS
    return f"{'~' if is_round else ''}{_plain(Decimal(total + current))}"


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
