"""A report over ten thousand articles: seconds and memory to write it, and until Chromium shows its index.

``python benchmarks/report.py [articles]`` prints a table and writes benchmarks/report.json. The articles are
those of the golden cases over and over, under other names.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from extractor.golden.cases import find_cases
from extractor.models.kept import RUN
from extractor.runs.ledger import Ledger

ROOT = Path(__file__).parent.parent
ARTICLES = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
EXTRACTOR = str(Path(sys.executable).with_name("extractor"))
KIBIBYTES_A_MEBIBYTE = 1024
OPENINGS = 5


def make_run(folder: Path) -> Path:
    """An output folder with that many articles, and the articles."""
    made = [(case.article.text, case.replay()) for case in find_cases(ROOT / "golden")]
    texts, out = folder / "in", folder / "out"
    texts.mkdir()
    with Ledger(out) as ledger:
        for number in range(ARTICLES):
            text, result = made[number % len(made)]
            name = f"{number:06}.txt"
            (texts / name).write_text(text, encoding="utf-8", newline="")
            info = result.article.model_copy(update={"id": name, "title": f"Article {number}"})
            ledger.add(result.model_copy(update={"article": info}))
    told = f'{{"inputs": {{"places": [{json.dumps(str(texts))}], "lists": [], "columns": {{}}, "base": ""}}}}'
    (out / RUN).write_text(told, encoding="utf-8")
    return out


def write(out: Path) -> tuple[float, float]:
    """Seconds of ``extractor report``, and its largest resident memory in MiB."""
    start = time.perf_counter()
    command = [EXTRACTOR, "report", str(out)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"extractor report ended with {process.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss / KIBIBYTES_A_MEBIBYTE


def open_page(page: Path) -> float | None:
    """Seconds from asking for a page until its table has rows, a median; None without Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return None
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only here

    taken: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for _ in range(OPENINGS):
            opened = browser.new_page()
            start = time.perf_counter()
            opened.goto(f"file://{page}")
            opened.wait_for_selector("tbody tr")
            taken.append(time.perf_counter() - start)
            opened.close()
        browser.close()
    return median(taken)


def main() -> None:
    """Measure once."""
    with tempfile.TemporaryDirectory() as folder:
        out = make_run(Path(folder))
        seconds, memory = write(out)
        site = out / "report"
        size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
        found = {
            "articles": ARTICLES,
            "seconds": round(seconds, 1),
            "mebibytes of memory": round(memory),
            "mebibytes on disk": round(size / KIBIBYTES_A_MEBIBYTE**2),
            "seconds to open the index": _rounded(open_page(site / "index.html")),
            "seconds to open the sources": _rounded(open_page(site / "sources.html")),
        }
    for name, value in found.items():
        sys.stdout.write(f"{name:32} {value}\n")
    (Path(__file__).with_suffix(".json")).write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


if __name__ == "__main__":
    main()
