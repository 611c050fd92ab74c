"""``extractor golden accept``: a person at a terminal, and what happens where there is none."""

from pathlib import Path

import pytest
from doubles.changed import deny, lose_claim, reject, shorten_article
from doubles.command import run, run_on_terminal
from doubles.recorded import edit_exchange, edit_expected, seed_case

from extractor.golden.cases import Case
from extractor.golden.checking import check_case

DENIED = "c1 at 48: stance changed: 'denies' -> 'affirms'"
REJECTED = "rejected lost: claims: quote not found {'quotes': ['x']}"


@pytest.fixture
def changed(golden: Path, tmp_path: Path) -> Case:
    """The seed case with three changes."""
    case = seed_case(golden, tmp_path / "cases" / "seed")
    for change in (lose_claim, deny, reject):
        edit_expected(case, change)
    return case


def told(case: Case) -> list[str]:
    return [each.told for each in check_case(case).differences]


def test_a_person_takes_changes_one_by_one(changed: Case) -> None:
    code, shown = run_on_terminal("golden", "accept", changed.folder, answers=("e", "n", "y", "n"))
    assert code == 0
    assert "seed: 3 differences" in shown
    assert "accept seed? yes, no, each change, quit [y/n/e/q]: e\n" in shown
    assert f"  {DENIED}\n  take it? yes, no, all that follow, quit [y/n/a/q]: n\n" in shown
    assert shown.endswith("seed: accepted 1 changes, left 2\n")
    assert told(changed) == [DENIED, REJECTED]


def test_a_person_takes_a_change_and_all_that_follow(changed: Case) -> None:
    code, shown = run_on_terminal("golden", "accept", changed.folder, answers=("e", "n", "a"))
    assert (code, shown.endswith("seed: accepted 2 changes, left 1\n")) == (0, True)
    assert told(changed) == [DENIED]


def test_what_is_no_answer_is_asked_again_and_words_count_by_their_first_letter(changed: Case) -> None:
    code, shown = run_on_terminal("golden", "accept", changed.folder, answers=("x", " Yes"))
    assert (code, shown.count("accept seed?")) == (0, 2)
    assert shown.endswith("seed: accepted\n")
    assert told(changed) == []


def test_who_quits_is_asked_about_no_further_case(golden: Path, changed: Case) -> None:
    other = seed_case(golden, changed.folder.parent / "zz")
    edit_expected(other, deny)
    code, shown = run_on_terminal("golden", "accept", changed.folder.parent, answers=("q",))
    assert (code, "zz" in shown) == (0, False)
    assert shown.endswith("seed: left\n")


def test_one_change_is_not_asked_about_twice(golden: Path, tmp_path: Path) -> None:
    case = seed_case(golden, tmp_path / "seed")
    edit_expected(case, deny)
    code, shown = run_on_terminal("golden", "accept", case.folder, answers=("n",))
    assert (code, "each change" in shown) == (0, False)
    assert told(case) == [DENIED]


def test_all_takes_every_case_without_asking(golden: Path, changed: Case) -> None:
    seed_case(golden, changed.folder.parent / "zz")
    ran = run("golden", "accept", changed.folder.parent, "--all")
    assert (ran.returncode, ran.stdout) == (0, "seed: accepted\nzz: unchanged\n")
    assert changed.expected.read_bytes() == (golden / "seed" / "expected.json").read_bytes()


def test_without_a_terminal_nothing_is_written_and_the_exit_code_is_two(changed: Case) -> None:
    before = changed.expected.read_bytes()
    ran = run("golden", "accept", changed.folder)
    assert (ran.returncode, ran.stderr) == (
        2,
        "extractor: no terminal to ask on: --all accepts every change without asking\n",
    )
    assert f"  {DENIED}\n" in ran.stdout
    assert changed.expected.read_bytes() == before


@pytest.mark.parametrize("options", [(), ("--all",)])
def test_a_build_accepts_nothing(changed: Case, options: tuple[str, ...]) -> None:
    before = changed.expected.read_bytes()
    ran = run("golden", "accept", changed.folder, *options, CI="true")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        "extractor: CI is set: a build accepts nothing; accept on your own machine and commit expected.json\n"
    )
    assert changed.expected.read_bytes() == before


@pytest.mark.parametrize("value", ["", "0", "false"])
def test_an_environment_that_says_it_is_no_build_is_none(changed: Case, value: str) -> None:
    assert run("golden", "accept", changed.folder, "--all", CI=value).returncode == 0
    assert told(changed) == []


def test_stale_replies_are_told_and_the_exit_code_is_one(golden: Path, tmp_path: Path) -> None:
    case = seed_case(golden, tmp_path / "seed", 'kinds = ["fact"]\n')
    ran = run("golden", "accept", case.folder, "--all")
    assert (ran.returncode, ran.stdout) == (
        1,
        "seed: nothing to accept before its replies are recorded\n",
    )


def test_changes_that_cannot_stand_alone_are_not_written(golden: Path, tmp_path: Path) -> None:
    case = seed_case(golden, tmp_path / "seed")
    edit_expected(case, shorten_article)
    before = case.expected.read_bytes()
    code, shown = run_on_terminal("golden", "accept", case.folder, answers=("e", "y", "n", "n"))
    assert code == 2
    assert "extractor: these changes cannot be taken without the others: " in shown
    assert case.expected.read_bytes() == before


def test_a_damaged_recording_is_told_in_one_line(golden: Path, tmp_path: Path) -> None:
    case = seed_case(golden, tmp_path / "seed")
    edit_exchange(case, "claims", lambda data: data["request"].update(model="other"))
    ran = run("golden", "accept", case.folder, "--all")
    assert (ran.returncode, len(ran.stderr.splitlines())) == (1, 1)
    assert "its request was changed after recording" in ran.stderr
