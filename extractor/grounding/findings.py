"""What a difference between a quote and the article's words amounts to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from extractor.grounding.alignment import Alignment, Change
from extractor.grounding.lexicon import (
    CALENDAR,
    EXCEPTIONS,
    FUNCTION_WORDS,
    FUTURE,
    NECESSARY,
    NEGATIONS,
    POSSIBLE,
    SLIGHT,
)
from extractor.grounding.location import Place
from extractor.grounding.polarity import is_conditional
from extractor.grounding.words import Word, Words

Check = Literal[
    "number", "negation", "name", "modality", "head", "tail", "wording",
    "elision", "spelling", "notation", "punctuation", "torn",
]  # fmt: skip
"""What can be wrong with a quote, most serious first. docs/grounding.md says what each means."""

NOT_FOUND = "quote not found in the article"
NO_WORDS = "quote without words"

SHORT_GAP = 2
"""Words left out without a mark up to which they make another statement ("les 40 témoins", "la première
ministre"); more are a clause, which has a statement of its own."""

SHORTEST_NAME_SLIP = 5
"""Letters of the shortest name in which another letter can be a slip: Iran is not Irak, Mali not Bali."""

_MOST_TOLD = 6


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a quote.

    ``fatal``: the article does not say this, so that the quote is rejected; else it is taken and the check
    named. ``told`` says it in words.
    """

    check: Check
    fatal: bool
    told: str


@dataclass(frozen=True)
class Judged:
    """What became of one piece of a quote; without places ``reason`` says why it is rejected."""

    places: tuple[Place, ...]
    findings: tuple[Finding, ...] = ()
    reason: str | None = None


def quote_findings(alignment: Alignment, article: Words) -> Iterator[Finding]:
    """What the differences of an alignment amount to."""
    for change in alignment.changes:
        check, fatal = _classified(change, article)
        yield Finding(check, fatal=fatal, told=_told(change.written, change.quoted))
    for first, last in alignment.gaps:
        left_out = article.between(first, last)
        check, fatal = _gap_classified(left_out)
        yield Finding(check, fatal=fatal, told=_told(left_out, ()))


def _classified(change: Change, article: Words) -> tuple[Check, bool]:
    words = change.quoted + change.written
    are_slight = all(word.key in SLIGHT for word in words)
    if change.where != "middle" and not change.written and not are_slight:
        return change.where, True
    if change.is_slip:
        return _slip_classified(change, article)
    check = _meaning(words) or ("name" if _is_name(change) else "wording")
    return check, not (check == "wording" and are_slight)


def _slip_classified(change: Change, article: Words) -> tuple[Check, bool]:
    """A slip is let through, unless it makes another word of the kind."""
    if meaning := _meaning(change.quoted + change.written):
        return meaning, any(_meaning([word]) for word in change.quoted)
    if _is_name(change):
        return "name", _is_other_name(change, article)
    return "spelling", False


def _gap_classified(left_out: Sequence[Word]) -> tuple[Check, bool]:
    """Words left out without a mark: slight ones, or a clause without a negation, are let through."""
    keys = {word.key for word in left_out}
    if not NEGATIONS.isdisjoint(keys):
        return "negation", True
    if keys <= SLIGHT:
        return "wording", False
    if len(left_out) > SHORT_GAP and EXCEPTIONS.isdisjoint(keys):
        return "elision", False
    return _meaning(left_out) or ("name" if any(map(_is_inner_name, left_out)) else "wording"), True


def _meaning(words: Sequence[Word]) -> Check | None:
    """The most serious thing that any of some words bears."""
    keys = [word.key for word in words]
    if any(word.is_figure for word in words) or not CALENDAR.isdisjoint(keys):
        return "number"
    if not NEGATIONS.isdisjoint(keys):
        return "negation"
    if any(key in POSSIBLE or key in NECESSARY or key in FUTURE or is_conditional(key) for key in keys):
        return "modality"
    return None


def _is_name(change: Change) -> bool:
    """Whether a name is concerned; where a sentence opens, a capital counts if both sides have one."""
    both = [*change.quoted, *change.written]
    if any(map(_is_inner_name, both)):
        return True
    paired = change.quoted and change.written
    return bool(paired) and all(word.is_capitalised and word.key not in FUNCTION_WORDS for word in both)


def _is_inner_name(word: Word) -> bool:
    return word.is_capitalised and not word.opens and word.key not in FUNCTION_WORDS


def _is_other_name(change: Change, article: Words) -> bool:
    """Whether what looks like a slip in a name may be somebody else's."""
    quoted, written = ("".join(w.text for w in words) for words in (change.quoted, change.written))
    is_letter_changed = len(quoted) == len(written) and sorted(quoted.lower()) != sorted(written.lower())
    return (
        written.isupper()  # an acronym has no letter to spare
        or any(word.key in article.postings for word in change.quoted)
        or (is_letter_changed and len(quoted) < SHORTEST_NAME_SLIP)
    )


def _told(written: Sequence[Word], quoted: Sequence[Word]) -> str:
    return f"{_shown(written) or 'nothing'} -> {_shown(quoted) or 'nothing'}"


def _shown(words: Sequence[Word]) -> str:
    shown = " ".join(word.text for word in words[:_MOST_TOLD])
    return shown + (" ..." if len(words) > _MOST_TOLD else "")
