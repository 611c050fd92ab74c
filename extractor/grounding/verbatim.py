"""A quote that stands in the article as it is: taken, unless it is part of a figure."""

import re

from extractor.grounding.findings import Check, Finding, Judged
from extractor.grounding.folding import Folded
from extractor.grounding.lexicon import NEGATIONS, QUALIFIERS
from extractor.grounding.location import Place
from extractor.grounding.searchable import Searchable
from extractor.grounding.words import Words

_LOOKED_BACK = 3
"""Words before a quote in which a negation or a qualifier that was cut off is looked for ("n'a pas encore
[signé]", "près de [300]")."""

_CLAUSE = 40
"""Code points before a quote in which those words stand."""

_BESIDE = 12
"""Code points beside a quote that are shown with it."""

_TELLING = re.compile(rf"(?:\b|[nN]['’])(?:{'|'.join(NEGATIONS | QUALIFIERS)})\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?:;,]\s|\n")


def accept(quote: str, found: tuple[Place, ...], text: Searchable, *, is_statement: bool = True) -> Judged:
    """Take verbatim places, unless one parts a figure, which makes another figure of it."""
    findings: list[Finding] = []
    for place in found:
        if place.torn == "figure":
            told = f"{text.text[max(0, place.start - _BESIDE) : place.end + _BESIDE]!r}"
            return Judged(
                (), (Finding("number", fatal=True, told=told),), f"quote altered: number (part of {told})"
            )
        if place.torn == "word":
            findings.append(Finding("torn", fatal=False, told=text.text[place.start : place.end]))
        if is_statement and (check := _cut_off(place, text)):
            findings.append(Finding(check, fatal=False, told=text.text[place.start : place.end]))
    written = " ".join(text.text[place.start : place.end] for place in found)
    if any(place.match == "normalized" for place in found) and _changes_acronym(quote, written):
        findings.append(Finding("name", fatal=False, told=written))
    return Judged(found, tuple(findings))


def _cut_off(place: Place, text: Searchable) -> Check | None:
    """What was left before a quote of the clause that it belongs to, if that says otherwise."""
    before = text.text[max(0, place.start - _CLAUSE) : place.start]
    clause = _SENTENCE.split(before)[-1]
    if not clause.strip() or not _TELLING.search(clause):
        return None
    keys = Words(Folded(clause).text).keys[-_LOOKED_BACK:]
    if not NEGATIONS.isdisjoint(keys):
        return "negation"
    first = Words(Folded(text.text[place.start : place.start + _CLAUSE]).text)[0]
    return "number" if first.is_figure and not QUALIFIERS.isdisjoint(keys) else None


def _changes_acronym(quote: str, written: str) -> bool:
    """Whether a word is all capitals in one of two texts only: "US" and "us"; not if all of one is."""
    letters = ("".join(filter(str.isalpha, text)) for text in (quote, written))
    if len(set(letters)) == 1 or quote.isupper() or written.isupper():
        return False
    quoted, article = Words(Folded(quote).text), Words(Folded(written).text)
    return any(
        quoted.written(number).isupper() != article.written(number).isupper() and len(quoted.keys[number]) > 1
        for number in range(min(len(quoted), len(article)))
    )
