"""Whether a claim's own words are borne out by its evidence: figures, negation, modality, names, additions.

A claim is no quotation: it names what pronouns stand for, undoes reported speech, and takes its subject from
elsewhere in the article. So nothing is rejected here; what looks wrong is named.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal

from extractor.grounding.alignment import Alignment, align
from extractor.grounding.findings import quote_findings
from extractor.grounding.folding import Folded
from extractor.grounding.lexicon import (
    CALENDAR,
    FUNCTION_WORDS,
    FUTURE,
    HEARSAY,
    MONTHS,
    NEGATIONS,
    NEGATIVE,
    POSSIBLE,
    QUALIFIERS,
    TURNING,
)
from extractor.grounding.polarity import is_conditional, is_future, is_possible, negations
from extractor.grounding.words import Word, Words

SupportCheck = Literal["number", "negation", "name", "modality", "addition"]
"""What can be wrong with a claim's wording. docs/grounding.md says what each means."""

STEM = 5
"""Letters by which two forms of a word are held for one ("achète", "acheter"): enough to tell most words
apart, few enough for the endings of French and English."""

MOST_UNSUPPORTED = 0.4
"""Share of a claim's content words that may stand nowhere in the article. Rewording needs some: a noun for a
verb, a pronoun spelt out."""

QUALIFIED = 2
"""Words before a figure that may qualify it ("près de 300", "at least 300")."""

COPIED = 0.8
"""Share of a claim's letters that its evidence must have for the two to be compared word by word: below, the
claim is put in its own words."""

FEWEST_UNSUPPORTED = 2
"""Content words in a row that stand nowhere in the article, from which on they are an addition."""

WORDS_REMEMBERED = 50_000
"""Stems that are kept: news repeats its words from article to article."""

_YEARS = range(1000, 2200)
_ENDINGS = re.compile(r"(?<=.{3})(?:es|[esx])$")


@dataclass(frozen=True)
class Known:
    """What a claim may draw on besides its evidence.

    Args:
        text: the article's words that claims may rest on.
        metadata: title and date known apart from the text.
    """

    text: str
    metadata: str = ""
    _sentences: dict[str, Words] = field(default_factory=dict[str, Words])

    def around(self, sentence: str) -> Words:
        """The words of a sentence, which the claims of an article share."""
        if sentence not in self._sentences:
            self._sentences[sentence] = _words(sentence)
        return self._sentences[sentence]

    @cached_property
    def words(self) -> Words:
        """All words of the text and the metadata."""
        return Words(Folded(f"{self.text}\n{self.metadata}").text)

    @cached_property
    def stems(self) -> frozenset[str]:
        """How they begin, without accents."""
        return frozenset(stem for key in self.words.postings for stem in _stems(key))

    @cached_property
    def counted(self) -> frozenset[tuple[str, str]]:
        """Figures with the stem of what they count."""
        return frozenset(_counted(self.words))

    @cached_property
    def digits(self) -> frozenset[str]:
        """Numbers inside words."""
        return frozenset(_digits(self.words))


def support_checks(
    claim: str,
    evidence: Sequence[str],
    sentence: str,
    known: Known,
    *,
    denied: bool,
    hearsay: bool,
    reported: bool,
) -> tuple[SupportCheck, ...]:
    """What in a claim its evidence does not bear out.

    Args:
        claim: the claim's text.
        evidence: its passages.
        sentence: the unit or units around the evidence.
        known: the rest of what the claim may draw on.
        denied: the evidence rejects the claim, so that the two differ in polarity.
        hearsay: the outlet keeps its distance; the claim drops the conditional that says so.
        reported: it stands in reported speech, so that "would" may be a future of the past.
    """
    said = _words(claim)
    basis = _words("\n".join(evidence))
    around = known.around(sentence)
    alignment = _held_against(said, basis)
    changed = _changed(alignment, basis)
    found: list[SupportCheck] = []
    if any(_unsupported_figures(said, basis, known)):
        found.append("number")
    if not denied and ("negation" in changed or _negates_otherwise(said, basis, around)):
        found.append("negation")
    if _replaces_name(alignment, basis) or any(_unsupported_names(said, known)) or _swaps_names(said, basis):
        found.append("name")
    explained = hearsay or reported
    if ("modality" in changed and not explained) or _is_surer_or_less_sure(
        said, basis, around, hearsay=hearsay, reported=reported
    ):
        found.append("modality")
    if _adds(said, known):
        found.append("addition")
    return tuple(found)


