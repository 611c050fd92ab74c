"""The verdict on a quote: where it stands, how well, what is wrong with it; or why it is rejected.

Exact and folded places first; an ellipsis makes several; else the words nearest to the quote are aligned with
it, and what differs decides. Only slips that leave the statement as it is are let through, by name.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Literal

from extractor.grounding.alignment import Alignment, align
from extractor.grounding.findings import Check, Finding, quote_findings
from extractor.grounding.folding import Folded
from extractor.grounding.lexicon import NEGATIONS, QUALIFIERS
from extractor.grounding.location import MINUS, Place, locate, places
from extractor.grounding.scope import Range, Scope
from extractor.grounding.searchable import Searchable
from extractor.grounding.words import Word, Words

ALTERED = 0.4
"""Share of a quote's letters that must stand in the article for it to be called altered, not missing. Below,
what agrees is mostly function words; two swapped names leave about half. Either way it is rejected."""

ENOUGH = 0.75
"""Share of a quote's letters that must agree for it to be taken: a short quote of which only slips differ may
still be mostly slips."""

REACH = 1_500
"""Code points over which an ellipsis, or the next piece of a passage, may reach: a paragraph or two."""

_WIDEST_MARK = 12
"""Code points of the longest ellipsis of an article over which two pieces are still one."""

_BEGINNINGS = 8
"""Places of the first piece that are tried until the other pieces follow."""

_LOOKED_BACK = 3
"""Words before a quote in which a negation or a qualifier that was cut off is looked for ("n'a pas encore
[signé]", "près de [300]")."""

_CLAUSE = 40
"""Code points before a quote in which those words stand."""

_BESIDE = 12
"""Code points beside a quote that are shown with it."""

_ELLIPSIS = re.compile(r"\s*(?:\[\s*(?:\.{2,}|…)\s*\]|\(\s*(?:\.{2,}|…)\s*\)|\.{3,}|…)\s*")
_TELLING = re.compile(rf"(?:\b|[nN]['’])(?:{'|'.join(NEGATIONS | QUALIFIERS)})\b", re.IGNORECASE)
_SIGNED = re.compile(rf"(?:^|(?<=\s))[{MINUS}]\d")
_SENTENCE_END = re.compile(r"[.!?。！？]['’\"»”)]*\s|\n")
_SENTENCE = re.compile(r"[.!?:;,]\s|\n")

NOT_FOUND = "quote not found in the article"
NO_WORDS = "quote without words"


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
    judged: list[_Judged] = []
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


@dataclass(frozen=True)
class _Judged:
    places: tuple[Place, ...]
    findings: tuple[Finding, ...] = ()
    reason: str | None = None


def _judge(
    quote: str, text: Searchable, scope: Scope, near: int | None, following: int | None, *, whole_words: bool
) -> _Judged:
    if not any(character.isalnum() for character in quote):
        return _Judged((), reason=NO_WORDS)
    place = _after(quote, text, scope, following) if following is not None else None
    place = place or locate(quote, text, scope, near=near, whole_words=whole_words)
    if place:
        return _accept((place,), text, is_statement=not whole_words)
    pieces = [piece for piece in _ELLIPSIS.split(quote) if any(c.isalnum() for c in piece)]
    if len(pieces) == 1 and pieces[0] != quote:
        return _judge(pieces[0], text, scope, near, following, whole_words=whole_words)
    if len(pieces) > 1:
        return _judge_pieces(pieces, text, scope)
    return _judge_altered(quote, text, scope, near)


def _accept(found: tuple[Place, ...], text: Searchable, *, is_statement: bool = True) -> _Judged:
    """Take verbatim places, unless one parts a figure, which makes another figure of it."""
    findings: list[Finding] = []
    for place in found:
        if place.torn == "figure":
            told = f"{text.text[max(0, place.start - _BESIDE) : place.end + _BESIDE]!r}"
            return _Judged(
                (), (Finding("number", fatal=True, told=told),), f"quote altered: number (part of {told})"
            )
        if place.torn == "word":
            findings.append(Finding("torn", fatal=False, told=text.text[place.start : place.end]))
        if is_statement and (check := _cut_off(place, text)):
            findings.append(Finding(check, fatal=False, told=text.text[place.start : place.end]))
    return _Judged(found, tuple(findings))


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


def _after(words: str, text: Searchable, scope: Scope, start: int) -> Place | None:
    """The first place after another, whole words if possible."""
    clipped = tuple(
        (max(low, start), min(high, start + REACH))
        for low, high in scope.allowed
        if start < high and low < start + REACH
    )
    return locate(words, text, Scope(clipped), near=start) if clipped else None


def _judge_pieces(pieces: Sequence[str], text: Searchable, scope: Scope) -> _Judged:
    """The pieces around ellipses must follow one another."""
    for beginnings in _beginnings(pieces[0], text, scope):
        rows = [row for first in beginnings if (row := _row(first, pieces[1:], text, scope))]
        if rows:
            return _accept(min(rows, key=lambda row: row[-1].end - row[0].start), text)
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


def _altered_pieces(pieces: Sequence[str], text: Searchable, scope: Scope) -> _Judged:
    """Each piece by itself, altered or not, if they come out in order."""
    judged = [_judge(piece, text, scope, None, None, whole_words=False) for piece in pieces]
    findings = tuple(finding for each in judged for finding in each.findings)
    if failed := next((each for each in judged if not each.places), None):
        return _Judged((), findings, failed.reason)
    found = [place for each in judged for place in each.places]
    follow = all(one.end <= other.start for one, other in pairwise(found))
    if not follow or found[-1].end - found[0].start > REACH + sum(map(len, pieces)):
        return _Judged((), findings, NOT_FOUND)
    return _Judged(tuple(found), findings)


def _judge_altered(quote: str, text: Searchable, scope: Scope, near: int | None) -> _Judged:
    """Align the quote with the words nearest to it: around the hint, then wherever it may stand."""
    folded = Folded(quote)
    words = Words(folded.text)
    best: _Judged | None = None
    for ranges in (scope.nearby, scope.allowed) if scope.nearby else (scope.allowed,):
        target = near if near is not None else scope.hinted[0][0] if scope.hinted else 0
        numbered = [text.words.numbers(*map(text.folded.position, each)) for each in ranges]
        at = text.words.numbers(0, text.folded.position(target))[1]
        alignment = align(words, text.words, numbered, at)
        if alignment is None or alignment.coverage < ALTERED:
            continue
        judged = _judge_alignment(alignment, folded, words, text, scope)
        if judged.places:
            return judged
        best = best or judged
    return best or _Judged((), reason=NOT_FOUND)


def _judge_alignment(
    alignment: Alignment, quote: Folded, words: Words, text: Searchable, scope: Scope
) -> _Judged:
    findings = list(quote_findings(alignment, text.words))
    if not findings:
        findings.append(_written_otherwise(alignment, quote, words, text))
    if any(finding.fatal for finding in findings) or alignment.coverage < ENOUGH:
        serious = [f for f in findings if f.fatal] or findings
        told = "; ".join(f"{f.check} ({f.told})" for f in serious[:3])
        return _Judged((), tuple(findings), f"quote altered: {told}")
    spans = list(_spans(alignment, quote, words, text))
    if not all(any(low <= start and end <= high for low, high in scope.allowed) for start, end in spans):
        return _Judged((), tuple(findings), NOT_FOUND)
    return _Judged(tuple(Place(start, end, "fuzzy") for start, end in spans), tuple(findings))


def _written_otherwise(alignment: Alignment, quote: Folded, words: Words, text: Searchable) -> Finding:
    """What differs between two texts of the same words."""
    article = text.words
    start, end = text.folded.outer_span(article.starts[alignment.first], article.ends[alignment.last - 1])
    written = text.text[max(0, start - 2) : end]
    if len(_SIGNED.findall(written)) != len(_SIGNED.findall(quote.original)):
        return Finding("number", fatal=True, told="minus")
    pairs = zip(range(alignment.first, alignment.last), range(len(words)), strict=False)
    changed = ((article.written(a), words.written(q)) for a, q in pairs)
    if other := next(((w, q) for w, q in changed if w.lower() != q.lower()), None):
        return Finding("notation", fatal=False, told=" -> ".join(other))
    return Finding("punctuation", fatal=False, told="")


def _spans(alignment: Alignment, quote: Folded, words: Words, text: Searchable) -> Iterator[Range]:
    """The article's characters from each word after a gap to the last before the next."""
    article = text.words
    edges = [alignment.first, *(edge for gap in alignment.gaps for edge in gap), alignment.last]
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        start, end = article.starts[first], article.ends[last - 1]
        if first == alignment.first:
            start -= _shared_end(quote.text[: words.starts[0]], text.folded.text[:start][-8:])
        if last == alignment.last:
            end += _shared_start(quote.text[words.ends[-1] :], text.folded.text[end : end + 8])
        yield text.folded.outer_span(start, end)


def _shared_start(one: str, other: str) -> int:
    """How many characters of punctuation two texts begin with alike."""
    size = 0
    while size < min(len(one), len(other)) and one[size] == other[size]:
        size += 1
    return len(other[:size].rstrip())


def _shared_end(one: str, other: str) -> int:
    return _shared_start(one[::-1], other[::-1])


def _between(in_order: Sequence[Place], text: Searchable) -> Iterator[Finding]:
    """What is left out between two places: a negation, or a sentence's end, behind which others may speak."""
    for place, following in pairwise(in_order):
        left_out = text.text[place.end : following.start]
        if len(left_out) > REACH or not any(map(str.isalnum, left_out)):
            continue
        if _SENTENCE_END.search(left_out):
            yield Finding("elision", fatal=False, told=left_out)
        elif not NEGATIONS.isdisjoint(Words(Folded(left_out).text).keys):
            yield Finding("negation", fatal=False, told=left_out)


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


__all__ = ["ALTERED", "ENOUGH", "NOT_FOUND", "NO_WORDS", "REACH", "Verdict", "Word", "ground"]
