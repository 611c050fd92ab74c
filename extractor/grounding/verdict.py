"""The verdict on a quote: where it stands, how well, what is wrong with it; or why it is rejected.

Exact and folded places first; an ellipsis makes several; else the words nearest to the quote are aligned with
it, and what differs decides. Only slips that leave the statement as it is are let through, by name.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Literal

from extractor.grounding.altered import judge_altered
from extractor.grounding.findings import NO_WORDS, NOT_FOUND, SHORT_GAP, Check, Finding, Judged
from extractor.grounding.folding import Folded
from extractor.grounding.lexicon import NEGATIONS
from extractor.grounding.location import Place, locate, places
from extractor.grounding.polarity import is_conditional, is_possible
from extractor.grounding.scope import Scope
from extractor.grounding.searchable import Searchable
from extractor.grounding.verbatim import accept
from extractor.grounding.words import Words

REACH = 1_500
"""Code points over which an ellipsis, or the next piece of a passage, may reach: a paragraph or two."""

_WIDEST_MARK = 12
"""Code points of the longest ellipsis of an article over which two pieces are still one."""

_BEGINNINGS = 8
"""Places of the first piece that are tried until the other pieces follow."""

_ELLIPSIS = re.compile(r"\s*(?:\[\s*(?:\.{2,}|…)\s*\]|\(\s*(?:\.{2,}|…)\s*\)|\.(?:\s*\.){2,}|…)\s*")
_SENTENCE_END = re.compile(r"[.!?。！？]['’\"»”)]*\s|\n")


@dataclass(frozen=True)
class Verdict:
    """What became of a quote.

    Args:
        match: the weakest match of its places; rejected if there are none.
        places: where it stands, in text order; several for a passage with parts left out.
        checks: what is wrong with it, by name, most serious first.
        reason: why it is rejected, else None.
    """

    match: Literal["exact", "normalized", "fuzzy", "rejected"]
    places: tuple[Place, ...]
    checks: tuple[Check, ...]
    reason: str | None = None


def ground(
    quotes: Sequence[str],
    text: Searchable,
    scope: Scope,
    *,
    near: int | None = None,
    whole_words: bool = False,
) -> Verdict:
    """Locate a quote, given in one piece or several, and check what was found against it.

    Args:
        quotes: its pieces; an ellipsis inside a piece makes more of it.
        text: the article.
        scope: where it may stand, and where it is said to.
        near: among several places the one nearest to this code point is meant; by default to the hint.
        whole_words: words and no statement: they must be whole, and need not carry a negation before them.
    """
    judged: list[Judged] = []
    for quote in quotes:
        following = judged[-1].places[-1].end if judged else None
        each = _judge(quote, text, scope, near, following, whole_words=whole_words)
        judged.append(each)
        if not each.places:
            break
    findings = [finding for each in judged for finding in each.findings]
    if not judged or not judged[-1].places:
        return Verdict("rejected", (), _names(findings), judged[-1].reason if judged else NO_WORDS)
    in_order = tuple(_merged([place for each in judged for place in each.places], text))
    return Verdict(_weakest(in_order), in_order, _names([*findings, *_between(in_order, text)]))


def _judge(
    quote: str, text: Searchable, scope: Scope, near: int | None, following: int | None, *, whole_words: bool
) -> Judged:
    if not any(character.isalnum() for character in quote):
        return Judged((), reason=NO_WORDS)
    place = _after(quote, text, scope, following) if following is not None else None
    place = place or locate(quote, text, scope, near=near, whole_words=whole_words)
    if place:
        return accept(quote, (place,), text, is_statement=not whole_words)
    pieces = [piece for piece in _ELLIPSIS.split(quote) if any(c.isalnum() for c in piece)]
    if len(pieces) == 1 and pieces[0] != quote:
        return _judge(pieces[0], text, scope, near, following, whole_words=whole_words)
    if len(pieces) > 1:
        return _judge_pieces(pieces, text, scope)
    return judge_altered(quote, text, scope, near)


def _after(words: str, text: Searchable, scope: Scope, start: int) -> Place | None:
    """The first place after another, whole words if possible."""
    clipped = tuple(
        (max(low, start), min(high, start + REACH))
        for low, high in scope.allowed
        if start < high and low < start + REACH
    )
    return locate(words, text, Scope(clipped), near=start) if clipped else None


def _judge_pieces(pieces: Sequence[str], text: Searchable, scope: Scope) -> Judged:
    """The pieces around ellipses must follow one another."""
    for beginnings in _beginnings(pieces[0], text, scope):
        rows = [row for first in beginnings if (row := _row(first, pieces[1:], text, scope))]
        if rows:
            return accept(" ".join(pieces), min(rows, key=lambda row: row[-1].end - row[0].start), text)
    return _altered_pieces(pieces, text, scope)


def _row(first: Place, rest: Sequence[str], text: Searchable, scope: Scope) -> tuple[Place, ...] | None:
    found = [first]
    for piece in rest:
        place = _after(piece, text, scope, found[-1].end)
        if place is None:
            return None
        found.append(place)
    return tuple(found)


def _beginnings(piece: str, text: Searchable, scope: Scope) -> Iterator[list[Place]]:
    """Where the first piece may stand: in the hinted ranges, then anywhere."""
    for ranges in (scope.hinted, scope.allowed) if scope.hinted else (scope.allowed,):
        yield list(islice(places(piece, text, scope, ranges), _BEGINNINGS))


def _altered_pieces(pieces: Sequence[str], text: Searchable, scope: Scope) -> Judged:
    """Each piece by itself, altered or not, if they come out in order."""
    judged = [_judge(piece, text, scope, None, None, whole_words=False) for piece in pieces]
    findings = tuple(finding for each in judged for finding in each.findings)
    if failed := next((each for each in judged if not each.places), None):
        return Judged((), findings, failed.reason)
    found = [place for each in judged for place in each.places]
    follow = all(one.end <= other.start for one, other in pairwise(found))
    if not follow or found[-1].end - found[0].start > REACH + sum(map(len, pieces)):
        return Judged((), findings, NOT_FOUND)
    return Judged(tuple(found), findings)


def _between(in_order: Sequence[Place], text: Searchable) -> Iterator[Finding]:
    """What is left out between two places and would change them: a sentence's end, a negation, a modal."""
    for place, following in pairwise(in_order):
        left_out = text.text[place.end : following.start]
        if len(left_out) > REACH or not any(map(str.isalnum, left_out)):
            continue
        keys = Words(Folded(left_out).text).keys
        if _SENTENCE_END.search(left_out):
            yield Finding("elision", fatal=False, told=left_out)
        elif not NEGATIONS.isdisjoint(keys):
            yield Finding("negation", fatal=False, told=left_out)
        elif len(keys) <= SHORT_GAP and (is_possible(keys) or any(map(is_conditional, keys))):
            yield Finding("modality", fatal=False, told=left_out)


def _merged(found: Sequence[Place], text: Searchable) -> Iterator[Place]:
    """In text order; what overlaps, or has only the article's own ellipsis between, is one."""
    last: Place | None = None
    for place in sorted(found, key=lambda each: (each.start, -each.end)):
        if last and _adjoin(last, place, text):
            if place.end > last.end:
                last = Place(last.start, place.end, _weakest((last, place)))
        else:
            if last:
                yield last
            last = place
    if last:
        yield last


def _adjoin(one: Place, other: Place, text: Searchable) -> bool:
    between = text.text[one.end : other.start]
    if other.start < one.end:
        return True
    is_mark = len(between) <= _WIDEST_MARK and not any(map(str.isalnum, between))
    return is_mark and _ELLIPSIS.search(between) is not None


def _weakest(found: Sequence[Place]) -> Literal["exact", "normalized", "fuzzy"]:
    matches = [place.match for place in found]
    return "fuzzy" if "fuzzy" in matches else "normalized" if "normalized" in matches else "exact"


_ORDER: tuple[Check, ...] = Check.__args__  # type: ignore[attr-defined]


def _names(findings: Sequence[Finding]) -> tuple[Check, ...]:
    return tuple(sorted({finding.check for finding in findings}, key=_ORDER.index))