def _held_against(said: Words, basis: Words) -> Alignment | None:
    """The claim aligned with its evidence, as if it were a quote of it."""
    return align(said, basis, [(0, len(basis))], 0) if len(said) and len(basis) else None


def _changed(alignment: Alignment | None, basis: Words) -> set[str]:
    """What is wrong with the claim if it is a copy of the evidence with some words changed."""
    if alignment is None or alignment.coverage < COPIED:
        return set()
    return {finding.check for finding in quote_findings(alignment, basis) if finding.fatal}


def _replaces_name(alignment: Alignment | None, basis: Words) -> bool:
    """Whether the claim has a name from elsewhere where the evidence has another."""
    return alignment is not None and any(
        any(map(_is_name, change.quoted))
        and any(map(_is_name, change.written))
        and not change.is_slip
        and not any(word.key in basis.postings for word in change.quoted)
        for change in alignment.changes
    )


def _words(text: str) -> Words:
    return Words(Folded(text).text)


def _unsupported_figures(said: Words, basis: Words, known: Known) -> Iterator[str]:
    """Figures that the evidence does not give, or gives of something else."""
    figures = list(_figures(said))
    if not figures:
        return
    given = set(basis.keys) | _digits(basis)
    in_evidence, elsewhere = set(_counted(basis)), known.counted
    for number in figures:
        key, noun = said.keys[number], _noun_after(said, number)
        if key in given:
            others = {figure for figure, other in in_evidence if noun and other == noun}
            if (others and key not in others) or _is_otherwise_qualified(said, number, basis):
                yield key
        elif not (noun and (key, noun) in elsewhere) and not _is_known_date(said, number, known):
            yield key


def _is_otherwise_qualified(said: Words, number: int, basis: Words) -> bool:
    """Whether one text says "nearly", "at least" or "about" of a figure and the other does not."""
    given = basis.postings.get(said.keys[number])
    return given is not None and _is_qualified(said, number) != _is_qualified(basis, given[0])


def _is_qualified(words: Words, number: int) -> bool:
    return not QUALIFIERS.isdisjoint(words.keys[max(0, number - QUALIFIED) : number])


def _figures(words: Words) -> Iterator[int]:
    return (number for number, key in enumerate(words.keys) if any(map(str.isdigit, key)))


def _counted(words: Words) -> Iterator[tuple[str, str]]:
    """Figures with the stem of what they count."""
    found = ((words.keys[number], _noun_after(words, number)) for number in _figures(words))
    return ((key, noun) for key, noun in found if noun)


def _noun_after(words: Words, number: int) -> str:
    """The stem of the first content word or figure ("18 à 25 ans") after a figure, within two words."""
    for at in range(number + 1, min(number + 3, len(words))):
        key = words.keys[at]
        if key not in FUNCTION_WORDS:
            return _stem(key)
    return ""


def _digits(words: Words) -> set[str]:
    """Numbers inside words such as "7h44" or "2012-05-22"."""
    return {f"#{int(digits)}" for key in words.keys for digits in re.findall(r"\d{1,9}", key)}


def _is_known_date(said: Words, number: int, known: Known) -> bool:
    """A day or year that the article's dateline or date gives: claims resolve "on Wednesday" by it."""
    key = said.keys[number]
    if not (key in known.words.postings or key in known.digits):
        return False
    beside = {*said.keys[max(0, number - 1) : number], *said.keys[number + 1 : number + 2]}
    value = key.removeprefix("#")
    return not MONTHS.isdisjoint(beside) or (value.isdigit() and int(value) in _YEARS)


