"""The service under load: replayed extractions a second and their latency at 1, 32 and 256 clients, by wrk.

The replies are recorded ones, so that what is measured is the service: HTTP, units, grounding, JSON.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from doubles.service import serving

ROOT = Path(__file__).parents[1]
CLIENTS = (1, 32, 256)


def script(folder: Path) -> Path:
    """A wrk script that posts the seed article."""
    text = (ROOT / "golden" / "seed" / "article.txt").read_text(encoding="utf-8")
    body = json.dumps({"id": "seed", "text": text}).replace("\\", "\\\\").replace('"', '\\"')
    path = folder / "post.lua"
    path.write_text(
        f'wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\nwrk.body = "{body}"\n',
        encoding="utf-8",
    )
    return path


def main() -> None:
    """Print a row for each number of clients."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=15)
    options.add_argument("--clients", type=int, nargs="+", default=CLIENTS)
    chosen = options.parse_args()
    seconds = chosen.seconds
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: it is one of the system's packages")
    folder = Path(tempfile.mkdtemp())
    print(
        "| clients | extractions/s | median ms | p99 ms | not 2xx or lost |\n| --- | --- | --- | --- | --- |"
    )
    with serving(folder, "--replay", ROOT / "golden", "--no-cache") as service:
        for clients in chosen.clients:
            line = [
                "wrk", "--latency", "-t", "1", "-c", str(clients), "-d", f"{seconds}s", "--timeout", "60s",
                "-s", str(script(folder)), f"{service.url}/v1/extractions",
            ]  # fmt: skip
            told = subprocess.run(  # noqa: S603 - wrk
                line, capture_output=True, encoding="utf-8", check=True
            ).stdout
            print(row(clients, told), flush=True)


def row(clients: int, told: str) -> str:
    """What wrk says, in a line."""
    rate = float(re.findall(r"Requests/sec:\s+([0-9.]+)", told)[0])
    median, last = (
        milliseconds(re.findall(rf"{share}%\s+([0-9.]+)(us|ms|s|m)", told)[0]) for share in (50, 99)
    )
    lost = sum(map(int, re.findall(r"(?:connect|read|write|timeout) (\d+)", told)))
    bad = sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", told)))
    return f"| {clients} | {rate:.1f} | {median:.0f} | {last:.0f} | {lost + bad} |"


def milliseconds(told: tuple[str, str]) -> float:
    """Of wrk's number and unit."""
    number, unit = told
    return float(number) * {"us": 0.001, "ms": 1, "s": 1_000, "m": 60_000}[unit]


if __name__ == "__main__":
    main()
