"""Golden cases by the hundred: seconds and memory of ``extractor golden check`` over copied cases.

``python benchmarks/golden_check.py [cases]`` prints a table and writes benchmarks/golden_check.json.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from replies import NAMES

ROOT = Path(__file__).parent.parent
CASES = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
EXTRACTOR = str(Path(sys.executable).with_name("extractor"))
KIBIBYTES_A_MEBIBYTE = 1024


def copy_cases(folder: Path, count: int) -> None:
    """Copy the repository's cases in turn until there are as many as wanted."""
    cases = [ROOT / "golden" / name for name in NAMES]
    for number in range(count):
        shutil.copytree(cases[number % len(cases)], folder / f"case-{number:05}")


def run(folder: Path, jobs: int) -> tuple[float, float]:
    """Seconds of a check, and the largest resident memory of one of its processes in MiB."""
    command = [EXTRACTOR, "golden", "check", str(folder), "--jobs", str(jobs)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss / KIBIBYTES_A_MEBIBYTE


def main() -> None:
    """A tenth of the cases and all of them, with one process and with two."""
    rows: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as name:
        for count in (CASES // 10, CASES):
            folder = Path(name, str(count))
            copy_cases(folder, count)
            for jobs in (1, 2):
                seconds, memory = run(folder, jobs)
                rows.append(
                    {"cases": count, "jobs": jobs, "seconds": round(seconds, 1), "mebibytes": round(memory)}
                )
                print(f"{count:6} cases  {jobs} jobs  {seconds:6.1f} s  {memory:5.0f} MiB")
    report = {"python": sys.version.split()[0], "rows": rows}
    (ROOT / "benchmarks" / "golden_check.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
