"""What the fault server does on the wire is what its faults are called."""

import json
import socket
from collections.abc import Callable
from contextlib import closing
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from time import monotonic, time
from typing import Any
from urllib.parse import urlsplit

import pytest
from doubles import faults
from doubles.faults import Asked, Fault, FaultServer, Plan, mixed, serve_faults
from doubles.notices import answer, notice, write_articles
from doubles.scripted import body_reply

from extractor import Extractor

STALL = 0.05
DRIP = 0.1
GOOD = json.dumps(body_reply(1))


def asking(number: int = 17, record: str = "segments") -> dict[str, Any]:
    return {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Example:\n[1] Not this.\n[2] Nor this."},
            {"role": "user", "content": f"The units:\n[1] {notice(number)}\n"},
        ],
        "response_format": {"type": "json_schema", "json_schema": {"name": f"{record}_v1", "schema": {}}},
    }


def attempts(record: str, number: int) -> list[Asked]:
    body = asking(number, record)
    return [Asked(f"{record} {number}", attempt, body) for attempt in (1, 2, 3)]


def at_first(fault: Fault) -> Plan:
    return lambda asked: fault if asked.attempt == 1 else None


def connect(server: FaultServer) -> HTTPConnection:
    return HTTPConnection(urlsplit(server.url).netloc, timeout=5)


def send(connection: HTTPConnection, body: dict[str, Any] | None = None) -> HTTPResponse:
    connection.request("POST", "/v1/chat/completions", json.dumps(body or asking()))
    return connection.getresponse()


def under(fault: Fault | None) -> tuple[HTTPResponse, bytes]:
    with (
        serve_faults(answer, plan=lambda _: fault) as server,
        closing(connect(server)) as connection,
    ):
        response = send(connection)
        return response, response.read()


def received(fault: Fault, read: Callable[[socket.socket], None]) -> FaultServer:
    """Send a request over a plain socket and read from it."""
    data = json.dumps(asking()).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: {len(data)}\r\n\r\n"
    with serve_faults(answer, plan=lambda _: fault, stall=STALL, drip=DRIP) as server:
        place = urlsplit(server.url)
        with socket.create_connection((place.hostname or "", place.port or 0), timeout=5) as link:
            link.sendall(head.encode() + data)
            read(link)
    return server


def choice(data: bytes) -> tuple[str | None, str, str | None]:
    """Content, finish reason and refusal of a completion."""
    (only,) = json.loads(data)["choices"]
    return only["message"]["content"], only["finish_reason"], only["message"]["refusal"]


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        (Fault.RATE_LIMITED, 429, "application/json"),
        (Fault.SERVER_ERROR, 500, "application/json"),
        (Fault.BAD_GATEWAY, 502, "text/html"),
        (Fault.OVERLOADED, 503, "application/json"),
        (Fault.WRONG_TYPE, 200, "text/html"),
    ],
)
def test_a_status_goes_out_without_a_completion(fault: Fault, status: int, kind: str) -> None:
    response, data = under(fault)
    assert (response.status, response.headers["content-type"]) == (status, kind)
    assert b"choices" not in data
    assert "retry-after" not in response.headers
    assert data.startswith(b"<html>") == (kind == "text/html")


def test_a_told_rate_limit_tells_in_every_way_there_is() -> None:
    ways = set[str]()
    plan = at_first(Fault.RATE_LIMITED_TOLD)
    with serve_faults(answer, plan=plan, told=0.25) as server, closing(connect(server)) as connection:
        for number in range(40):
            response = send(connection, asking(number))
            response.read()
            assert response.status == 429
            ways.add(way_told(response))
    assert ways == {"250 ms", "0", "0.25", "date"}


def way_told(response: HTTPResponse) -> str:
    if milliseconds := response.headers["retry-after-ms"]:
        return f"{milliseconds} ms"
    value = response.headers["retry-after"]
    if not value.endswith("GMT"):
        return value
    assert abs(parsedate_to_datetime(value).timestamp() - time()) < 5
    return "date"


def test_a_reset_before_comes_before_any_byte() -> None:
    def read(link: socket.socket) -> None:
        with pytest.raises(ConnectionResetError):
            link.recv(1)

    assert received(Fault.RESET_BEFORE, read).log[0].status is None


def test_a_reset_within_comes_after_half_of_the_body() -> None:
    got: list[bytes] = []

    def read(link: socket.socket) -> None:
        while piece := link.recv(65536):
            got.append(piece)

    with pytest.raises(ConnectionResetError):
        received(Fault.RESET_WITHIN, read)
    head, _, body = b"".join(got).partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split()[0])
    assert head.startswith(b"HTTP/1.1 200 ")
    assert len(body) == length // 2


def test_a_stall_is_silence_and_then_the_end() -> None:
    def read(link: socket.socket) -> None:
        started = monotonic()
        assert link.recv(1) == b""
        assert monotonic() - started >= STALL * 0.9

    received(Fault.STALL, read)


def test_a_drip_is_a_whole_answer_in_many_pieces() -> None:
    pieces: list[bytes] = []

    def read(link: socket.socket) -> None:
        started = monotonic()
        while b'"total_tokens": 120}}' not in b"".join(pieces[-3:]):
            pieces.append(link.recv(65536))
        assert monotonic() - started >= DRIP * 0.9

    received(Fault.DRIP, read)
    assert len(pieces) > 5
    assert choice(b"".join(pieces).partition(b"\r\n\r\n")[2]) == (GOOD, "stop", None)


