"""The sums of benchmarks/economy.py: what each record and langextract spend and give on the same articles."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add
from pathlib import Path

import langextract_replies as theirs

from extractor.evaluation import economy as ours
from extractor.evaluation.economy import Count, Given, Spent
from extractor.golden.cases import Case

OURS, THEIRS, STRICT = "extractor", "langextract", "langextract, strict decoding"


@dataclass
class Economy:
    """Sums over articles.

    Args:
        articles: those compared: that langextract has a reply to; all, if it has none.
        characters: of their texts.
        shared_start: that the claims and attribution requests of an article begin with alike.
        spent: by record, and by side.
        given: by side.
        unreadable: articles whose reply langextract could not read.
    """

    articles: list[str] = field(default_factory=list[str])
    characters: int = 0
    shared_start: int = 0
    spent: dict[str, Spent] = field(default_factory=dict[str, Spent])
    given: dict[str, Given] = field(default_factory=dict[str, Given])
    unreadable: list[str] = field(default_factory=list[str])

    @property
    def is_compared(self) -> bool:
        """Whether there are replies of langextract."""
        return THEIRS in self.spent

    def spend(self, name: str, what: Spent) -> None:
        """Add to a record's or a side's account."""
        self.spent[name] = self.spent.get(name, Spent()) + what

    def give(self, name: str, what: Given) -> None:
        """Add to what a side gives."""
        self.given[name] = self.given.get(name, Given()) + what


def measure(cases: Iterable[Case], replies: Path | None, count: Count = len) -> Economy:
    """Add up cases.

    Args:
        cases: with their recorded replies.
        replies: the folder of langextract's replies: only articles with one are counted; None for all.
        count: how the size of a text is told.

    Raises:
        ReplyMissing: a case cannot be replayed.
        ValueError: a reply of langextract answers another prompt than today's.
    """
    fixed = theirs.fixed_part()
    pairs = [
        (case, theirs.read_reply(replies, case.name, fixed.around(case.article.text)) if replies else None)
        for case in cases
    ]
    is_compared = any(reply is not None for _, reply in pairs)
    economy = Economy()
    for case, reply in pairs:
        if reply is not None or not is_compared:
            _add_ours(economy, case, count)
        if reply is not None:
            _add_theirs(economy, fixed, case, reply, count)
    return economy


def _add_ours(economy: Economy, case: Case, count: Count) -> None:
    result = case.replay()
    recordings = ours.used(case, result)
    accounts = [ours.spent(recording, count) for recording in recordings]
    for recording, account in zip(recordings, accounts, strict=True):
        economy.spend(recording.record, account)
    economy.spend(OURS, reduce(add, accounts, Spent()))
    economy.give(OURS, ours.given(result))
    economy.articles.append(case.name)
    economy.characters += len(case.article.text)
    economy.shared_start += ours.shared_start(recordings)


def _add_theirs(economy: Economy, fixed: theirs.FixedPart, case: Case, reply: str, count: Count) -> None:
    spent = theirs.spent(fixed, case.article.text, reply, count)
    economy.spend(THEIRS, spent)
    try:
        found = theirs.extractions(reply)
    except ValueError:
        economy.unreadable.append(case.name)
        economy.spend(STRICT, spent)
        economy.give(THEIRS, Given())
        return
    economy.spend(STRICT, replace(spent, output=count(theirs.strictly(found, fixed))))
    economy.give(THEIRS, theirs.given(found))
