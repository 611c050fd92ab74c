"""Every table of docs/quality.md, anew from recorded replies: ``python benchmarks/quality.py [--into FILE]``.

Offline. ``--into`` puts the tables in place of those of a document that have the same heading.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from economy import DISCOUNTS
from langextract_replies import REPLIES, ROOT
from spending import OURS, THEIRS, Economy, measure

from extractor.evaluation.collection import SCORED, find_referenced, score_cases, score_cases_on_gum
from extractor.evaluation.gum import GUM
from extractor.evaluation.halves import Half
from extractor.evaluation.reference import REFERENCE
from extractor.evaluation.report import Report, Row
from extractor.evaluation.scored import Scored
from extractor.evaluation.tables import interval_shown, shown

GOLDEN = ROOT / "golden"
TOLD = (
    "segments macro f1", "boundaries exact", "body lost", "outside claims",
    "claims by evidence precision", "claims by evidence recall", "claims by evidence f1",
    "claims by evidence and text f1", "claims atomic", "claims merging", "claims splitting",
    "claims unresolved", "claims number faults", "claims negation faults", "claims name faults",
    "claims several assertions", "source span f1 exact", "cue span f1 exact", "content f1 exact",
    "content f1 0.8", "content f1 0.3", "content of all claims f1 0.3", "attributed", "source identity",
    "chain exact", "hop f1", "chain depth error", "hop style", "stance", "certainty", "hearsay",
    "denials f1", "said_when",
)  # fmt: skip
"""The figures that the document tells, of all that ``extractor eval`` prints."""

Table = list[list[str]]


def main() -> None:
    """Print the tables, or put them into a document."""
    tables = {title: _markdown(table) for title, table in quality_tables()}
    if len(sys.argv) > 2 and sys.argv[1] == "--into":
        path = Path(sys.argv[2])
        path.write_text(with_tables(path.read_text(encoding="utf-8"), tables), encoding="utf-8")
        return
    for title, table in tables.items():
        sys.stdout.write(f"{title}\n\n{table}\n\n")


def quality_tables() -> Iterator[tuple[str, Table]]:
    """Each table with its title, which is the first cell of its heading in the document."""
    yield "tune half", _tune()
    yield "against GUM", _gum()
    yield "characters an article", _spent()
    yield "beside langextract", _beside()
    yield "a prompt cache", _cached()


def with_tables(text: str, tables: Mapping[str, str]) -> str:
    """The document with each table in place of the one whose heading begins with its title."""
    lines = text.splitlines()
    for title, table in tables.items():
        first = next(at for at, line in enumerate(lines) if line.startswith(f"| {title} |"))
        end = next((at for at in range(first, len(lines)) if not lines[at].startswith("|")), len(lines))
        lines[first:end] = table.splitlines()
    return "".join(f"{line}\n" for line in lines)


def _tune() -> Table:
    """The shipped prompts with intervals, rules alone, and a second annotator."""
    cases = find_referenced(GOLDEN, Half.TUNE)
    now, *others = (
        _whole(score_cases(cases, SCORED[each][0])) for each in (Scored.REPLIES, Scored.RULES, Scored.SECOND)
    )
    heading = ["tune half", "shipped prompts", "95 % interval", "n", "rules alone", "annotator"]
    return [heading, *_rows(now, others, TOLD)]


def _gum() -> Table:
    """The same against GUM, and what our own reference reaches."""
    cases = find_referenced(GOLDEN, Half.TUNE, files=(GUM, REFERENCE))
    now, *others = (
        _whole(score_cases_on_gum(cases, SCORED[each][0]))
        for each in (Scored.REPLIES, Scored.RULES, Scored.REFERENCE)
    )
    heading = ["against GUM", "shipped prompts", "95 % interval", "n", "rules alone", "our reference"]
    return [heading, *_rows(now, others, [row.name for row in now.rows])]


def _rows(now: Report, others: Sequence[Report], told: Sequence[str]) -> Iterator[list[str]]:
    rows = _by_name(now)
    beside = [_by_name(each) for each in others]
    for row in (rows[name] for name in told if name in rows):
        values = (_value(each.get(row.name)) for each in beside)
        yield [row.name, _value(row), interval_shown(row), str(row.n), *values]


def _spent() -> Table:
    """Mean characters of the requests and replies of every article."""
    economy = measure(GOLDEN, Path("none"))
    sizes = ("input", "schema", "output")
    count = len(economy.articles)
    return [
        ["characters an article", *sizes],
        *(
            [name, *(f"{getattr(spent, size) / count:.0f}" for size in sizes)]
            for name, spent in economy.spent.items()
        ),
    ]


def _beside() -> Table:
    """Characters of those articles that langextract has a reply about, and what each side gives for them."""
    economy = measure(GOLDEN, REPLIES)
    names = (OURS, THEIRS) if economy.is_compared else (OURS,)
    heading = ["beside langextract", "articles", "input", "output", "claims", "hops", "output / claim"]
    return [heading, *([name, *_sums(economy, name)] for name in names)]


def _sums(economy: Economy, name: str) -> list[str]:
    spent, given = economy.spent[name], economy.given[name]
    told = [len(economy.articles), spent.input, spent.output, given.claims, given.hops]
    return [*map(str, told), f"{spent.output / given.claims:.0f}"]


def _cached() -> Table:
    """Share of the input that is alike for every article, and what a discount on it saves of input cost."""
    economy = measure(GOLDEN, Path("none"))
    heading = [
        "a prompt cache",
        "alike for every article",
        *(f"saved at {each:.0%} off" for each in DISCOUNTS),
    ]
    return [
        heading,
        *(
            [name, *(f"{100 * share * spent.fixed / spent.input:.1f}" for share in (1, *DISCOUNTS))]
            for name, spent in economy.spent.items()
        ),
    ]


def _whole(report: Report) -> Report:
    if report.skipped:
        raise SystemExit(f"not scored: {dict(report.skipped)}")
    return report


def _by_name(report: Report) -> dict[str, Row]:
    return {row.name: row for row in report.rows}


def _value(row: Row | None) -> str:
    return shown(row.value, row.unit) if row else ""


def _markdown(table: Table) -> str:
    lines = [table[0], ["---"] * len(table[0]), *table[1:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()
