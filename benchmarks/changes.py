"""Changes to a quotation: harmless ones, as models and typesetters make them, and harmful ones."""

import random
import re
import unicodedata
from collections.abc import Callable


def typo(words: str, rng: random.Random) -> str | None:
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
