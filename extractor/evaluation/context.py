"""Words of a claim that cannot be understood without its article: pronouns as subjects, and deictics.

French and English lists. A pronoun counts where no content word stands before it that it could refer to
("Jean dit qu'il viendra" explains itself); words in quotation marks are their speaker's and do not count.
"""

import re
from collections.abc import Sequence

from extractor.grounding.lexicon import CALENDAR, FUNCTION_WORDS

PRONOUNS = frozenset(
    (
        "il", "elle", "ils", "elles", "nous", "je", "cela", "ceci", "ça", "celui-ci", "celle-ci", "ceux-ci",
        "celles-ci", "celui-là", "celle-là", "ceux-là", "celles-là", "he", "she", "it", "they", "we", "i",
    )
)  # fmt: skip
"""Subjects that stand for somebody or something named elsewhere."""

ANAPHORS = (
    "ce dernier", "cette dernière", "ces derniers", "ces dernières", "the latter", "the former",
)  # fmt: skip
"""Phrases that do so too."""

IMPERSONAL = re.compile(
    r"(?:il (?:n )?(?:y a|y avait|y aura|faut|fallait|s agit|s agissait|pleut)|it (?:rain|snow)\w*) "
)
"""A pronoun that stands for nobody."""

DEICTICS = (
    "hier", "avant-hier", "aujourd'hui", "demain", "après-demain", "la veille", "le lendemain", "ce matin",
    "cet après-midi", "ce soir", "cette nuit", "cette semaine", "ce mois-ci", "cette année", "ici",
    "la semaine dernière", "la semaine prochaine", "le mois dernier", "le mois prochain", "l an dernier",
    "l an prochain", "l année dernière", "l année prochaine",
    "yesterday", "today", "tomorrow", "tonight", "this morning", "this afternoon", "this evening",
    "this week", "this month", "this year", "last night", "last week", "last month", "last year",
    "next week", "next month", "next year", "here",
)  # fmt: skip
"""Adverbs whose meaning depends on when and where the article was written."""

_QUOTED = re.compile(r"«[^»]*»|“[^”]*”|\"[^\"]*\"|„[^“”]*[“”]")
_WORD = re.compile(r"aujourd'hui|[^\W\d_]+(?:-[^\W\d_]+)*|\d+")


def unresolved(text: str) -> frozenset[str]:
    """The pronouns and deictics of a claim that its own words do not explain, in lower case."""
    plain = _QUOTED.sub(" ", text.casefold().replace("’", "'"))
    words: list[str] = _WORD.findall(plain)
    opening = words[: next((at for at, word in enumerate(words) if _explains(word)), len(words))]
    found = {word for at, word in enumerate(opening) if word in PRONOUNS and not _is_impersonal(words[at:])}
    start = f" {' '.join(words[: len(opening) + 1])} "
    found |= {phrase for phrase in ANAPHORS if f" {phrase} " in start}
    line = f" {' '.join(words)} "
    return frozenset(found | {phrase for phrase in DEICTICS if f" {phrase} " in line})


def _explains(word: str) -> bool:
    """Whether a pronoun that comes after could refer to a word."""
    return not (
        word.isdecimal() or word in FUNCTION_WORDS or word in CALENDAR or word in PRONOUNS or word in DEICTICS
    )


def _is_impersonal(words: Sequence[str]) -> bool:
    return IMPERSONAL.match(f"{' '.join(words[:4])} ") is not None