def test_truncated_json_is_as_long_as_it_says() -> None:
    response, data = under(Fault.TRUNCATED_JSON)
    assert (response.status, response.headers["content-length"]) == (200, str(len(data)))
    with pytest.raises(json.JSONDecodeError):
        json.loads(data)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (None, (GOOD, "stop", None)),
        (Fault.REFUSAL, (None, "stop", "I will not.")),
        (Fault.CONTENT_FILTER, ("", "content_filter", None)),
        (Fault.LENGTH, (GOOD[: len(GOOD) // 2], "length", None)),
        (Fault.FENCED, (f"```json\n{GOOD}\n```", "stop", None)),
    ],
)
def test_a_completion_says_what_its_fault_is_called(fault: Fault | None, expected: object) -> None:
    response, data = under(fault)
    assert (response.status, choice(data)) == (200, expected)


def test_a_completion_can_lack_its_choices() -> None:
    assert json.loads(under(Fault.EMPTY_CHOICES)[1])["choices"] == []
    assert set(json.loads(under(Fault.ERROR_BODY)[1])) == {"error"}


def test_a_connection_is_kept_unless_it_is_closed_without_notice() -> None:
    with serve_faults(answer, plan=at_first(Fault.CLOSED)) as server, closing(connect(server)) as connection:
        response = send(connection)
        assert choice(response.read())[1] == "stop"
        assert "connection" not in response.headers
        assert not response.will_close
        assert connection.sock.recv(1) == b""
        connection.close()
        send(connection).read()
        kept = connection.sock
        send(connection).read()
        assert connection.sock is kept
    assert [each.attempt for each in server.log] == [1, 2, 3]


def test_a_plan_depends_on_its_seed_alone() -> None:
    asked = [each for number in range(300) for each in attempts("segments", number)]
    planned, again, other = ([mixed(seed, 0.3)(each) for each in asked] for seed in (7, 7, 8))
    assert planned == again != other
    assert 0.25 < sum(fault is not None for fault in planned) / len(asked) < 0.35
    assert set(planned) == {None, *faults.TRANSIENT}


def test_an_article_is_refused_at_every_record_and_attempt_or_never() -> None:
    plan = mixed(7, 0.0, permanent=0.5)
    records = ("segments", "claims")
    fates = [{plan(each) for record in records for each in attempts(record, number)} for number in range(99)]
    assert {len(fate) for fate in fates} == {1}
    assert set[Fault | None]().union(*fates) == {None, *faults.PERMANENT}


@pytest.mark.parametrize("fault", [None, *Fault])
def test_the_log_says_whether_a_good_answer_went_out(fault: Fault | None, tmp_path: Path) -> None:
    log_file = tmp_path / "log.jsonl"
    with serve_faults(answer, plan=lambda _: fault, stall=0, drip=0, log_file=log_file) as server:
        for record in ("segments", "claims"):
            with closing(connect(server)) as connection:
                try:
                    send(connection, asking(record=record)).read()
                except ConnectionError:
                    assert fault in {Fault.RESET_BEFORE, Fault.RESET_WITHIN, Fault.STALL}
    assert [(each.order, each.record) for each in server.log] == [(1, "segments"), (2, "claims")]
    first, second = server.log
    assert first.sha256 != second.sha256
    assert (first.attempt, first.fault, first.under_way) == (1, fault, 1)
    assert first.answered == (fault is None or fault in faults.ANSWERED)
    kept = [json.loads(line) for line in log_file.read_text(encoding="utf-8").splitlines()]
    assert [each["sha256"] for each in kept] == [first.sha256, second.sha256]
    assert (kept[0]["fault"], kept[0]["status"], kept[0]["answered"]) == (fault, first.status, first.answered)


def test_a_client_that_hung_up_was_not_answered() -> None:
    with serve_faults(answer, plan=lambda _: None, latency=0.1) as server:
        with closing(connect(server)) as gone:
            gone.request("POST", "/v1/chat/completions", json.dumps(asking()))
        with closing(connect(server)) as patient:
            send(patient, asking(18)).read()
    assert [each.answered for each in server.log] == [False, True]


def test_an_answer_that_fails_is_an_error_of_the_test() -> None:
    with (
        pytest.raises(ExceptionGroup) as caught,
        serve_faults(answer, plan=lambda _: None) as server,
        closing(connect(server)) as connection,
    ):
        send(connection, asking(record="repair"))
    assert caught.group_contains(KeyError, match="repair")


def test_articles_are_distinct_and_sorted(tmp_path: Path) -> None:
    assert (paths := write_articles(tmp_path / "articles", 200)) == sorted(paths)
    assert len({path.read_text(encoding="utf-8") for path in paths}) == 200


def extracted(plan: Plan) -> tuple[Any, FaultServer]:
    with (
        serve_faults(answer, plan=plan, stall=STALL, drip=DRIP) as server,
        Extractor(model="m", base_url=server.url, backoff=0.01, cache=False) as extractor,
    ):
        return extractor.extract(notice(17)), server


def test_without_faults_an_extraction_is_complete() -> None:
    articles = set[str]()
    result, server = extracted(lambda asked: articles.add(asked.article))
    assert (result.status, result.problems, result.rejected) == ("complete", (), ())
    assert [claim.text for claim in result.claims] == ["Le port 17 rouvre jeudi."]
    assert [source.name for source in result.sources] == ["Marc Blanc"]
    assert [each.record for each in server.log] == ["segments", "claims", "attribution"]
    assert all(each.answered for each in server.log)
    assert len(articles) == 1


@pytest.mark.parametrize("fault", faults.TRANSIENT)
def test_an_extraction_gets_over_each_transient_fault(fault: Fault) -> None:
    result, server = extracted(at_first(fault))
    assert result.status == "complete"
    assert sum(each.answered for each in server.log) == 3
