"""Every table of docs/quality.md, anew from recorded replies: ``python benchmarks/quality.py [--into FILE]``.

Offline. ``--into`` puts the tables in place of those of a document that have the same heading. Replies to the
prompts in use are golden/'s; those to version 1 lie in benchmarks/data/version-1, for comparison alone.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

from economy import DISCOUNTS
from langextract_replies import REPLIES, ROOT
from spending import OURS, THEIRS, Economy, measure

from extractor.evaluation.collection import SCORED, find_referenced, score_cases, score_cases_on_gum
from extractor.evaluation.counts import Counts
from extractor.evaluation.gum import GUM
from extractor.evaluation.halves import Half
from extractor.evaluation.reference import REFERENCE, SECOND_REFERENCE, Reference, load_reference
from extractor.evaluation.report import Report, Row
from extractor.evaluation.scored import Scored
from extractor.evaluation.scoring import score
from extractor.evaluation.tables import interval_shown, shown
from extractor.golden.cases import Case, find_cases
from extractor.schemas.extraction.v1 import Label

GOLDEN = ROOT / "golden"
EARLIER = ROOT / "benchmarks" / "data" / "version-1"
FIRST_REFERENCE = "reference-a.json"
VERSION_1 = ("claims@v1", "attribution@v1")
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
    yield "report half", _half(Half.REPORT)
    yield "tune half", _half(Half.TUNE)
    yield "two annotators", _agreement()
    yield "against GUM", _gum()
    yield from _economy()


def with_tables(text: str, tables: Mapping[str, str]) -> str:
    """The document with each table in place of the one whose heading begins with its title."""
    lines = text.splitlines()
    for title, table in tables.items():
        first = next(at for at, line in enumerate(lines) if line.startswith(f"| {title} |"))
        end = next((at for at in range(first, len(lines)) if not lines[at].startswith("|")), len(lines))
        lines[first:end] = table.splitlines()
    return "".join(f"{line}\n" for line in lines)


def earlier(case: Case) -> Case:
    """The same article as version 1 was asked about it, with the replies that it got."""
    return replace(case.asked_with(VERSION_1), folder=EARLIER / case.folder.name)


def _earlier(case: Case) -> Reference:
    return Reference.of(earlier(case).replay())


def _half(half: Half) -> Table:
    """The prompts in use with intervals, those before, rules alone, and a second annotator."""
    cases = find_referenced(GOLDEN, half)
    predicts = (SCORED[Scored.REPLIES][0], _earlier, SCORED[Scored.RULES][0], SCORED[Scored.SECOND][0])
    now, *others = (_whole(score_cases(cases, predict)) for predict in predicts)
    heading = [f"{half} half", "version 2", "95 % interval", "n", "version 1", "rules alone", "annotator"]
    return [heading, *_rows(now, others, TOLD)]


def _agreement() -> Table:
    """One annotation of every article scored against the other, neither adjudicated."""
    articles: dict[str, Counts] = {}
    for case in find_referenced(GOLDEN, files=(FIRST_REFERENCE, SECOND_REFERENCE)):
        text = case.article.text
        one, other = (
            load_reference(case.folder / name, text) for name in (FIRST_REFERENCE, SECOND_REFERENCE)
        )
        articles[case.name] = score(other, one, text)
    report = Report(articles, {}, "evaluation/v1")
    rows = _by_name(report)
    told = [*(f"segments {label} f1" for label in get_args(Label)), *TOLD]
    return [
        ["two annotators", "agreement", "95 % interval", "n"],
        *(
            [name, _value(rows[name]), interval_shown(rows[name]), str(rows[name].n)]
            for name in told
            if name in rows
        ),
    ]


def _gum() -> Table:
    """The same against GUM, over both halves, and what our own reference reaches."""
    cases = find_referenced(GOLDEN, files=(GUM, REFERENCE))
    predicts = (SCORED[Scored.REPLIES][0], _earlier, SCORED[Scored.RULES][0], SCORED[Scored.REFERENCE][0])
    now, *others = (_whole(score_cases_on_gum(cases, predict)) for predict in predicts)
    heading = ["against GUM", "version 2", "95 % interval", "n", "version 1", "rules alone", "our reference"]
    return [heading, *_rows(now, others, [row.name for row in now.rows])]


def _rows(now: Report, others: Sequence[Report], told: Sequence[str]) -> Iterator[list[str]]:
    rows = _by_name(now)
    beside = [_by_name(each) for each in others]
    for row in (rows[name] for name in told if name in rows):
        values = (_value(each.get(row.name)) for each in beside)
        yield [row.name, _value(row), interval_shown(row), str(row.n), *values]


def _economy() -> Iterator[tuple[str, Table]]:
    """What the records spend, beside langextract and beside version 1, and what a prompt cache saves."""
    cases = find_cases(GOLDEN)
    now, before = measure(cases, None), measure(map(earlier, cases), None)
    yield "characters an article", _spent(now, before)
    compared, replied = measure(cases, REPLIES), measure(map(earlier, cases), REPLIES)
    yield "beside langextract", _beside(compared, replied)
    yield "a prompt cache", _cached(now)


def _spent(now: Economy, before: Economy) -> Table:
    """Mean characters of the requests and replies of an article."""
    sizes = ("input", "schema", "output")
    rows = [*now.spent.items(), ("extractor, version 1", before.spent[OURS])]
    means = (
        [name, *(f"{getattr(each, size) / len(now.articles):.0f}" for size in sizes)] for name, each in rows
    )
    return [["characters an article", *sizes], *means]


def _beside(now: Economy, before: Economy) -> Table:
    """Characters of those articles that langextract has a reply about, and what each side gives for them."""
    counted = ("articles", "input", "output", "claims", "assertions", "hops")
    heading = ["beside langextract", *counted, "output / claim"]
    sides = [(OURS, now, OURS), ("extractor, version 1", before, OURS)]
    if now.is_compared:
        sides.append((THEIRS, now, THEIRS))
    return [heading, *([name, *_sums(economy, side)] for name, economy, side in sides)]


def _sums(economy: Economy, side: str) -> list[str]:
    spent, given = economy.spent[side], economy.given[side]
    told = [len(economy.articles), spent.input, spent.output, given.claims, given.assertions, given.hops]
    return [*map(str, told), f"{spent.output / given.claims:.0f}"]


def _cached(economy: Economy) -> Table:
    """Share of the input that is alike for every article, and what a discount on it saves of input cost."""
    discounts = (f"saved at {each:.0%} off" for each in DISCOUNTS)
    rows = (
        [name, *(f"{100 * spent.saved(each):.1f}" for each in (1.0, *DISCOUNTS))]
        for name, spent in economy.spent.items()
    )
    return [["a prompt cache", "alike for every article", *discounts], *rows]


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
