"""``extractor run`` as a user meets it: what it asks, says, counts and returns."""

import json
import re
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
from doubles.command import run, run_on_terminal
from doubles.golden_replies import ARTICLES
from doubles.loopback import Answer, Body, Loopback, completion, serve
from doubles.notices import answer, notice, write_articles

from extractor.models.kept import RUN
from extractor.runs.ledger import read_results

REFUSED = notice(3)


def answers(body: Body) -> Answer:
    if REFUSED in body["messages"][-1]["content"]:
        return completion(None, refusal="I will not")
    return completion(answer(body))


@pytest.fixture
def server() -> Generator[Loopback]:
    with serve(answers) as server:
        yield server


@pytest.fixture
def live(server: Loopback, tmp_path: Path) -> list[object]:
    """How a run reaches the server, and where it writes."""
    return ["--base-url", server.url, "--model", "m", "--backoff", "0", "--out", tmp_path / "out"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_articles(tmp_path / "in", 2)
    return tmp_path / "in"


def temperature(out: Path) -> object:
    return json.loads((out / RUN).read_bytes())["settings"]["temperature"]


def screen(shown: str) -> str:
    """What stands on a terminal in the end: line feeds, carriage returns, and the escapes that rich sends."""
    lines, row, column = [""], 0, 0
    for part in re.split(r"(\x1b\[[?0-9;]*[A-Za-z]|\n|\r)", shown):
        if part == "\n":
            row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
        elif part == "\r":
            column = 0
        elif part.startswith("\x1b["):
            count = int(part[2:-1] or 1) if part[-1] == "A" else 0
            row = max(0, row - count)
            if part[-1] == "K":
                lines[row] = ""
        elif part:
            lines[row] = lines[row][:column].ljust(column) + part + lines[row][column + len(part) :]
            column += len(part)
    return "\n".join(lines)


def test_help_names_every_option() -> None:
    told = run("run", "--help").stdout
    for option in (
        "--out", "--list", "--column", "--concurrency", "--force", "--yes", "--dry-run", "--batch", "--quiet",
        "--log", "--max-cost", "--price", "--rpm", "--tpm", "--article-deadline", "--replay",
    ):  # fmt: skip
        assert option in told


def test_a_dry_run_says_what_would_be_done_and_does_nothing(
    folder: Path, live: list[object], server: Loopback, tmp_path: Path
) -> None:
    (folder / "z.txt").write_bytes(b"caf\xe9")
    shutil.copy(folder / "000001.txt", folder / "000003.txt")
    ran = run("run", folder, *live, "--dry-run", "--price", "1,1,1")
    assert (ran.returncode, ran.stderr) == (0, "")
    *counts, last = ran.stdout.splitlines()
    assert counts == ["2 new", "1 of a text that another has", "1 unreadable"]
    assert re.fullmatch(
        r"2 articles to extract: about 6 calls, [\d,]+ tokens in and \d+ out, \$0\.\d\d", last
    )
    assert server.bodies == []
    assert not (tmp_path / "out").exists()


def test_a_dry_run_after_a_run_has_nothing_to_do(folder: Path, live: list[object]) -> None:
    assert run("run", folder, *live, "--quiet").returncode == 0
    told = run("run", folder, *live, "--dry-run").stdout.splitlines()
    assert told == ["2 done", "0 articles to extract: about 0 calls, 0 tokens in and 0 out, price not known"]


def test_what_is_done_is_not_done_again_and_not_asked_about(
    folder: Path, live: list[object], server: Loopback
) -> None:
    run("run", folder, *live)
    asked = len(server.bodies)
    ran = run("run", folder, *live)
    assert (ran.returncode, len(server.bodies)) == (0, asked)
    assert "done before" in ran.stdout
    assert "0 articles" in ran.stdout


def test_asking_otherwise_needs_a_terminal_or_yes(
    folder: Path, live: list[object], server: Loopback, tmp_path: Path
) -> None:
    run("run", folder, *live)
    before, asked = (tmp_path / "out" / "extractions.jsonl").read_bytes(), len(server.bodies)
    ran = run("run", folder, *live, "--temperature", "1")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.splitlines()[0] == "asked otherwise before, to be done again: 2 articles"
    assert ran.stderr.splitlines()[1].startswith(
        "to extract in all: 2 articles, about 6 calls, 600 tokens in and 120"
    )
    assert "there is no terminal to ask on: --yes does it" in ran.stderr
    assert (tmp_path / "out" / "extractions.jsonl").read_bytes() == before
    assert (len(server.bodies), temperature(tmp_path / "out")) == (asked, None)
    assert run("run", folder, *live, "--temperature", "1", "--yes").returncode == 0
    assert (len(server.bodies), temperature(tmp_path / "out")) == (2 * asked, 1.0)


@pytest.mark.parametrize(("said", "ends"), [("n", (1, 3)), ("", (1, 3)), ("y", (0, 6))])
def test_asking_otherwise_is_confirmed_on_a_terminal(
    live: list[object], server: Loopback, tmp_path: Path, said: str, ends: tuple[int, int]
) -> None:
    write_articles(tmp_path / "one", 1)
    run("run", tmp_path / "one", *live)
    ended, shown = run_on_terminal("run", tmp_path / "one", *live, "--seed", "1", answers=(said,))
    assert "asked otherwise before, to be done again: 1 article\n" in shown
    assert "go on? [y/N]: " in shown
    assert (ended, len(server.bodies)) == ends


def test_quiet_says_nothing_but_the_sums(folder: Path, live: list[object]) -> None:
    ran = run("run", folder, *live, "--quiet")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "2 articles" in ran.stdout


def test_a_log_is_json_without_a_word_of_the_articles(folder: Path, live: list[object]) -> None:
    (folder / "z.txt").write_text(REFUSED)
    ran = run("run", folder, *live, "--log", "json", "--price", "1,1,1")
    first, *events = map(json.loads, ran.stderr.splitlines())
    assert (first["event"], first["total"], first["done"]) == ("run", 3, 0)
    assert [(each["event"], each["id"], each["status"], each["errors"]) for each in events] == [
        ("article", "000001.txt", "complete", []),
        ("article", "000002.txt", "complete", []),
        ("article", "z.txt", "failed", ["ModelRefused"]),
    ]
    assert [each["done"] for each in events] == [1, 2, 3]
    assert (events[-1]["failed"], events[-1]["paid_calls"]) == (1, 7)
    assert events[-1]["paid"] == pytest.approx(7 * 120 / 1_000_000)
    assert not [word for word in ("Selon", "port", "rouvre", "Roux", "I will not") if word in ran.stderr]


def test_a_log_of_another_kind_is_wrong_usage(folder: Path, live: list[object]) -> None:
    ran = run("run", folder, *live, "--log", "xml")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "there is json" in ran.stderr


def test_failures_are_summed_up_by_their_cause_with_what_to_do(live: list[object], tmp_path: Path) -> None:
    rows = [{"id": f"row {at}", "text": f"{REFUSED} {at}"} for at in range(7)]
    (tmp_path / "a.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in [*rows, {"text": ""}, {}]))
    ran = run("run", tmp_path / "a.jsonl", *live, "--quiet")
    assert ran.returncode == 1
    told = ran.stdout[ran.stdout.index("\nModelRefused") :].splitlines()[1:]
    refused, empty, invalid = (told.index(line) for line in told if re.match(r"\w+, \d+ articles?: ", line))
    assert told[refused] == (
        "ModelRefused, 7 articles: the model will not answer this text: try another model for these articles"
    )
    assert told[refused + 1 : refused + 7] == [
        *(f"  row {at}: the model refused: I will not" for at in range(5)),
        "  ... and 2 more",
    ]
    assert told[empty] == "EmptyArticle, 1 article: nothing to do: the article has no text"
    assert told[invalid + 1] == "  a.jsonl:9: the row cannot be read: there is no column 'text'"
    assert told[-1] == f"results: {tmp_path / 'out' / 'extractions.jsonl'}"


def test_a_run_that_reached_its_most_cost_says_so_and_goes_on_later(
    folder: Path, live: list[object], server: Loopback
) -> None:
    ran = run("run", folder, *live, "--price", "1,1,1", "--max-cost", "0.00001")
    assert (ran.returncode, server.bodies) == (1, [])
    assert (
        "the next call could cost more than is left of --max-cost 1e-05: "
        "the same command goes on from here, nothing is paid for twice" in ran.stdout
    )
    assert run("run", folder, *live, "--price", "1,1,1", "--max-cost", "1").returncode == 0


def test_a_most_cost_needs_a_price(folder: Path, live: list[object]) -> None:
    ran = run("run", folder, *live, "--max-cost", "1")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "the price of 'm' is not known: --price INPUT,CACHED,OUTPUT names it" in ran.stderr


def test_what_a_run_paid_is_told(folder: Path, live: list[object]) -> None:
    told = run("run", folder, *live, "--price", "1,1,10").stdout
    assert re.search(r"paid now\s+│\s+\$0\.0018", told)
    again = run("run", folder, *live, "--price", "1,1,10", "--force").stdout
    assert "paid now" not in again
    assert re.search(r"cost of these results\s+│\s+\$0\.0018", again)


def test_columns_and_lists_are_named_on_the_command_line(live: list[object], tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text(f"Nr\tbody\n7\t{notice(1)}\n", encoding="utf-8")
    write_articles(tmp_path / "in", 2)
    (tmp_path / "in" / "list").write_text("000002.txt\n")
    told = ["--column", "id=Nr", "--column", "text=body", "--list", tmp_path / "in" / "list"]
    assert run("run", tmp_path / "a.tsv", *told, *live).returncode == 0
    assert [each.article.id for each in read_results(tmp_path / "out")] == ["7", "000002.txt"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["a.csv", "--column", "body"], "'body' is not of the form text=body"),
        (["a.csv", "--column", "body=text"], "no column of an article; there are id, text"),
        ([], "name a folder, a file, a table, - or a --list"),
        (["--list", "gone"], "input gone: No such file"),
        (["gone/**/*.txt"], "no file that fits the pattern"),
    ],
)
def test_articles_that_are_named_wrongly_are_wrong_usage(
    arguments: list[str], told: str, live: list[object], tmp_path: Path
) -> None:
    ran = run("run", *arguments, *live)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert told in " ".join(ran.stderr.replace("│", " ").split())
    assert not (tmp_path / "out" / "extractions.jsonl").exists() or not list(read_results(tmp_path / "out"))


def test_a_terminal_shows_one_live_line_and_is_clean_afterwards(
    folder: Path, live: list[object], tmp_path: Path
) -> None:
    (folder / "z.txt").write_text(REFUSED)
    code, shown = run_on_terminal("run", folder, *live, environment={"TERM": "xterm", "NO_COLOR": "1"})
    assert code == 1
    assert re.search(r"3 of 3  1 failed  \d+\.\d/s  0 calls in flight  7 paid  0 s left", shown)
    left = screen(shown)
    assert "calls in flight" not in left
    assert "━" not in left.partition("results:")[0].partition("┌")[0]
    assert left.startswith("failed z.txt: the model refused: I will not\n")
    assert f"results: {tmp_path / 'out' / 'extractions.jsonl'}" in left
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h") == 1


def test_control_characters_of_names_do_not_reach_the_terminal(live: list[object], tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "red\x1b[31m", "text": REFUSED}))
    code, shown = run_on_terminal("run", tmp_path / "a.jsonl", *live, environment={"TERM": "xterm"})
    assert code == 1
    assert "red\\u001b[31m" in shown
    assert "red\x1b[31m" not in shown


def test_a_replay_on_a_terminal_needs_no_question(tmp_path: Path, golden: Path) -> None:
    code, shown = run_on_terminal(
        "run", ARTICLES, "--replay", golden, "--out", tmp_path, environment={"TERM": "xterm"}
    )
    assert code == 0
    assert "4 articles" in screen(shown)
