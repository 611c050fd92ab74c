"""Quotes with known places: real ones, changed harmlessly or harmfully, each on a page of a given size."""

import json
import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

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
    if typo := _typo(words, rng):
        yield quote.case("a typo", typo, whole)
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


def _typo(words: str, rng: random.Random) -> str | None:
    """One letter swapped with the next, dropped or doubled in a word of four letters or more."""
    places = [match.span() for match in re.finditer(r"[^\W\d_]{4,}", words)]
    if not places:
        return None
    start, end = rng.choice(places)
    at = rng.randrange(start + 1, end - 1)
    swapped = words[:at] + words[at + 1] + words[at] + words[at + 2 :]
    dropped = words[:at] + words[at + 1 :]
    doubled = words[:at] + words[at] + words[at:]
    return next(each for each in rng.sample([swapped, dropped, doubled], 3) if each != words)


def _straight(words: str) -> str:
    return words.translate(dict.fromkeys(map(ord, "’‘"), "'") | dict.fromkeys(map(ord, "“”«»"), '"'))


def _curly(words: str) -> str:
    return re.sub(r'"([^"]*)"', r"“\1”", words.replace("'", "’"))


def _guillemets(words: str) -> str:
    return re.sub(r'["“]([^"”]*)["”]', "«\u00a0\\1\u00a0»", words)


def _every(text: str, pattern: str, insert: str) -> str:
    return re.sub(pattern, lambda match: match[0][:2] + insert + match[0][2:], text)


HARMLESS: dict[str, Callable[[str], str]] = {
    "straight quotes": _straight,
    "curly quotes": _curly,
    "guillemets with spaces": _guillemets,
    "decomposed accents": lambda words: unicodedata.normalize("NFD", words),
    "no-break spaces": lambda words: words.replace(" ", "\u00a0"),
    "thin spaces": lambda words: re.sub(r" ([:;!?»%])", "\u202f\\1", words.replace("« ", "«\u202f")),
    "line breaks": lambda words: words.replace(" ", "\n"),
    "dashes": lambda words: words.replace("-", "\u2011").replace("—", "–"),
    "ligatures": lambda words: words.replace("fi", "ﬁ").replace("fl", "ﬂ").replace("oe", "œ"),
    "soft hyphens": lambda words: _every(words, r"[^\W\d_]{6,}", "\u00ad"),
    "zero-width": lambda words: _every(words, r"[^\W\d_]{6,}", "\u200b"),
    "entities": lambda words: words.replace("&", "&amp;").replace("'", "&#39;").replace("é", "&eacute;"),
    "other case": lambda words: words[:1].swapcase() + words[1:],
    "all capitals": lambda words: words.upper() if len(words.upper()) == len(words) else words,
    "quotation marks around": lambda words: f'"{words}"',
}
WRITTEN: dict[str, Callable[[str], str]] = {
    "entities in the article": lambda words: words.replace("'", "&rsquo;").replace(" ", "&nbsp;", 1),
    "broken words in the article": lambda words: re.sub(
        r"([^\W\d_]{4})([^\W\d_]{4})", r"\1-\n\2", words, count=1
    ),
    "decomposed article": lambda words: unicodedata.normalize("NFD", words),
    "soft hyphens in the article": lambda words: _every(words, r"[^\W\d_]{6,}", "\u00ad"),
}


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


NUMBER_WORDS = {
    "en": "two three four five six seven eight nine ten eleven twelve hundred thousand million".split(),
    "fr": "deux trois quatre cinq six sept huit neuf dix onze douze vingt cent mille million".split(),
}


def _other_number(words: str, language: str, rng: random.Random) -> str | None:
    names = NUMBER_WORDS[language]
    found = list(re.finditer(rf"\d+|\b(?:{'|'.join(names)})\b", words))
    if not found:
        return None
    match = rng.choice(found)
    if match[0].isdigit():
        other = str(int(match[0]) + rng.choice([1, 2, 10, 30])) if rng.random() < 0.5 else match[0][::-1]
        other = other if other != match[0] else str(int(match[0]) + 1)
    else:
        other = rng.choice([name for name in names if name != match[0]])
    return words[: match.start()] + other + words[match.end() :]


