"""A quote that does not stand in the article as it is: aligned with the nearest words, judged by the rest."""

import re
from collections.abc import Iterator

from extractor.grounding.alignment import Alignment, align
from extractor.grounding.borders import MINUS
from extractor.grounding.findings import NOT_FOUND, Finding, Judged, quote_findings
from extractor.grounding.folding import Folded
from extractor.grounding.location import Place
from extractor.grounding.scope import Range, Scope
from extractor.grounding.searchable import Searchable
from extractor.grounding.words import Words

ALTERED = 0.4
"""Share of a quote's letters that must stand in the article for it to be called altered, not missing. Below,
what agrees is mostly function words; two swapped names leave about half. Either way it is rejected."""

ENOUGH = 0.75
"""Share of a quote's letters that must agree for it to be taken: a short quote of which only slips differ may
still be mostly slips."""

_SIGNED = re.compile(rf"(?:^|(?<=\s))[{MINUS}]\d")


def judge_altered(quote: str, text: Searchable, scope: Scope, near: int | None) -> Judged:
    """Align the quote with the words nearest to it: around the hint, then wherever it may stand."""
    folded = Folded(quote)
    words = Words(folded.text)
    best: Judged | None = None
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
    return best or Judged((), reason=NOT_FOUND)


def _judge_alignment(
    alignment: Alignment, quote: Folded, words: Words, text: Searchable, scope: Scope
) -> Judged:
    findings = list(quote_findings(alignment, text.words))
    if not findings:
        findings.append(_written_otherwise(alignment, quote, words, text))
    if any(finding.fatal for finding in findings) or alignment.coverage < ENOUGH:
        serious = [f for f in findings if f.fatal] or findings
        told = "; ".join(f"{f.check} ({f.told})" for f in serious[:3])
        return Judged((), tuple(findings), f"quote altered: {told}")
    spans = list(_spans(alignment, quote, words, text))
    if not all(any(low <= start and end <= high for low, high in scope.allowed) for start, end in spans):
        return Judged((), tuple(findings), NOT_FOUND)
    return Judged(tuple(Place(start, end, "fuzzy") for start, end in spans), tuple(findings))


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
