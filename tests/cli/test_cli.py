"""The command line as a user meets it: real processes, exit codes, no traceback."""

import json
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from doubles.command import KEY, ROOT, run, run_on_terminal
from doubles.loopback import Answer, completion, failure, in_turn, serve
from doubles.scripted import body_reply, claim, saying

from extractor import Extraction

SEED = ROOT / "examples" / "articles" / "000_791b76ca8c774dff.txt"


def test_help_names_every_command_and_what_it_does() -> None:
    ran = run("--help")
    assert ran.returncode == 0
    for name in ("show", "run", "golden", "batch"):
        assert name in ran.stdout
    for arguments in (["run"], ["show"], ["golden", "record"]):
        told = run(*arguments, "--help").stdout
        assert all(
            option in told
            for option in ("--model", "--base-url", "--api-key", "--replay", "--temperature", "--seed")
        )


def test_help_imports_nothing_heavy() -> None:
    code = """
import sys
sys.argv = ["extractor", "--help"]
try:
    from extractor.cli import main
    main()
except SystemExit:
    pass
assert not {"pydantic", "openai", "instructor", "jinja2", "diskcache", "tenacity", "rich"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, capture_output=True)


def test_show_is_for_people() -> None:
    ran = run("show", SEED, "--replay", ROOT / "golden")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "related     LIRE AUSSI" in ran.stdout
    assert "comment     Bravo 👏🏿🔥" in ran.stdout
    assert (
        "outlet -> New York Times (“rapporte”) -> services de renseignement américains (“Selon”)"
        in ran.stdout
    )
    assert "complete: 16 claims" in ran.stdout


def test_on_a_terminal_spans_and_segments_have_styles_and_plain_has_none() -> None:
    code, shown = run_on_terminal(
        "show", SEED, "--replay", ROOT / "golden", environment={"TERM": "xterm-256color"}
    )
    assert code == 0
    assert "\x1b[4mMoscou achète" in shown  # evidence, underlined
    assert "\x1b[1mles services de renseignement" in shown  # a source, bold
    assert "\x1b[3mrapporte" in shown  # a cue, italic
    assert "\x1b[33mLIRE AUSSI" in shown  # a related link, yellow
    code, plain = run_on_terminal(
        "show", SEED, "--plain", "--replay", ROOT / "golden", environment={"TERM": "xterm-256color"}
    )
    assert (code, "\x1b" in plain) == (0, False)
    assert plain.replace("\r\n", "\n") == run("show", SEED, "--replay", ROOT / "golden").stdout


def test_the_readme_shows_what_is_printed() -> None:
    shown = (ROOT / "README.md").read_text(encoding="utf-8").split("## What comes out")[1].split("```")[1]
    printed = run("show", SEED, "--replay", ROOT / "golden").stdout.splitlines()
    lines = [line for line in shown.splitlines() if line.strip() not in ("", "...")]
    assert len(lines) > 15
    assert [line for line in lines if line not in printed] == []


def test_show_as_json_is_the_result() -> None:
    ran = run("show", SEED, "--json", "--replay", ROOT / "golden")
    assert ran.returncode == 0
    assert Extraction.model_validate_json(ran.stdout).article.id == SEED.name


def test_show_lets_no_control_character_through(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Rouge \x1b[31m et \u202e inverse [bold]gras[/bold].", encoding="utf-8")
    answers = in_turn(completion(json.dumps(body_reply(1))), completion('{"claims": []}'))
    with serve(answers) as server:
        ran = run("show", path, "--base-url", server.url, "--model", "m", "--no-cache")
    assert ran.returncode == 0
    assert "Rouge \\u001b[31m et \\u202e inverse [bold]gras[/bold]." in ran.stdout
    assert "\x1b" not in ran.stdout


def test_run_writes_one_line_an_article_and_sums_up(tmp_path: Path) -> None:
    ran = run("run", ROOT / "examples" / "articles", "--out", tmp_path / "out", "--replay", ROOT / "golden")
    assert ran.returncode == 0
    lines = (tmp_path / "out" / "extractions.jsonl").read_text(encoding="utf-8").splitlines()
    results = [Extraction.model_validate_json(line) for line in lines]
    assert [result.article.id for result in results] == sorted(path.name for path in SEED.parent.iterdir())
    assert results[0].article.id == SEED.name
    for words in ("4 articles", "complete", "partial", "failed", "claims", "rejected", "calls", "tokens"):
        assert words in ran.stdout
    assert "65" in ran.stdout
    assert ran.stderr.splitlines()[0] == f"[1/4] complete {SEED.name} (16 claims)"


def test_run_with_a_failure_exits_with_one_and_says_which_and_why(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    shutil.copytree(SEED.parent, folder)
    (folder / "zz.txt").write_bytes(b"caf\xe9")
    ran = run("run", folder, "--out", tmp_path / "out", "--replay", ROOT / "golden")
    assert ran.returncode == 1
    assert "zz.txt: cannot read" in ran.stdout
    assert "at byte 3" in ran.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["show", SEED], "no model to ask"),
        (["show", SEED, "--model", "m"], "neither a key nor an endpoint"),
        (["show", SEED, "--replay", "nowhere"], "no recorded replies"),
        (["show", SEED, "--model", "m", "--api-key", KEY, "--mode", "xml"], "setting 'mode'"),
        (
            ["show", SEED, "--model", "m", "--api-key", KEY, "--prompt", "claims@v9", "--no-cache"],
            "no prompt",
        ),
        (["show", SEED, "--model", "m", "--base-url", "nonsense"], "setting 'base_url'"),
        (["run", "nowhere", "--out", "out", "--replay", ROOT / "golden"], "no such file or folder"),
        (["run", SEED.parent], "--out"),
        (["show"], "file"),
        (["paint"], "No such command"),
        (["golden", "record", "nowhere"], "no golden case"),
        (["batch", "export", "nowhere", "--to", "x.jsonl"], "no golden case"),
        (["batch", "import", "nowhere.jsonl", "--into", ROOT / "golden"], "No such file"),
    ],
)
def test_wrong_usage_and_configuration_exit_with_two_and_one_clear_message(
    arguments: list[object], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run(*arguments)
    assert ran.returncode == 2
    assert told.lower() in ran.stderr.lower()
    assert ran.stdout == ""


@pytest.mark.parametrize(
    ("answer", "code", "told"),
    [
        (failure(401, f"Incorrect API key provided: {KEY}"), 2, "refused the key"),
        (failure(404, "The model m does not exist"), 2, "does not know model 'm'"),
        (failure(500, "down"), 1, "unavailable"),
        (failure(400, "context_length_exceeded"), 1, "context window"),
        (completion(None, refusal="I will not"), 1, "refused: I will not"),
        (completion("Sure!"), 1, "is not JSON"),
        (completion('{"language": "f', finish_reason="length"), 1, "cut off"),
        (completion(json.dumps(body_reply(3))), 1, "units 4 to 16 are in no segment"),
    ],
)
def test_what_the_endpoint_does_is_told_in_one_line(answer: Any, code: int, told: str) -> None:
    with serve(in_turn(answer)) as server:
        ran = run(
            "show", SEED, "--model", "m", "--no-cache", "--attempts", 2, "--backoff", 0,
            OPENAI_BASE_URL=server.url, OPENAI_API_KEY=KEY,
        )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (code, "")
    assert told in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_a_refusal_with_escapes_and_line_breaks_is_one_harmless_line() -> None:
    with serve(in_turn(completion(None, refusal="no \x1b[31mred\nline"))) as server:
        ran = run("show", SEED, "--model", "m", "--no-cache", "--base-url", server.url)
    assert ran.stderr == "extractor: the model refused: no \\u001b[31mred line\n"


def test_a_terminal_that_lacks_a_character_gets_an_escape() -> None:
    ran = run("show", SEED, "--replay", ROOT / "golden", PYTHONIOENCODING="ascii")
    assert ran.returncode == 0
    assert "\\U0001f44f" in ran.stdout


def test_a_file_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    ran = run("batch", "export", ROOT / "golden", "--to", tmp_path / "missing" / "x.jsonl")
    assert (ran.returncode, len(ran.stderr.splitlines())) == (2, 1)
    assert "No such file" in ran.stderr


def test_ctrl_c_twice_ends_a_folder_run_at_once_without_a_traceback(tmp_path: Path) -> None:
    started, ended = threading.Event(), threading.Event()

    def hang(_: object) -> Answer:
        started.set()
        ended.wait(30)
        return failure(500, "late")

    with serve(hang) as server:
        command = [sys.executable, "-m", "extractor", "run", SEED.parent, "--out", tmp_path, "--model", "m"]
        process = subprocess.Popen(
            [*map(str, command), "--base-url", server.url, "--no-cache"],
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        assert started.wait(30)
        assert process.stderr is not None
        process.send_signal(signal.SIGINT)
        assert "Ctrl-C again leaves at once" in process.stderr.readline() + process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=30)
        ended.set()
    assert process.returncode == 130
    assert "Traceback" not in stderr


def test_ctrl_c_once_waits_for_the_calls_in_flight_and_says_how_to_go_on(tmp_path: Path) -> None:
    started, ended = threading.Event(), threading.Event()

    def wait(_: object) -> Answer:
        started.set()
        ended.wait(30)
        return completion(json.dumps(body_reply(1)))

    with serve(wait) as server:
        command = [sys.executable, "-m", "extractor", "run", SEED.parent, "--out", tmp_path, "--model", "m"]
        process = subprocess.Popen(
            [*map(str, command), "--base-url", server.url, "--concurrency", "2"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        assert started.wait(30)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert "calls in flight are waited for" in process.stderr.readline() + process.stderr.readline()
        ended.set()
        stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "stopped on request: the same command goes on from here" in stdout
    assert "Traceback" not in stderr
    assert len(server.bodies) <= 2


def test_an_unreachable_endpoint_is_told_in_one_line() -> None:
    with serve(in_turn(failure(500, "x"))) as server:
        url = server.url
    ran = run("show", SEED, "--model", "m", "--base-url", url, "--no-cache", "--attempts", 1)
    assert ran.returncode == 1
    assert "unavailable" in ran.stderr
    assert "127.0.0.1" in ran.stderr


def test_an_unreadable_file_is_told_in_one_line(tmp_path: Path) -> None:
    ran = run("show", tmp_path / "missing.txt", "--replay", ROOT / "golden")
    assert (ran.returncode, len(ran.stderr.splitlines())) == (1, 1)
    assert "No such file" in ran.stderr


def test_a_partial_result_is_shown_with_what_is_missing() -> None:
    segments = completion(json.dumps(body_reply(16)))
    with serve(in_turn(segments, completion(None, refusal="no"))) as server:
        ran = run("show", SEED, "--model", "m", "--base-url", server.url, "--no-cache")
    assert ran.returncode == 1
    assert "missing   the model refused: no" in ran.stdout
    assert "partial: 0 claims" in ran.stdout


def test_a_case_is_recorded_by_batch_files_from_the_command_line(tmp_path: Path) -> None:
    case = tmp_path / "case"
    case.mkdir()
    (case / "article.txt").write_text("Le port rouvre.")
    (case / "case.toml").write_text('model = "external-llm"')
    requests, answers = tmp_path / "requests.jsonl", tmp_path / "answers.jsonl"
    for content in (json.dumps(body_reply(1)), '{"claims": []}'):
        assert "1 request written" in run("batch", "export", case, "--to", requests).stdout
        custom_id = json.loads(requests.read_text(encoding="utf-8"))["custom_id"]
        message = {"role": "assistant", "content": content}
        body = {"choices": [{"message": message, "finish_reason": "stop"}]}
        answers.write_text(
            json.dumps({"custom_id": custom_id, "response": {"status_code": 200, "body": body}})
        )
        assert run("batch", "import", answers, "--into", case).returncode == 0
        assert run("batch", "import", answers, "--into", case).returncode == 1
    assert "nothing pending" in run("batch", "export", case, "--to", requests).stdout
    asked = run("golden", "accept", case)
    assert (asked.returncode, "no terminal to ask on" in asked.stderr) == (2, True)
    assert "case: accepted" in run("golden", "accept", case, "--all").stdout
    assert "case: unchanged" in run("golden", "accept", case).stdout


def test_golden_check_says_what_changed_and_fails(tmp_path: Path) -> None:
    case = tmp_path / "seed"
    shutil.copytree(ROOT / "golden" / "seed", case)
    assert run("golden", "check", case).stdout == "seed: same\n1 case, 0 not as expected\n"
    expected = case / "expected.json"
    text = expected.read_text(encoding="utf-8").replace('"stance": "affirms"', '"stance": "denies"', 1)
    expected.write_text(text, encoding="utf-8")
    ran = run("golden", "check", case)
    assert ran.returncode == 1
    assert "seed: 1 difference\n  c1 at 48: stance changed: 'denies' -> 'affirms'" in ran.stdout
    ran = run("golden", "check", case, "--json")
    told = json.loads(ran.stdout)
    assert (told["case"], told["passed"], told["error"]) == ("seed", False, None)
    assert told["differences"] == [
        {
            "what": "assertion",
            "told": "c1 at 48: stance changed: 'denies' -> 'affirms'",
            "old": ["claims", 0, "assertions", 0, "stance"],
            "new": ["claims", 0, "assertions", 0, "stance"],
        }
    ]


def test_golden_prune_removes_what_no_request_uses(tmp_path: Path) -> None:
    case = tmp_path / "seed"
    shutil.copytree(ROOT / "golden" / "seed", case)
    kept = sorted(path.name for path in (case / "replies").iterdir())
    (case / "replies" / "claims-0000000000000000.json").write_text("{}")
    assert "1 removed claims-0000000000000000.json" in run("golden", "prune", case).stdout
    assert sorted(path.name for path in (case / "replies").iterdir()) == kept


def test_a_case_is_recorded_live_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "article.txt").write_text("Le port rouvre.")
    answers = in_turn(completion(json.dumps(body_reply(1))), completion('{"claims": []}'))
    with serve(answers) as server:
        ran = run("golden", "record", tmp_path, "--model", "m", "--base-url", server.url, "--no-cache")
    assert (ran.returncode, "complete, 0 claims, 2 calls" in ran.stdout) == (0, True)
    assert (tmp_path / "expected.json").exists()


def test_the_installed_command_is_there() -> None:
    command = Path(sys.executable).with_name("extractor")
    ran = subprocess.run([command, "--help"], capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0


def test_prompts_are_listed_shown_and_compared() -> None:
    assert "claims@v1        locked  claims_v1" in run("prompts", "list").stdout
    assert run("prompts", "show", "claims@v1").stdout.startswith('+++\nrecord = "claims"\n')
    assert json.loads(run("prompts", "show", "repair", "--schema").stdout)["required"] == ["repairs"]
    ran = run("prompts", "diff", "claims@v1", "repair@v1")
    assert ran.stdout.startswith("--- claims@v1\n+++ repair@v1\n")
    assert "--- claims_v1" in ran.stdout
    assert run("prompts", "diff", "claims", "claims").stdout == ""
    assert run("prompts", "lock").stdout == "nothing new; no released version was edited\n"
    assert run("prompts", "show", "claims@v9").returncode == 2


def test_only_what_is_missing_or_stale_is_recorded_again(tmp_path: Path) -> None:
    case = tmp_path / "seed"
    shutil.copytree(ROOT / "golden" / "seed", case)
    (attribution,) = (case / "replies").glob("attribution-*")
    content = "".join(json.loads(attribution.read_text(encoding="utf-8"))["reply"]["content"])
    attribution.unlink()
    with serve(in_turn(completion(content))) as server:
        live = ("--model", "external-llm", "--base-url", server.url, "--no-cache")
        assert "seed: nothing to record" in run("golden", "record", case, "--stale", *live).stdout
        assert (
            "seed: complete, 16 claims, 1 calls" in run("golden", "record", case, "--missing", *live).stdout
        )
        assert "seed: nothing to record" in run("golden", "record", case, "--missing", *live).stdout
    assert run("golden", "check", case).returncode == 0
    with (case / "case.toml").open("a", encoding="utf-8") as file:
        file.write('kinds = ["forecast"]\n')
    with serve(in_turn(completion('{"claims": []}'))) as server:
        live = ("--model", "external-llm", "--base-url", server.url, "--no-cache")
        assert "seed: nothing to record" in run("golden", "record", case, "--missing", *live).stdout
        assert "seed: complete, 0 claims, 1 calls" in run("golden", "record", case, "--stale", *live).stdout
    assert sorted(path.name.partition("-")[0] for path in (case / "replies").iterdir()) == [
        "claims",
        "segments",
    ]


def test_two_versions_are_compared_by_what_they_change(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "port.txt").write_text("Le port rouvre.")
    segments, none = completion(json.dumps(body_reply(1))), completion('{"claims": []}')
    one = claim("Le port rouvre.", (1, "Le port rouvre"))
    said = {"sources": [], "sayings": [saying("c1.1")]}
    more = [completion(json.dumps(each)) for each in ({"claims": [one]}, said)]
    with serve(in_turn(segments, none, segments, *more)) as server:
        live = (
            "--model",
            "m",
            "--base-url",
            server.url,
            "--no-cache",
            "--a",
            "claims@v1",
            "--b",
            "repair@v1",
        )
        ran = run("compare", articles, *live)
    assert ran.returncode == 0
    assert (
        "port.txt: 1 difference\n  claim c1 new: Le port rouvre.\n1 article, 1 not the same\n" in ran.stdout
    )
    assert "claims@v1: 2 calls, " in ran.stdout
    assert "repair@v1: 3 calls, " in ran.stdout
    same = ("--a", "claims@v2", "--b", "claims@v2", "--replay", "golden")
    ran = run("compare", ROOT / "examples" / "articles", *same)
    assert "4 articles, 0 not the same" in ran.stdout
    assert run("compare", articles, "--a", "claims@v9", "--b", "claims", "--replay", "golden").returncode == 2
