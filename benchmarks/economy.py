"""What the pipeline spends on an article beside one langextract call: characters of input and output.

``python benchmarks/economy.py [--json]`` reads recorded replies only, ours in golden/ and those in
benchmarks/data/langextract, and prints tables. It needs neither langextract nor a network.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Any

from langextract_replies import REPLIES, ROOT
from spending import OURS, STRICT, THEIRS, Economy, measure

from extractor.catalog import RECORDS
from extractor.evaluation.economy import Given, Spent, squeezed
from extractor.golden.cases import find_cases

DISCOUNTS = (0.5, 0.9)
"""On cached input: what providers give."""

OUTPUT_PRICE = 4
"""Of output, as a multiple of that of input: 4 to 8 in extractor/prices.toml."""

SIZES = ("calls", "input", "schema", "output")
GIVEN = tuple(each.name for each in fields(Given))

Row = tuple[str, *tuple[str, ...]]


def tables(plain: Economy, tight: Economy) -> Iterator[str]:
    """The report for a person, line by line.

    Args:
        plain: in characters.
        tight: with each run of white space counted as one.
    """
    yield f"{len(plain.articles)} articles, {plain.characters} characters"
    if not plain.is_compared:
        yield "no reply of langextract is recorded: nothing is compared"
    yield from _spent(plain, "characters an article, mean")
    yield from _spent(tight, "the same, runs of white space counted as one")
    yield from _given(plain)
    yield from _cached(plain)
    yield from _cost(tight)
    if plain.unreadable:
        yield f"\nreplies that langextract cannot read: {', '.join(plain.unreadable)}"


def _spent(economy: Economy, title: str) -> Iterator[str]:
    yield from _table(title, *SIZES, "input + output", "total")
    for name, spent in _in_order(economy):
        sizes = [getattr(spent, size) for size in SIZES]
        calls, *means = (size / len(economy.articles) for size in (*sizes, _both(spent)))
        yield _line((name, f"{calls:.2f}", *(f"{mean:.0f}" for mean in means), str(_both(spent))))
    if economy.is_compared:
        us, them = economy.spent[OURS], economy.spent[THEIRS]
        quotients = [getattr(us, size) / getattr(them, size) for size in SIZES]
        both = _both(us) / _both(them)
        yield _line(("ratio", *(f"{each:.2f}" for each in (*quotients, both, both))))


def _given(economy: Economy) -> Iterator[str]:
    heads = [
        f"{size} / {what}" for what in ("claim", "assertion", "character") for size in ("input", "output")
    ]
    yield from _table("given", *GIVEN, *heads)
    for name, given in economy.given.items():
        counts = (str(getattr(given, each)) for each in GIVEN)
        yield _line((name, *counts, *(f"{each:.2f}" for each in _each(economy, name))))


def _each(economy: Economy, name: str) -> Iterator[float]:
    """Input and output for each claim, assertion and character of the articles."""
    spent, given = economy.spent[name], economy.given[name]
    for whole in (given.claims, given.assertions, economy.characters):
        for part in (spent.input, spent.output):
            yield part / whole if whole else 0.0


def _cached(economy: Economy) -> Iterator[str]:
    """What a prompt cache saves from the second article on."""
    heads = (f"cost of input saved at {discount:.0%} off" for discount in DISCOUNTS)
    yield from _table("prompt cache, %", "input alike for every article", *heads)
    for name, spent in _in_order(economy):
        if name != STRICT:
            yield _line((name, *(f"{100 * spent.saved(discount):.1f}" for discount in (1.0, *DISCOUNTS))))
    mean = economy.shared_start / len(economy.articles)
    yield f"claims and attribution requests of one article begin alike for {mean:.0f} characters"


def _cost(economy: Economy) -> Iterator[str]:
    discounts = (0.0, *DISCOUNTS)
    heads = ("no cache", *(f"cached input {discount:.0%} off" for discount in DISCOUNTS))
    yield from _table(f"cost of an article in characters of input, output at {OUTPUT_PRICE} times", *heads)
    for name, spent in _in_order(economy):
        costs = (spent.cost(OUTPUT_PRICE, each) / len(economy.articles) for each in discounts)
        yield _line((name, *(f"{cost:.0f}" for cost in costs)))
    for name in (THEIRS, STRICT) if economy.is_compared else ():
        us, them = economy.spent[OURS], economy.spent[name]
        ratios = (us.cost(OUTPUT_PRICE, each) / them.cost(OUTPUT_PRICE, each) for each in discounts)
        yield _line((f"ratio to {name}", *(f"{ratio:.2f}" for ratio in ratios)))


def _in_order(economy: Economy) -> list[tuple[str, Spent]]:
    return [(name, economy.spent[name]) for name in (*RECORDS, OURS, THEIRS, STRICT) if name in economy.spent]


def _both(spent: Spent) -> int:
    return spent.input + spent.output


def _table(*heads: str) -> Iterator[str]:
    yield ""
    yield _line(heads)
    yield _line(("---",) * len(heads))


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def as_json(plain: Economy, tight: Economy) -> dict[str, Any]:
    """The report for programs: the sums of both counts."""
    return {"characters": asdict(plain), "white space squeezed": asdict(tight)}


def main() -> None:
    """Print the tables, or the sums as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true", dest="as_json")
    arguments = parser.parse_args()
    cases = find_cases(ROOT / "golden")
    plain, tight = (measure(cases, REPLIES, count) for count in (len, squeezed))
    if arguments.as_json:
        print(json.dumps(as_json(plain, tight), ensure_ascii=False, indent=2))
    else:
        print("\n".join(tables(plain, tight)))


if __name__ == "__main__":
    main()
