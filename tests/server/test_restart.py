"""A service that is killed or told to end goes on at the next start, and pays for nothing twice."""

import signal
import time
from pathlib import Path

from doubles.faults import Asked, FaultServer, serve_faults
from doubles.notices import answer, notice
from doubles.running import asked_again, bytes_of, run
from doubles.service import Service, lines_of, serving

JSONL = "application/x-ndjson"
ARTICLES = 1_000
CONCURRENCY = 24
JOBS = 1


def without_faults(_: Asked) -> None:
    """No attempt of any request fails."""


def told(model: FaultServer, cache: Path) -> list[object]:
    return [
        "--base-url", model.url, "--model", "m", "--cache", cache, "--price", "2,0.5,8", "--jobs", JOBS,
        "--concurrency", CONCURRENCY, "--backoff", 0.01,
    ]  # fmt: skip


def wait_for(service: Service, id_: str, articles: int) -> None:
    while True:
        _, _, job = service.ask("GET", f"/v1/jobs/{id_}")
        progress = job["progress"]
        if progress["done_before"] + progress["complete"] >= articles:
            return
        assert job["state"] in ("queued", "running")
        time.sleep(0.02)


def test_killed_in_the_middle_of_a_job_it_completes_it_to_the_same_bytes(tmp_path: Path) -> None:
    texts = {f"a{number:04}": notice(number) for number in range(ARTICLES)}
    options = (tmp_path / "service", tmp_path / "cache")
    with serve_faults(answer, plan=without_faults, latency=0.005) as model:
        with serving(options[0], *told(model, options[1])) as service:
            _, _, job = service.ask("POST", "/v1/jobs", lines_of(texts), content_type=JSONL)
            wait_for(service, job["id"], 300)
            service.kill()
        asked = len(model.log)
        assert asked < 3 * ARTICLES
        with serving(options[0], *told(model, options[1])) as service:
            ended = service.wait(job["id"])
            _, _, results = service.ask("GET", f"/v1/jobs/{job['id']}/results")
            report = service.ask("GET", f"/v1/jobs/{job['id']}/report/index.html")[0]
        assert ended["state"] == "complete"
        assert report == 200
        again = asked_again(model.log)
        # concurrency is shared between jobs and single articles
        assert len(again) <= CONCURRENCY // (JOBS + 1)
        distinct = len({each.sha256 for each in model.log})
        # what was in flight was paid for and lost with the process, so it is not known to it
        assert ended["cost"] <= distinct * 3.6e-4 + 1e-9
        source = tmp_path / "articles.jsonl"
        source.write_bytes(lines_of(texts))
        run(source, tmp_path / "out", model.url, cache=tmp_path / "other", price=(2, 0.5, 8))
    assert results == bytes_of(tmp_path / "out")


def test_told_to_end_it_stops_well_and_goes_on_later(tmp_path: Path) -> None:
    texts = {f"a{number:04}": notice(number) for number in range(300)}
    options = (tmp_path / "service", tmp_path / "cache")
    with serve_faults(answer, plan=without_faults, latency=0.01) as model:
        with serving(options[0], *told(model, options[1])) as service:
            _, _, job = service.ask("POST", "/v1/jobs", lines_of(texts), content_type=JSONL)
            wait_for(service, job["id"], 30)
            log = service.end()
            assert service.process.returncode in (0, -signal.SIGTERM)
        assert "Traceback" not in log
        with serving(options[0], *told(model, options[1])) as service:
            assert service.wait(job["id"])["state"] == "complete"
            _, _, results = service.ask("GET", f"/v1/jobs/{job['id']}/results")
        assert asked_again(model.log) == []
    assert len(results.splitlines()) == len(texts)


def test_a_job_that_was_being_received_is_not_there(tmp_path: Path) -> None:
    """A folder without a row in the store is no job, whatever is in it."""
    with serve_faults(answer, plan=without_faults) as model:
        (tmp_path / "service" / "jobs" / ("0" * 32)).mkdir(parents=True)
        with serving(tmp_path / "service", *told(model, tmp_path / "cache")) as service:
            assert service.ask("GET", "/v1/jobs")[2] == {"jobs": []}
            assert service.ask("GET", f"/v1/jobs/{'0' * 32}")[0] == 404
