"""The routes: what they answer, whom they let in, and what they never say."""

import json
import socket
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from doubles.faults import Fault, FaultServer, serve_faults
from doubles.notices import answer, notice
from doubles.service import Service, add_key, lines_of, serving

from extractor.schemas.extraction.v1 import Extraction

JSONL = "application/x-ndjson"
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def model() -> Generator[FaultServer]:
    with serve_faults(answer, plan=lambda _: None) as server:
        yield server


def told(model: FaultServer, *more: object) -> list[object]:
    return ["--base-url", model.url, "--model", "m", "--price", "2,0.5,8", "--attempts", 1, *more]


@pytest.fixture(scope="module")
def service(model: FaultServer, tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    """A service with a key, small bodies and little patience."""
    folder = tmp_path_factory.mktemp("service")
    key = add_key(folder, "desk")
    options = told(model, "--cache", folder / "cache", "--most-article", 20_000, "--most-job", 100_000)
    with serving(folder, *options, "--body-seconds", 1, key=key) as running:
        yield running


def is_problem(answered: tuple[int, dict[str, str], Any], status: int) -> str:
    """The detail of a problem, which says nothing that it should not."""
    code, headers, body = answered
    assert (code, headers["content-type"]) == (status, PROBLEM), body
    assert set(body) == {"type", "title", "status", "detail", "request_id"}
    assert body["status"] == status
    assert body["request_id"] == headers["x-request-id"]
    assert "Traceback" not in json.dumps(body)
    return str(body["detail"])


def test_an_article_is_extracted(service: Service) -> None:
    status, headers, body = service.ask("POST", "/v1/extractions", {"id": "one", "text": notice(1)})
    result = Extraction.model_validate(body)
    assert (status, result.status, result.article.id) == (200, "complete", "one")
    assert len(result.claims) == 1
    assert headers["x-content-type-options"] == "nosniff"


def test_a_page_is_extracted_with_what_it_says_of_itself(service: Service) -> None:
    page = f"<html><head><title>Port</title></head><body><article><p>{notice(3)}</p></article></body></html>"
    status, _, body = service.ask("POST", "/v1/extractions", {"html": page})
    assert (status, body["article"]["id"]) == (200, "article")


def test_a_job_is_queued_run_and_reported(service: Service) -> None:
    texts = {f"a{number}": notice(number) for number in range(5)} | {"empty": " "}
    status, headers, job = service.ask("POST", "/v1/jobs", lines_of(texts), content_type=JSONL)
    assert (status, headers["location"]) == (202, f"/v1/jobs/{job['id']}")
    ended = service.wait(job["id"])
    assert ended["state"] == "complete"
    assert ended["cost"] == pytest.approx(ended["progress"]["cost"])
    counts = {name: ended["progress"][name] for name in ("articles", "complete", "failed")}
    assert counts == {"articles": 6, "complete": 5, "failed": 1}
    assert ended["failures"][0]["error"] == "EmptyArticle"
    assert ended["failures"][0]["examples"] == ["empty"]
    _, _, lines = service.ask("GET", f"/v1/jobs/{job['id']}/results")
    results = [Extraction.model_validate_json(line) for line in lines.splitlines()]
    assert [each.article.id for each in results] == list(texts)
    _, headers, page = service.ask("GET", f"/v1/jobs/{job['id']}/report/index.html")
    assert headers["content-type"].startswith("text/html")
    assert b"Content-Security-Policy" in page
    _, _, events = service.ask("GET", f"/v1/jobs/{job['id']}/events")
    assert events.count(b"event: end") == 1
    assert service.ask("GET", "/v1/jobs")[2]["jobs"][0]["id"] == job["id"]


def test_a_job_can_come_as_json(service: Service) -> None:
    body = {"articles": [{"id": "j", "text": notice(7), "title": "T"}, {"text": notice(8)}]}
    _, _, job = service.ask("POST", "/v1/jobs", body)
    assert service.wait(job["id"])["progress"]["complete"] == 2
    _, _, lines = service.ask("GET", f"/v1/jobs/{job['id']}/results")
    assert [json.loads(line)["article"]["id"] for line in lines.splitlines()] == ["j", "articles.jsonl:2"]


@pytest.mark.parametrize("headers", [{"authorization": ""}, {"authorization": "Bearer nobody"}])
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/extractions"), ("POST", "/v1/jobs"), ("GET", "/v1/jobs/x/results"), ("GET", "/metrics")],
)
def test_without_a_key_nothing_is_told(
    service: Service, method: str, path: str, headers: dict[str, str]
) -> None:
    answered = service.ask(method, path, {"text": "x"} if method == "POST" else None, **headers)
    assert "key" in is_problem(answered, 401)
    assert answered[1]["www-authenticate"] == "Bearer"


