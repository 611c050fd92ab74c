"""Grounding: real quotes, changed harmlessly and harmfully, located by us and by peers in one run.

``python benchmarks/grounding.py [--every N] [--characters N] [--misses]`` prints tables and writes
benchmarks/grounding.json. ``--every 10`` takes one article in ten. langextract is compared if it is
installed: ``make bench-grounding`` makes an environment that has it and runs everything, which takes most
of an hour.
"""

import argparse
import html
import json
import statistics
import sys
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import peers
from changes import HARMFUL
from quotes import Case, Span, cases, load_articles

from extractor.grounding.support import Known, support_checks

SEED = 20261124
REPORT = Path(__file__).with_suffix(".json")
GOLDEN = Path(__file__).parent.parent / "golden"


@dataclass(frozen=True)
class Result:
    """One answer to one case, and the seconds it took."""

    case: Case
    answer: peers.Answer
    seconds: float

    is_strict: bool

    @property
    def is_right(self) -> bool:
        """Whether the places are the expected ones, punctuation and white space at their ends aside.

        One place that spans all the expected ones counts; unless strict, so does another place with the same
        letters and figures, which nobody can tell from the expected one without knowing the unit.
        """
        if not self.answer.spans or self.case.is_harmful:
            return False
        found = [_bare(self.case.page, span) for span in self.answer.spans]
        expected = [_bare(self.case.page, span) for span in self.case.expected]
        if found in (expected, [(expected[0][0], expected[-1][1])]):
            return True
        return not self.is_strict and _letters(self.case.page, found) == _letters(self.case.page, expected)


def _letters(page: str, spans: Sequence[Span]) -> str:
    text = html.unescape("".join(page[slice(*span)] for span in spans))
    return "".join(filter(str.isalnum, unicodedata.normalize("NFC", text))).casefold()


def _bare(page: str, span: Span) -> Span:
    start, end = span
    while start < end and not page[start].isalnum():
        start += 1
    while start < end and not page[end - 1].isalnum():
        end -= 1
    return start, end


def run(questions: Sequence[Case]) -> dict[str, list[Result]]:
    """Every case to every grounder, in turn, so that noise meets them all."""
    grounders = peers.grounders()
    results: dict[str, list[Result]] = {name: [] for name in grounders}
    for number, case in enumerate(questions):
        peers.prepare(case.page)
        for name, grounder in grounders.items():
            start = time.perf_counter()
            answer = grounder(case.page, case.quote, case.unit)
            seconds = time.perf_counter() - start
            results[name].append(Result(case, answer, seconds, is_strict=name == "extractor"))
        if sys.stderr.isatty() and number % 100 == 0:
            print(f"\r{number} of {len(questions)}", end="", file=sys.stderr)
    return results


def summary(results: Sequence[Result]) -> dict[str, float]:
    """The figures of one grounder."""
    harmless = [each for each in results if not each.case.is_harmful]
    harmful = [each for each in results if each.case.is_harmful]
    micro = sorted(1e6 * each.seconds for each in results)
    changed = sorted(1e6 * each.seconds for each in results if each.case.change in FUZZY)
    return {
        "right span %": _percent(harmless, lambda each: each.is_right),
        "harmless rejected %": _percent(harmless, lambda each: not each.answer.spans),
        "harmful accepted %": _percent(harmful, lambda each: bool(each.answer.spans)),
        "harmful accepted silently %": _percent(
            harmful, lambda each: bool(each.answer.spans) and not each.answer.warned
        ),
        "median us": round(statistics.median(micro), 1),
        "p99 us": round(micro[int(0.99 * (len(micro) - 1))], 1),
        "fuzzy median us": round(statistics.median(changed), 1),
    }


FUZZY = ("a typo", "another number", "another polarity", "another modality", "another name", "invented tail")
"""Changes that leave exact search and folding behind."""


def _percent(results: Sequence[Result], holds: Callable[[Result], bool]) -> float:
    return round(100 * sum(map(holds, results)) / len(results), 2) if results else 0.0


def by_change(results: dict[str, list[Result]]) -> dict[str, dict[str, dict[str, float]]]:
    """For each change and grounder: the share of right spans, or of silent and of other acceptances."""
    table: defaultdict[str, dict[str, dict[str, float]]] = defaultdict(dict)
    for name, found in results.items():
        for change in dict.fromkeys(each.case.change for each in found):
            these = [each for each in found if each.case.change == change]
            row: dict[str, float] = {"cases": len(these)}
            if these[0].case.is_harmful:
                row["accepted %"] = _percent(these, lambda each: bool(each.answer.spans))
                row["silently %"] = _percent(
                    these, lambda each: bool(each.answer.spans) and not each.answer.warned
                )
            else:
                row["right %"] = _percent(these, lambda each: each.is_right)
                row["rejected %"] = _percent(these, lambda each: not each.answer.spans)
                row["warned %"] = _percent(these, lambda each: bool(each.answer.spans) and each.answer.warned)
            table[change][name] = row
    return dict(table)


