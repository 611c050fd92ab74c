"""Distinct articles for runs against benchmarks/server.py.

``python benchmarks/articles.py FOLDER [--count N] [--short]`` writes the golden articles in turn, each with a
last line of its own, or with ``--short`` articles of one unit. ``--check`` then extracts them from a server
and compares.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from replies import LAST_LINE, SHORT, load_cases
from serving import serving


def texts(count: int) -> Iterator[str]:
    """The golden articles in turn, each with a last line of its own."""
    originals = [case.text.rstrip() for case in load_cases()]
    for number in range(count):
        yield f"{originals[number % len(originals)]}\n{LAST_LINE.format(number=number)}\n"


def write_articles(folder: Path, count: int, *, short: bool = False) -> None:
    """Write distinct articles, a thousand in each subfolder; short ones are a unit long and hold no claim."""
    written = (SHORT.format(number=number) for number in range(count)) if short else texts(count)
    for number, text in enumerate(written):
        place = folder / f"{number // 1000:03}"
        if not number % 1000:
            place.mkdir(parents=True, exist_ok=True)
        (place / f"{number:06}.txt").write_text(text, encoding="utf-8")


def expected_claims(count: int) -> int:
    """Claims of so many articles, by the golden cases' expected results."""
    claims = [case.claims for case in load_cases()]
    return sum(claims[number % len(claims)] for number in range(count))


def check(folder: Path, count: int) -> None:
    """Extract and compare each article with its golden case.

    Raises:
        SystemExit: one is not complete, or has another number of claims.
    """
    from extractor import Extractor  # noqa: PLC0415 - writing articles needs none

    claims = [case.claims for case in load_cases()]
    with tempfile.TemporaryDirectory() as out, serving("--latency", "0") as served:
        with Extractor(model="bench", base_url=served.url, api_key="k", cache=False) as extractor:
            extractor.extract_folder(folder, out=out)
        lines = Path(out, "extractions.jsonl").read_text(encoding="utf-8").splitlines()
    if len(lines) != count:
        raise SystemExit(f"{len(lines)} results of {count} articles")
    for result in map(json.loads, lines):
        expected = claims[int(Path(result["article"]["id"]).stem) % len(claims)]
        if result["status"] != "complete" or len(result["claims"]) != expected:
            raise SystemExit(f"{result['article']}: {result['status']}, {len(result['claims'])} claims")
    print(f"{count} articles: each complete, with the {claims} claims of the golden cases")


def main() -> None:
    """Write as asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    write_articles(arguments.folder, arguments.count, short=arguments.short)
    if arguments.check and not arguments.short:
        check(arguments.folder, arguments.count)


if __name__ == "__main__":
    main()
