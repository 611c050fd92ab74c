"""What a run would do and cost, before anything is spent."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from extractor.article import Article
from extractor.catalog import RECORDS, load_prompt
from extractor.configuration import configuration_fingerprint, input_fingerprint
from extractor.errors import ArticleError
from extractor.prices import Price
from extractor.runs.inputs import Entry
from extractor.runs.ledger import Entered, digest
from extractor.settings import Settings

CHARACTERS_A_TOKEN = 3.5
"""Between English (4) and French (3); there is no tokenizer offline."""

GIVEN_A_CHARACTER = 4.3
"""Characters of the three requests for each of the article's own, beside the instructions: measured on
the golden cases, whose recordings tests/runs/test_plan.py measures again."""

GOT_A_CHARACTER = 3.3
"""Characters that the three replies have for each of the article's, likewise."""

_ASKED = tuple(record for record in RECORDS if record != "repair")


@dataclass
class Plan:
    """What a run would do.

    Args:
        done: articles that need nothing.
        new: articles that were never extracted.
        again: articles to do again because they failed or are partial.
        changed: articles whose text or metadata is not what it was.
        redone: articles that were asked with other settings, prompts, schemas or another model.
        unreadable: articles that cannot be read.
        duplicates: articles whose text another one of the run has; nothing is asked for them.
        repeated: articles under an id that another one of the run has; only the first is extracted.
        calls: model calls, repairs and second chances not counted.
        input_tokens, output_tokens: of those; counted where an article was done before, else estimated.
        cost: US dollars without any discount for cached prompts, None if the price is not known.
    """

    done: int = 0
    new: int = 0
    again: int = 0
    changed: int = 0
    redone: int = 0
    unreadable: int = 0
    duplicates: int = 0
    repeated: int = 0
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None

    @property
    def to_do(self) -> int:
        """Articles that something would be asked about."""
        return self.new + self.again + self.changed + self.redone

    @property
    def told(self) -> str:
        """What it would cost, for a person."""
        tokens = f"{self.input_tokens:,} tokens in and {self.output_tokens:,} out"
        cost = "price not known" if self.cost is None else f"${self.cost:,.2f}"
        return f"about {self.calls:,} calls, {tokens}, {cost}"


def plan_run(
    entries: Iterable[Entry],
    entered: Callable[[str], Entered | None],
    settings: Settings,
    model: str,
    price: Price | None,
) -> Plan:
    """Read every article and say what a run would do about it.

    Args:
        entries: the articles.
        entered: says what was done before about an article of some id.
        settings: what would be asked.
        model: the model that would be asked.
        price: of the model, None if not known.
    """
    plan = Plan()
    configuration = configuration_fingerprint(settings, model)
    known: set[bytes] = set()
    ids: set[bytes] = set()
    for entry in entries:
        try:
            article = entry.read()
        except ArticleError:
            plan.unreadable += 1
            continue
        if digest(article.id) in ids:
            plan.repeated += 1
            continue
        ids.add(digest(article.id))
        fingerprint = input_fingerprint(article)
        before = entered(article.id)
        kind = _kind(before, fingerprint, configuration)
        if kind != "done" and bytes.fromhex(fingerprint) in known:
            kind = "duplicates"
        known.add(bytes.fromhex(fingerprint))
        setattr(plan, kind, getattr(plan, kind) + 1)
        if kind not in ("done", "duplicates"):
            _add_cost(plan, article, before if kind in ("again", "redone") else None, settings)
    if price:
        plan.cost = price.cost(plan.input_tokens, 0, plan.output_tokens)
    return plan


def _kind(before: Entered | None, fingerprint: str, configuration: str) -> str:
    if before is None:
        return "new"
    if before.status != "complete":
        return "again"
    if before.input != fingerprint:
        return "changed"
    return "done" if before.configuration == configuration else "redone"


def _add_cost(plan: Plan, article: Article, before: Entered | None, settings: Settings) -> None:
    if before and before.status == "complete" and all(before.tokens):
        plan.calls += before.calls
        plan.input_tokens += before.tokens[0]
        plan.output_tokens += before.tokens[1]
        return
    calls, given, got = estimated(len(article.text), settings)
    plan.calls += calls
    plan.input_tokens += given
    plan.output_tokens += got


def estimated(characters: int, settings: Settings) -> tuple[int, int, int]:
    """Calls, input tokens and output tokens of an article of so many code points."""
    windows = max(1, -(-characters // settings.window))
    instructions = sum(map(_instructions, (settings.prompt(record) for record in _ASKED)))
    given = windows * instructions + GIVEN_A_CHARACTER * characters
    return (
        windows * len(_ASKED),
        round(given / CHARACTERS_A_TOKEN),
        round(GOT_A_CHARACTER * characters / CHARACTERS_A_TOKEN),
    )


def _instructions(name: str) -> int:
    """Characters of a prompt that are the same for every article, its schema included."""
    prompt = load_prompt(name)
    return len(prompt.templates[0][1]) + len(json.dumps(prompt.schema.strict(), ensure_ascii=False))