def claims(questions: Sequence[Case]) -> dict[str, dict[str, float]]:
    """Changed quotes as the text of a claim, with the true quote as its evidence: how many are named.

    And the golden cases, whose claims a model wrote honestly: most of what is named there is a false alarm.
    """
    rows: dict[str, dict[str, float]] = {}
    for change in (*HARMFUL, "invented head", "invented tail"):
        asked = [case for case in questions if case.change == change and change not in _QUOTES_ONLY]
        if asked:
            named = sum(bool(_claim_checks(case)) for case in asked)
            rows[change] = {"claims": len(asked), "named %": round(100 * named / len(asked), 2)}
    checks = [
        [each for each in said["checks"] if each.startswith("claim-")]
        for file in sorted(GOLDEN.glob("*/expected.json"))
        for claim in json.loads(file.read_text(encoding="utf-8"))["claims"]
        for said in claim["assertions"]
    ]
    named = sum(map(bool, checks))
    rows["golden cases"] = {"claims": len(checks), "named %": round(100 * named / len(checks), 2)}
    return rows


def _claim_checks(case: Case) -> tuple[str, ...]:
    known = Known(case.page)
    return support_checks(
        case.quote, [case.words], case.words, known, denied=False, hearsay=False, reported=False
    )


_QUOTES_ONLY = ("negation under an ellipsis", "part of a figure")
"""Changes that make no sense of a claim."""


def curve() -> list[dict[str, float | str]]:
    """Median microseconds by size of the text and of the quote, and milliseconds to prepare the text."""
    text = "\n".join(article.text for article in load_articles())
    rows: list[dict[str, float | str]] = []
    for size in (1_000, 8_000, 64_000, 250_000, 1_000_000):
        page = (text * (size // len(text) + 1))[:size]
        rows += _timings(page, 100)
    page = (text * 5)[:1_000_000]
    for length in (1_000, 10_000):
        rows += _timings(page, length)
    return rows


def _timings(page: str, length: int) -> Iterator[dict[str, float | str]]:
    start = time.perf_counter()
    peers.prepare(page)
    prepared = time.perf_counter() - start
    at = page.index(" ", len(page) // 2 - min(length, len(page) // 3)) + 1
    quote = page[at : at + length].rpartition(" ")[0]
    middle = quote.index(" ", len(quote) // 2) + 3
    for kind, asked in (
        ("exact", quote),
        ("folded", quote.replace(" ", "\u00a0")),
        ("typo", quote[:middle] + "q" + quote[middle:]),
        ("absent", " ".join(reversed(quote.split()))),
    ):
        times: list[float] = []
        for _ in range(9):
            start = time.perf_counter()
            peers.ours_unhinted(page, asked, (0, 0))
            times.append(time.perf_counter() - start)
        yield {
            "article": len(page),
            "quote": length,
            "kind": kind,
            "median us": round(1e6 * statistics.median(times), 1),
            "prepare ms": round(1e3 * prepared, 1),
        }


def show(title: str, rows: dict[str, dict[str, Any]]) -> None:
    """Print a table in Markdown."""
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    print(f"\n{title}\n")
    print(f"| | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    for name, row in rows.items():
        print(f"| {name} | {' | '.join(str(row.get(column, '')) for column in columns)} |")


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--characters", type=int, default=8_000)
    parser.add_argument("--misses", action="store_true", help="print what we get wrong")
    arguments = parser.parse_args()
    questions = list(cases(SEED, arguments.characters, arguments.every))
    results = run(questions)
    figures = {name: summary(found) for name, found in results.items()}
    changes = by_change(results)
    wordings = claims(questions)
    sizes = curve()
    show(f"{len(questions)} cases on pages of {arguments.characters} code points", figures)
    for name in results:
        show(name, {change: rows[name] for change, rows in changes.items()})
    show("claims against their evidence", wordings)
    show("extractor, by size", {f"{r['article']:,} / {r['quote']:,} / {r['kind']}": r for r in sizes})
    if arguments.misses:
        _show_misses(results["extractor"])
    report = {
        "python": sys.version.split()[0],
        "seed": SEED,
        "cases": len(questions),
        "characters": arguments.characters,
        "figures": figures,
        "changes": changes,
        "claims": wordings,
        "curve": sizes,
    }
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def _show_misses(results: Sequence[Result]) -> None:
    for each in results:
        silent = each.case.is_harmful and each.answer.spans and not each.answer.warned
        if silent or not (each.case.is_harmful or each.is_right):
            page = each.case.page
            print(f"\n{each.case.change}\n  quote    {each.case.quote!r}")
            print(f"  found    {[page[slice(*span)] for span in each.answer.spans]}")
            print(f"  expected {[page[slice(*span)] for span in each.case.expected]}")


if __name__ == "__main__":
    main()