REMOVED = {
    "en": [(r"\b(?:not|never) ", ""), (r"n['’]t\b", ""), (r"\b[Nn]o (?=\w)", "a "), (r"\bwithout\b", "with")],
    "fr": [
        (r"\b(?:ne |n['’])([\w'’-]+) (?:pas|jamais|plus|rien)\b", r"\1"),
        (r"\baucune? ", "un "),
        (r"\bsans\b", "avec"),
    ],
}
INSERTED = {
    "en": [
        (r"\b(is|are|was|were|has|have|had|will|would|could|may|can|should)\b", r"\1 not"),
        (r"\bto (?=\w)", "not to "),
    ],
    "fr": [
        (r"\b(est|sont|était|étaient|ont|avait|sera|serait|peut|doit|fait|va)\b", r"ne \1 pas"),
        (r"\b(a)\b", r"n'\1 pas"),
    ],
}


def _other_polarity(words: str, language: str, _: random.Random) -> str | None:
    for pattern, replacement in (*REMOVED[language], *INSERTED[language]):
        changed = re.sub(pattern, replacement, words, count=1)
        if changed != words:
            return changed
    return None


MODALS = {
    "en": [
        (r"\bwill\b", "may"), (r"\b(?:may|might|could)\b", "will"), (r"\bwould be\b", "is"),
        (r"\bwould\b", "will"), (r"\b(?:is|are)\b", "may be"), (r"\b(?:was|were)\b", "might have been"),
        (r"\b(?:has|have)\b", "may have"), (r"\bcan\b", "must"), (r"\bshould\b", "will"),
    ],
    "fr": [
        (r"\bserait\b", "est"), (r"\bseraient\b", "sont"), (r"\baurait\b", "a"), (r"\bauraient\b", "ont"),
        (r"\bpourrait\b", "va"), (r"\best\b", "serait"), (r"\bsont\b", "seraient"), (r"\bont\b", "auraient"),
        (r"\bpeut\b", "doit"), (r"\bdoit\b", "pourrait"), (r"\bsera\b", "serait"), (r"\bétait\b", "serait"),
        (r"(?<=\w )a (?=\w+é\b)", "aurait "),
    ],
}  # fmt: skip


def _other_modality(words: str, language: str, _: random.Random) -> str | None:
    for pattern, replacement in MODALS[language]:
        changed = re.sub(pattern, replacement, words, count=1)
        if changed != words:
            return changed
    return None


NAMES = {
    "en": "Iran Brazil Marshall Chen Okafor Geneva Lindqvist Toyota Warsaw Delgado".split(),
    "fr": "Iran Brésil Marchand Chen Okafor Genève Lindqvist Toyota Varsovie Delgado".split(),
}
_NAME = re.compile(r"(?<=[^\W\d_,] )[^\W\d_a-zà-ÿ][^\W\d_]{3,}")


def _other_name(words: str, language: str, rng: random.Random) -> str | None:
    found = list(_NAME.finditer(words))
    if not found:
        return None
    match = rng.choice(found)
    other = rng.choice([name for name in NAMES[language] if name != match[0]])
    return words[: match.start()] + other + words[match.end() :]


def _swapped_names(words: str, _: str, rng: random.Random) -> str | None:
    found = list(_NAME.finditer(words))
    pairs = [(one, two) for one in found for two in found if one.end() < two.start() and one[0] != two[0]]
    if not pairs:
        return None
    one, two = rng.choice(pairs)
    return words[: one.start()] + two[0] + words[one.end() : two.start()] + one[0] + words[two.end() :]


ELIDED = {
    "en": [(r"\b(?:not|never|no) ", "[...] "), (r"n['’]t\b", " [...]")],
    "fr": [
        (r"\b(?:ne |n['’])([\w'’-]+) (?:pas|jamais|plus|rien)\b", r"[...] \1 [...]"),
        (r"\baucune? ", "[...] "),
    ],
}


def _elided_negation(words: str, language: str, _: random.Random) -> str | None:
    for pattern, replacement in ELIDED[language]:
        changed = re.sub(pattern, replacement, words, count=1)
        if changed != words:
            return changed
    return None


def _cut_figure(words: str, _: str, rng: random.Random) -> str | None:
    """The quote from the middle of a figure on: "200 morts" of "1 200 morts"."""
    found = list(re.finditer(r"(?<=\d)[\s.,](?=\d)|(?<=\d)(?=\d)", words))
    if not found:
        return None
    rest = words[rng.choice(found).end() :]
    return rest if len(rest.split()) > 1 else None


HARMFUL: dict[str, Callable[[str, str, random.Random], str | None]] = {
    "another number": _other_number,
    "another polarity": _other_polarity,
    "another modality": _other_modality,
    "another name": _other_name,
    "two names swapped": _swapped_names,
    "negation under an ellipsis": _elided_negation,
    "part of a figure": _cut_figure,
}