def _negates_otherwise(said: Words, basis: Words, around: Words) -> bool:
    claimed, given = negations(said.keys), negations(basis.keys)
    if given and not claimed:
        return True
    implied = negations(around.keys) or not NEGATIVE.isdisjoint(map(_stem, basis.keys))
    return bool(claimed) and not given and not implied


def _unsupported_names(said: Words, known: Known) -> Iterator[str]:
    for word in said.between(0, len(said)):
        if _is_name(word) and known.stems.isdisjoint(_stems(word.key)):
            yield word.text


def _swaps_names(said: Words, basis: Words) -> bool:
    """Whether two names of the evidence stand in the other order, with nothing that explains it.

    A passive or a relative clause does ("Kherson, que la Russie a occupé").
    """
    names = {word.key for word in basis.between(0, len(basis)) if word.is_capitalised and _is_nominal(word)}
    shared = {name for name in names if len(basis.postings[name]) == len(said.postings.get(name, ()))}
    orders = [[key for key in words.keys if key in shared] for words in (said, basis)]
    return orders[0] != orders[1] and TURNING.isdisjoint(set(said.keys) ^ set(basis.keys))


def _is_surer_or_less_sure(
    said: Words, basis: Words, around: Words, *, hearsay: bool, reported: bool
) -> bool:
    claimed = [key for key in said.keys if key in POSSIBLE]
    conditional = any(map(is_conditional, said.keys))
    given = [key for key in basis.keys if key in POSSIBLE and not (hearsay and key in HEARSAY)]
    if "would" in given and reported and not FUTURE.isdisjoint(said.keys):
        given = [key for key in given if key != "would"]
    if given and not claimed and not conditional:
        return not (hearsay and all(map(is_conditional, given)))
    if any(map(is_conditional, basis.keys)) and not (claimed or conditional or hearsay):
        return not (reported and any(map(is_future, said.keys)))
    if claimed or conditional:
        surroundings = [*basis.keys, *around.keys]
        return not is_possible(surroundings) and not any(map(is_conditional, surroundings))
    return False


def _adds(said: Words, known: Known) -> bool:
    """Whether too many of the claim's content words, or several in a row, stand nowhere in the article."""
    content = [word for word in said.between(0, len(said)) if _is_content(word)]
    missing = [known.stems.isdisjoint(_stems(word.key)) for word in content]
    in_a_row = longest = 0
    for is_missing in missing:
        in_a_row = in_a_row + 1 if is_missing else 0
        longest = max(longest, in_a_row)
    too_many = sum(missing) > MOST_UNSUPPORTED * len(content)
    return longest >= FEWEST_UNSUPPORTED or too_many


def _is_content(word: Word) -> bool:
    return not (
        word.is_figure
        or word.key in FUNCTION_WORDS
        or word.key in CALENDAR
        or word.key in NEGATIONS
        or word.key in POSSIBLE
    )


def _is_name(word: Word) -> bool:
    return word.is_capitalised and not word.opens and _is_nominal(word)


def _is_nominal(word: Word) -> bool:
    return not (word.key in FUNCTION_WORDS or word.key in CALENDAR)


@lru_cache(maxsize=WORDS_REMEMBERED)
def _stem(key: str) -> str:
    """How a word begins, without accents and plural."""
    return _ENDINGS.sub("", _plain(key))[:STEM]


@lru_cache(maxsize=WORDS_REMEMBERED)
def _stems(key: str) -> tuple[str, str]:
    """How a word begins, with and without its ending: "refus" and "refuser", "mort" and "mortes" are kin."""
    return _plain(key)[:STEM], _stem(key)


def _plain(key: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", key) if not unicodedata.combining(c))
