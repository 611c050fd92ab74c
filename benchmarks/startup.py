"""Start-up: median wall-clock seconds of ``extractor --help`` and of a replayed article, bytecode compiled.

``python benchmarks/startup.py [runs]`` prints a table and writes benchmarks/startup.json.
"""

import compileall
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import extractor

ROOT = Path(__file__).parent.parent
RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 15
EXTRACTOR = str(Path(sys.executable).with_name("extractor"))
SEED = "examples/articles/000_791b76ca8c774dff.txt"
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "extractor --help": [EXTRACTOR, "--help"],
    "extractor show, replayed": [EXTRACTOR, "show", SEED, "--json", "--replay", "golden"],
    "python -c 'import openai, instructor'": [sys.executable, "-c", "import openai, instructor.core.patch"],
}


def compile_everything() -> None:
    """Start-up is only fair with bytecode: compile the package and what it imports."""
    for folder in (Path(extractor.__file__).parent, Path(typer_folder()).parent):
        compileall.compile_dir(folder, quiet=2, workers=2)


def typer_folder() -> str:
    """A folder of site-packages, found by a package in it."""
    import typer  # noqa: PLC0415

    return str(Path(typer.__file__).parent)


def seconds(command: list[str]) -> float:
    """One run."""
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - our own commands
    return time.perf_counter() - start


def main() -> None:
    """Run every command in turn, so that noise meets them all."""
    compile_everything()
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    medians = {name: round(statistics.median(each), 3) for name, each in times.items()}
    for name, median in medians.items():
        print(f"{name:40} {median:.3f} s (median of {RUNS})")
    report = {"python": sys.version.split()[0], "runs": RUNS, "median_seconds": medians}
    (ROOT / "benchmarks" / "startup.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
