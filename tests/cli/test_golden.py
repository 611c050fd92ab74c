"""``extractor golden``: samples and their stability, costs told before they are made, work shared out."""

import json
import shutil
from pathlib import Path

import pytest
from doubles.changed import deny
from doubles.command import run, run_on_terminal
from doubles.loopback import Answer, Body, Loopback, completion, in_turn, serve
from doubles.port import ATTRIBUTION, CLAIMS, SEGMENTS
from doubles.recorded import edit_expected, edit_reply, port_case

from extractor.golden.cases import Case
from extractor.golden.checking import check_case

REPLIES = [completion(json.dumps(each, ensure_ascii=False)) for each in (SEGMENTS, CLAIMS, ATTRIBUTION)]
RECORDED = "port: complete, 2 claims"


@pytest.fixture
def port(tmp_path: Path) -> Case:
    """Three recorded calls of 15 tokens each."""
    return port_case(tmp_path / "port")


def live(server: Loopback) -> tuple[str, ...]:
    return ("--base-url", server.url, "--no-cache")


def test_the_cost_is_told_before_the_server_is_asked(port: Case) -> None:
    def refuse(_: Body) -> Answer:
        return Answer({"error": {"message": "bad key", "code": None}}, 401)

    with serve(refuse) as server:
        ran = run("golden", "record", port.folder, *live(server), OPENAI_API_KEY="k")
    assert (ran.returncode, ran.stdout) == (2, "1 case to record: about 3 calls, 45 tokens\n")
    assert "refused the key" in ran.stderr


def test_recording_on_a_terminal_waits_for_a_yes(port: Case) -> None:
    with serve(in_turn(*REPLIES)) as server:
        code, shown = run_on_terminal("golden", "record", port.folder, *live(server), answers=("n",))
        assert (code, server.bodies) == (1, [])
        assert shown.startswith("1 case to record: about 3 calls, 45 tokens\ngo on? [y/N]: n\n")
        code, shown = run_on_terminal("golden", "record", port.folder, *live(server), answers=("y",))
        assert (code, len(server.bodies)) == (0, 3)
        assert shown.endswith(f"{RECORDED}, 3 calls\n")


def test_yes_is_said_beforehand(port: Case) -> None:
    with serve(in_turn(*REPLIES)) as server:
        code, shown = run_on_terminal("golden", "record", port.folder, *live(server), "--yes")
    assert (code, "go on?" in shown) == (0, False)
    assert shown.endswith(f"{RECORDED}, 3 calls\n")


def test_samples_are_recorded_beside_the_first_replies_and_only_what_is_missing(port: Case) -> None:
    before = port.expected.read_bytes()
    with serve(in_turn(*REPLIES)) as server:
        ran = run("golden", "record", port.folder, "--samples", 2, *live(server))
        assert (ran.returncode, len(server.bodies)) == (0, 3)
        assert ran.stdout == (
            f"1 case to record: about 3 calls, 45 tokens\n{RECORDED}\n{RECORDED.replace(':', ' sample 2:')}\n"
        )
        ran = run("golden", "record", port.folder, "--samples", 2, *live(server))
        assert (ran.stdout, len(server.bodies)) == ("port: nothing to record\n", 3)
    assert {path.name for path in port.at(2).replies.iterdir()} == {
        path.name for path in port.replies.iterdir()
    }
    assert port.expected.read_bytes() == before
    assert check_case(port).passed


def test_stability_tells_the_share_of_samples_that_hold_each_claim_and_hop(port: Case) -> None:
    assert run("golden", "stability", port.folder).stdout == (
        "port: one sample; extractor golden record --samples 3 asks for more\n"
    )
    shutil.copytree(port.replies, port.at(2).replies)
    edit_reply(port.at(2), "attribution", lambda reply: reply["sayings"][0]["chain"].pop(0))
    ran = run("golden", "stability", port.folder)
    assert ran.returncode == 0
    assert ran.stdout.splitlines() == [
        "port: 2 samples; 2 of 2 claims and 2 of 5 hops in all of them",
        "  100 %  Le port rouvre lundi.",
        "         50 %  hop 1: Anne Roux",
        "         50 %  hop 1: l’Écho",
        "         50 %  hop 2: Anne Roux",
        "        100 %  hop 1: maire",
        "  100 %  Il y a 40 navires.",
        "        100 %  hop 1: Anne Roux",
    ]
    told = json.loads(run("golden", "stability", port.folder, "--json").stdout)
    assert (told["case"], told["samples"]) == ("port", 2)
    assert told["claims"][1] == {
        "text": "Il y a 40 navires.",
        "held": 2,
        "hops": [{"place": 1, "source": "Anne Roux", "held": 2}],
    }


def test_stability_of_a_sample_that_is_not_complete_says_what_it_lacks(port: Case) -> None:
    shutil.copytree(port.replies, port.at(2).replies)
    next(port.at(2).replies.glob("claims-*")).unlink()
    ran = run("golden", "stability", port.folder)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "no recorded reply to claims@v2" in ran.stderr
    assert str(port.at(2).replies) in ran.stderr


def test_prune_removes_what_no_request_of_a_sample_uses(port: Case) -> None:
    shutil.copytree(port.replies, port.at(2).replies)
    (port.at(2).replies / "claims-0000000000000000.json").write_text("{}", encoding="utf-8")
    ran = run("golden", "prune", port.folder)
    assert ran.stdout == "port: 0 removed\nport sample 2: 1 removed claims-0000000000000000.json\n"


def test_batch_files_ask_for_samples_too(port: Case, tmp_path: Path) -> None:
    requests = tmp_path / "requests.jsonl"
    ran = run("batch", "export", port.folder, "--samples", 2, "--to", requests)
    assert ran.stdout.splitlines()[:2] == ["port: nothing pending", "port sample 2: segments pending"]
    assert json.loads(requests.read_text(encoding="utf-8"))["custom_id"].endswith("#2")


def test_processes_that_share_the_cases_report_as_one_does(port: Case, tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    for number in range(80):
        shutil.copytree(port.folder, folder / f"{number:02}")
    changed = port_case(folder / "changed")
    edit_expected(changed, deny)
    alone, shared = (run("golden", "check", folder, "--jobs", jobs) for jobs in (1, 2))
    assert (shared.returncode, shared.stdout) == (alone.returncode, alone.stdout)
    assert alone.returncode == 1
    lines = shared.stdout.splitlines()
    assert lines[:80] == [f"{number:02}: same" for number in range(80)]
    assert (lines[80], lines[-1]) == ("changed: 1 difference", "81 cases, 1 not as expected")