def test_a_key_can_come_otherwise(service: Service) -> None:
    key = service.key or ""
    assert service.ask("GET", "/v1/jobs", authorization="", x_api_key=key)[0] == 200
    status, headers, _ = service.ask("POST", "/session", {"key": key}, authorization="")
    cookie = headers["set-cookie"]
    assert status == 204
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    pair = cookie.partition(";")[0]
    assert service.ask("GET", "/v1/jobs", authorization="", cookie=pair)[0] == 200
    is_problem(service.ask("POST", "/session", {"key": "no"}, authorization=""), 401)


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 422),
        (b"[]", "application/json", 422),
        (b"{}", "application/json", 422),
        (b'{"text": 3}', "application/json", 422),
        (b'{"text": "x", "model": "gpt"}', "application/json", 422),
        (b'{"text": "a\\ud800b"}', "application/json", 422),
        (b"\xff\xfe", "application/json", 422),
        (b"text", "text/plain", 415),
        (b'{"text": "' + b"x" * 30_000 + b'"}', "application/json", 413),
    ],
)
def test_what_is_no_request_is_refused(service: Service, body: bytes, content_type: str, status: int) -> None:
    answered = service.ask("POST", "/v1/extractions", body, content_type=content_type)
    assert "xxx" not in is_problem(answered, status)


@pytest.mark.parametrize(
    ("article", "error"),
    [
        ({"text": " "}, "EmptyArticle"),
        ({"text": "a\0b"}, "UnreadableArticle"),
        ({"html": "<p>hi"}, "NoArticle"),
    ],
)
def test_an_article_that_cannot_be_read_is_a_result_that_says_so(
    service: Service, article: dict[str, str], error: str
) -> None:
    status, _, body = service.ask("POST", "/v1/extractions", {"id": "x", **article})
    assert (status, body["status"], body["article"]["id"]) == (200, "failed", "x")
    assert [each["error"] for each in body["problems"]] == [error]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"\n\n", JSONL, 422),
        (b'{"articles": []}', "application/json", 422),
        (b'{"articles": [{"id": "a"}]}', "application/json", 422),
        (b"x" * 200_000, JSONL, 413),
        (b"a,b", "text/csv", 415),
    ],
)
def test_what_is_no_job_is_refused_and_leaves_nothing(
    service: Service, body: bytes, content_type: str, status: int
) -> None:
    before = len(service.ask("GET", "/v1/jobs")[2]["jobs"])
    is_problem(service.ask("POST", "/v1/jobs", body, content_type=content_type), status)
    assert len(service.ask("GET", "/v1/jobs")[2]["jobs"]) == before


def test_a_body_that_says_it_is_huge_is_refused_before_it_comes(service: Service) -> None:
    with socket.create_connection(_place(service), timeout=20) as link:
        link.sendall(_head(service, 100_000_000))
        assert link.recv(12) == b"HTTP/1.1 413"


def test_a_body_that_does_not_come_is_not_waited_for(service: Service) -> None:
    with socket.create_connection(_place(service), timeout=20) as link:
        link.sendall(_head(service, 100) + b'{"text"')
        assert link.recv(12) == b"HTTP/1.1 408"


def test_a_body_without_a_length_is_counted_as_it_comes(service: Service) -> None:
    with socket.create_connection(_place(service), timeout=20) as link:
        link.sendall(_head(service, None))
        piece = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
        link.sendall(piece * 2)
        assert link.recv(12) == b"HTTP/1.1 413"


def _place(service: Service) -> tuple[str, int]:
    parts = urlsplit(service.url)
    return parts.hostname or "", parts.port or 0


