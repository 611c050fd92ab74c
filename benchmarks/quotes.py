"""Quotes with known places: real ones, changed harmlessly or harmfully, each on a page of a given size."""

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from changes import HARMFUL, HARMLESS, WRITTEN, typo

from extractor.units import split_units

DATA = Path(__file__).parent / "data"
Span = tuple[int, int]


@dataclass(frozen=True)
class Article:
    """An article and the places of quotations in it."""

    id: str
    language: str
    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Case:
    """One question to a grounder: where on this page does this quote stand?

    ``expected``: its places; empty if the page does not say this, so that it should be rejected.
    ``unit``: where a model says that it stands, the sentence in which it begins. ``words``: what it was
    made of.
    """

    change: str
    page: str
    quote: str
    expected: tuple[Span, ...]
    unit: Span
    words: str

    @property
    def is_harmful(self) -> bool:
        """Whether the quote should be rejected, or a warning given."""
        return not self.expected


@dataclass(frozen=True)
class Quote:
    """A quotation on a page: the words before it, its own, and those after it."""

    language: str
    before: str
    words: str
    after: str

    def case(self, change: str, quote: str, *places: Span, words: str | None = None) -> Case:
        """A question about it; places count from its beginning."""
        start = len(self.before)
        page = self.before + (self.words if words is None else words) + self.after
        expected = tuple((start + first, start + last) for first, last in places)
        units = (each for each in split_units(page) if each.start <= start < each.end)
        unit = next((each.start, each.end) for each in units)
        return Case(change, page, quote, expected, unit, self.words)


def load_articles() -> list[Article]:
    """All articles of the benchmark."""
    found: list[Article] = []
    for name, language in (("gum-news", "en"), ("wikinews-fr", "fr")):
        for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            spans = tuple((start, end) for start, end in entry["spans"])
            found.append(Article(entry["id"], language, entry["text"], spans))
    return found


def cases(seed: int, characters: int, every: int = 1) -> Iterator[Case]:
    """Every quotation with every change that applies to it, each on a page of about so many code points.

    ``every`` takes one article in so many.
    """
    rng = random.Random(seed)  # noqa: S311 - a benchmark is no secret
    articles = load_articles()
    for article in articles[::every]:
        others = [each for each in articles if each.language == article.language and each is not article]
        for start, end in article.spans:
            words = article.text[start:end]
            if not re.search(r"\w", words):
                continue
            around = rng.sample(others, len(others))
            quote = Quote(article.language, *_page(article, start, end, around, characters))
            yield from harmless(quote, rng)
            yield from harmful(quote, rng, around)


def _page(
    article: Article, start: int, end: int, others: Sequence[Article], characters: int
) -> tuple[str, str, str]:
    """The article with others before and after it, cut to size around the quotation."""
    room = max(0, characters - (end - start))
    before, after = article.text[:start], article.text[end:]
    for other in others:
        if len(before) + len(after) >= room:
            break
        if len(before) < len(after):
            before = f"{other.text}\n{before}"
        else:
            after = f"{after}\n{other.text}"
    surplus = max(0, len(before) + len(after) - room)
    cut = min(len(before), surplus // 2)
    return before[cut:], article.text[start:end], after[: max(0, len(after) - (surplus - cut))]


def harmless(quote: Quote, rng: random.Random) -> Iterator[Case]:
    """The quote as models give it: same words, other characters."""
    words = quote.words
    whole = (0, len(words))
    yield quote.case("verbatim", words, whole)
    for name, change in HARMLESS.items():
        if (changed := change(words)) != words:
            yield quote.case(name, changed, whole)
    for name, change in WRITTEN.items():
        if (changed := change(words)) != words:
            yield quote.case(name, words, (0, len(changed)), words=changed)
    if misspelt := typo(words, rng):
        yield quote.case("a typo", misspelt, whole)
    tokens = [match.span() for match in re.finditer(r"\S+", words)]
    if len(tokens) >= 6 and (ends := _trimmed(words, tokens)):
        yield quote.case("trimmed ends", words[slice(*ends)], ends)
    if len(tokens) >= 10 and (elided := _elided(quote, tokens, rng)):
        yield elided


def _trimmed(words: str, tokens: Sequence[Span]) -> Span | None:
    """Without the first and last word, unless that would cut a figure ("1 200")."""
    start, end = tokens[1][0], tokens[-2][1]
    return None if any(_cuts_figure(words, at) for at in (start, end)) else (start, end)


def _cuts_figure(words: str, at: int) -> bool:
    """Whether a cut parts a figure, which would make the change a harmful one."""
    return (
        re.search(r"\d\s*$", words[:at]) is not None
        and re.match(r"\s*(?:\d|%|p|m|b|thou)", words[at:]) is not None
    )


def _elided(quote: Quote, tokens: Sequence[Span], rng: random.Random) -> Case | None:
    first = rng.randint(3, len(tokens) - 6)
    last = rng.randint(first + 2, len(tokens) - 3)
    left, right = (tokens[0][0], tokens[first - 1][1]), (tokens[last][0], tokens[-1][1])
    mark = rng.choice([" [...] ", "... ", " (…) ", "… ", " […] "])
    text = quote.words
    if _cuts_figure(text, left[1]) or _cuts_figure(text, right[0]):
        return None
    return quote.case("ellipsis", text[slice(*left)] + mark + text[slice(*right)], left, right)


def harmful(quote: Quote, rng: random.Random, others: Sequence[Article]) -> Iterator[Case]:
    """Quotes that the page does not bear out."""
    words = quote.words
    page = re.sub(r"\s+", " ", quote.before + words + quote.after)
    for name, change in HARMFUL.items():
        changed = change(words, quote.language, rng)
        if changed and changed != words and (name == "part of a figure" or not _stands(changed, page)):
            yield quote.case(name, changed)
    foreign = _sentence(others[-1], rng)
    yield quote.case("invented head", " ".join([*foreign.split()[: rng.randint(3, 7)], words]))
    yield quote.case("invented tail", " ".join([words, *foreign.split()[: rng.randint(3, 7)]]))
    elsewhere = _sentence(others[-2], rng)
    if not _stands(elsewhere, page):
        yield quote.case("quote of another article", elsewhere)
    bag = [word for other in others[-12:-2] for word in _sentence(other, rng).split()]
    yield quote.case("wholly invented", " ".join(rng.sample(bag, min(len(bag), max(4, len(words.split()))))))


def _stands(quote: str, page: str) -> bool:
    return re.sub(r"\s+", " ", quote).strip(" .,;:").lower() in page.lower()


def _sentence(article: Article, rng: random.Random) -> str:
    sentences: list[str] = re.findall(r"[^.!?\n]+[.!?]", article.text)
    found = [each for each in sentences if len(each.split()) > 7]
    return rng.choice(found or [article.text]).strip()