def _head(service: Service, length: int | None) -> bytes:
    size = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
    lines = [
        "POST /v1/extractions HTTP/1.1", "host: x", f"authorization: Bearer {service.key}",
        "content-type: application/json", size, "", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize(
    "path",
    [
        "/v1/jobs/nothing",
        "/v1/jobs/..%2f..%2fserver.db",
        "/v1/jobs/%00/results",
        "/v1/jobs/<script>",
        "/v1/jobs/' OR 1=1 --",
        "/nowhere",
        "/assets/..%2f..%2fapp.py",
        "/assets/index.html",
    ],
)
def test_what_there_is_not_is_not_found(service: Service, path: str) -> None:
    detail = is_problem(service.ask("GET", path.replace(" ", "%20")), 404)
    assert "script" not in detail


@pytest.mark.parametrize(
    "name",
    [
        "../extractions.jsonl",
        "..%2f..%2farticles.jsonl",
        "%2e%2e/run.json",
        "/etc/passwd",
        "%00",
        "a" * 5000,
        ".",
    ],
)
def test_a_report_is_only_its_own_files(service: Service, name: str) -> None:
    _, _, job = service.ask("POST", "/v1/jobs", lines_of({"r": notice(11)}), content_type=JSONL)
    service.wait(job["id"])
    is_problem(service.ask("GET", f"/v1/jobs/{job['id']}/report/{name}"), 404)


def test_a_method_that_is_not_there_is_a_problem_too(service: Service) -> None:
    answered = service.ask("DELETE", "/v1/jobs")
    is_problem(answered, 405)
    assert answered[1]["allow"] == "GET, POST"


def test_a_request_id_is_taken_if_it_is_one(service: Service) -> None:
    assert service.ask("GET", "/healthz", x_request_id="my-1")[1]["x-request-id"] == "my-1"
    other = service.ask("GET", "/healthz", x_request_id="<b>" * 40)[1]["x-request-id"]
    assert len(other) == 32


def test_health_and_metrics(service: Service) -> None:
    assert service.ask("GET", "/healthz", authorization="")[2] == {"status": "ok"}
    assert service.ask("GET", "/readyz", authorization="")[2] == {"status": "ready"}
    service.ask("POST", "/v1/extractions", {"text": notice(1)})
    text = service.ask("GET", "/metrics")[2].decode()
    assert 'extractor_http_requests_total{route="/v1/extractions",status="200"}' in text
    assert 'extractor_articles_total{status="complete"}' in text
    assert "extractor_cost_dollars_total" in text


def test_a_key_sees_its_own_jobs_only(model: FaultServer, tmp_path: Path) -> None:
    keys = [add_key(tmp_path, name) for name in ("one", "two")]
    with serving(tmp_path, *told(model), key=keys[0]) as service:
        _, _, job = service.ask("POST", "/v1/jobs", lines_of({"a": notice(1)}), content_type=JSONL)
        service.wait(job["id"])
        service.key = keys[1]
        assert service.ask("GET", "/v1/jobs")[2]["jobs"] == []
        for path in ("", "/results", "/events", "/report/index.html"):
            is_problem(service.ask("GET", f"/v1/jobs/{job['id']}{path}"), 404)
        is_problem(service.ask("POST", f"/v1/jobs/{job['id']}/cancel"), 404)


def test_requests_a_minute_and_dollars_a_day_are_kept_to(model: FaultServer, tmp_path: Path) -> None:
    often, dear = add_key(tmp_path, "often", "--rpm", 3), add_key(tmp_path, "dear", "--max-cost", 0.0005)
    with serving(tmp_path, *told(model, "--no-cache", "--max-tokens", 10), key=often) as service:
        codes = [service.ask("GET", "/v1/jobs")[0] for _ in range(4)]
        assert codes == [200, 200, 200, 429]
        answered = service.ask("GET", "/v1/jobs")
        assert is_problem(answered, 429) == "more than 3 requests a minute"
        assert 1 <= int(answered[1]["retry-after"]) <= 20
        service.key = dear
        assert service.ask("POST", "/v1/extractions", {"text": notice(1)})[0] == 200
        for path, body, kind in (
            ("/v1/extractions", {"text": notice(2)}, "application/json"),
            ("/v1/jobs", lines_of({"a": notice(1)}), JSONL),
        ):
            answered = service.ask("POST", path, body, content_type=kind)
            assert is_problem(answered, 429) == "0.0005 dollars were spent today"


def test_a_job_ends_before_it_costs_more_than_its_key_may_spend(tmp_path: Path) -> None:
    key = add_key(tmp_path, "dear", "--max-cost", 0.02)
    texts = {f"a{number}": notice(number) for number in range(100)}
    with (
        serve_faults(answer, plan=lambda _: None) as model,
        serving(tmp_path, *told(model, "--no-cache", "--max-tokens", 100), key=key) as service,
    ):
        _, _, job = service.ask("POST", "/v1/jobs", lines_of(texts), content_type=JSONL)
        ended = service.wait(job["id"])
        assert ended["state"] == "stopped"
        assert "--max-cost" in ended["reason"]
        assert 0 < ended["cost"] <= 0.02
        assert sum(each.answered for each in model.log) * (100 * 2 + 20 * 8) / 1e6 <= 0.02


def test_a_job_can_be_called_off(tmp_path: Path) -> None:
    texts = {f"a{number}": notice(number) for number in range(400)}
    with (
        serve_faults(answer, plan=lambda _: None, latency=0.05) as model,
        serving(tmp_path, *told(model, "--jobs", 1)) as service,
    ):
        jobs = [service.ask("POST", "/v1/jobs", lines_of(texts), content_type=JSONL)[2] for _ in range(2)]
        while not service.ask("GET", f"/v1/jobs/{jobs[0]['id']}")[2]["progress"]["complete"]:
            time.sleep(0.05)
        waiting = service.ask("POST", f"/v1/jobs/{jobs[1]['id']}/cancel")[2]
        assert waiting["state"] == "cancelled"
        service.ask("POST", f"/v1/jobs/{jobs[0]['id']}/cancel")
        ended = service.wait(jobs[0]["id"])
        assert ended["state"] == "cancelled"
        _, _, lines = service.ask("GET", f"/v1/jobs/{jobs[0]['id']}/results")
        assert 0 < len(lines.splitlines()) < 400
        again = service.ask("POST", f"/v1/jobs/{jobs[0]['id']}/cancel")[2]
        assert again == ended


def test_a_model_that_fails_is_no_fault_of_the_service(tmp_path: Path) -> None:
    faults = [Fault.SERVER_ERROR, Fault.REFUSAL]
    for fault, status in zip(faults, (503, 502), strict=True):
        with (
            serve_faults(answer, plan=lambda _, fault=fault: fault) as model,  # type: ignore[misc]
            serving(tmp_path, *told(model, "--no-cache")) as service,
        ):
            answered = service.ask("POST", "/v1/extractions", {"text": notice(1)})
            assert "ports" not in is_problem(answered, status)


def test_the_log_has_a_line_for_each_request_and_neither_texts_nor_keys(
    model: FaultServer, tmp_path: Path
) -> None:
    key = add_key(tmp_path, "desk")
    with serving(tmp_path, *told(model), key=key) as service:
        service.ask("POST", "/v1/extractions", {"id": "secret-id", "text": notice(12)}, x_request_id="r-1")
        service.ask("POST", "/v1/extractions", b'{"text": "Selon', x_request_id="r-2")
        log = service.end()
    lines = [json.loads(line) for line in log.splitlines()]
    told_of = {line["request_id"]: line for line in lines if line["event"] == "request"}
    assert (told_of["r-1"]["status"], told_of["r-1"]["key"]) == (200, "desk")
    assert told_of["r-2"]["status"] == 422
    assert not [word for word in (key, "Selon", "secret-id") if word in log]
    database = (tmp_path / "server.db").read_bytes() + (tmp_path / "server.db").with_name(
        "server.db"
    ).read_bytes()
    assert key.encode() not in database


def test_many_at_once_are_all_answered(service: Service) -> None:
    statuses: list[int] = []

    def ask(number: int) -> None:
        statuses.append(service.ask("POST", "/v1/extractions", {"text": notice(number)})[0])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 24
