import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from doubles.recorded import edit_exchange, port_case, seed_case

from extractor.errors import InvalidSetting
from extractor.golden.cases import Case, load_case
from extractor.golden.checking import FEW, FORM, ORDER, Outcome, check_case, check_folders


def seed(golden: Path, tmp_path: Path, toml: str = "") -> Case:
    return seed_case(golden, tmp_path / "seed", toml)


def edit(case: Case, old: str, new: str, count: int = 1) -> None:
    text = case.expected.read_text(encoding="utf-8")
    assert old in text
    case.expected.write_text(text.replace(old, new, count), encoding="utf-8")


def test_a_case_that_gives_the_same_bytes_passes(golden: Path, tmp_path: Path) -> None:
    outcome = check_case(seed(golden, tmp_path))
    assert (outcome.passed, outcome.differences, list(outcome.lines())) == (True, (), ["seed: same"])


def test_other_bytes_fail_even_where_they_mean_the_same(golden: Path, tmp_path: Path) -> None:
    case = seed(golden, tmp_path)
    edit(case, '\n  "rejected": []', '\n\n  "rejected": []')
    assert (check_case(case).passed, check_case(case).differences) == (False, (FORM,))


def reorder(case: Case) -> None:
    data = json.loads(case.expected.read_bytes())
    data["claims"].reverse()
    case.expected.write_bytes((json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode())


def test_reordered_claims_fail_by_bytes_and_pass_by_meaning(golden: Path, tmp_path: Path) -> None:
    case = seed(golden, tmp_path)
    reorder(case)
    outcome = check_case(case)
    assert (outcome.passed, outcome.differences) == (False, (ORDER,))
    assert "order only" in list(outcome.lines())[1]
    assert check_case(replace(case, compare="semantic")).passed


def test_the_name_of_a_case_changes_nothing(golden: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(golden / "seed", tmp_path / "another"))
    assert check_case(load_case(copied)) == Outcome("another", passed=True)


def test_by_meaning_the_same_passes_and_a_difference_fails(golden: Path, tmp_path: Path) -> None:
    case = seed(golden, tmp_path, 'compare = "semantic"\n')
    edit(case, '\n  "rejected": []', '\n\n  "rejected": []')
    assert check_case(case).passed
    edit(case, '"stance": "affirms"', '"stance": "denies"')
    assert not check_case(case).passed


def test_a_tolerance_lets_a_share_of_differences_pass_and_tells_them(golden: Path, tmp_path: Path) -> None:
    case = seed(golden, tmp_path, 'compare = "semantic"\ntolerance = 0.05\n')
    edit(case, '"stance": "affirms"', '"stance": "denies"')
    outcome = check_case(case)
    assert outcome.passed
    assert next(outcome.lines()) == "seed: 1 difference within its tolerance"
    edit(case, '"certainty": "certain"', '"certainty": "unknown"', 9)
    assert not check_case(case).passed


def test_what_cannot_be_compared_says_why(golden: Path, tmp_path: Path) -> None:
    case = seed(golden, tmp_path)
    case.expected.write_text("{", encoding="utf-8")
    assert "expected.json is damaged" in str(check_case(case).error)
    case.expected.unlink()
    assert "accept it" in str(check_case(case).error)
    case.expected.write_text("{}", encoding="utf-8")
    next(case.replies.glob("claims-*")).unlink()
    outcome = check_case(case)
    assert (outcome.passed, "claims@v2" in str(outcome.error)) == (False, True)


@pytest.mark.parametrize(
    ("toml", "name"),
    [
        ('compare = "roughly"', "compare"),
        ("tolerance = 2", "tolerance"),
        ('tolerance = "much"', "tolerance"),
        ("tolerance = true", "tolerance"),
    ],
)
def test_a_wrong_comparison_setting_is_named(golden: Path, tmp_path: Path, toml: str, name: str) -> None:
    with pytest.raises(InvalidSetting, match=name):
        seed(golden, tmp_path, f"{toml}\n")


def test_a_changed_request_is_shown_with_what_changed_and_what_it_would_cost(
    golden: Path, tmp_path: Path
) -> None:
    case = seed(golden, tmp_path, 'temperature = 0.5\nkinds = ["fact"]\n')
    outcome = check_case(case)
    assert outcome.stale is not None
    assert (outcome.stale.prompt, outcome.stale.changed) == (
        "segments@v1",
        ("setting temperature: null -> 0.5",),
    )
    assert outcome.stale.cost.calls == 3
    assert outcome.stale.cost.tokens > 5_000
    assert str(outcome.error).endswith("the request is not the recorded one")
    assert list(outcome.lines())[1] == "  setting temperature: null -> 0.5"


def test_a_changed_message_is_shown_line_by_line(golden: Path, tmp_path: Path) -> None:
    outcome = check_case(seed(golden, tmp_path, 'kinds = ["fact"]\n'))
    assert outcome.stale is not None
    assert (outcome.stale.prompt, outcome.stale.cost.calls) == ("claims@v2", 2)
    assert "-Wanted kinds: fact, forecast." in outcome.stale.changed
    assert "+Wanted kinds: fact." in outcome.stale.changed
    assert len(outcome.stale.changed) < 10


def test_a_request_that_was_never_recorded_says_so(golden: Path, tmp_path: Path) -> None:
    case = seed(golden, tmp_path)
    next(case.replies.glob("attribution-*")).unlink()
    outcome = check_case(case)
    assert outcome.stale is not None
    assert (outcome.stale.prompt, outcome.stale.changed, outcome.stale.cost.calls) == (
        "attribution@v2",
        (),
        1,
    )
    assert str(outcome.error).endswith("it was never recorded")


def test_a_recording_that_is_damaged_fails_its_case_with_the_reason(golden: Path, tmp_path: Path) -> None:
    case = seed(golden, tmp_path)
    edit_exchange(case, "claims", lambda data: data.pop("mode"))
    outcome = check_case(case)
    assert (outcome.passed, outcome.stale) == (False, None)
    assert str(outcome.error).endswith("damaged (KeyError: 'mode')")


def many(tmp_path: Path) -> list[Path]:
    """So many cases that two processes share them; every fifth is not as expected, the third is none."""
    first = port_case(tmp_path / "first").folder
    folders = [Path(shutil.copytree(first, tmp_path / "cases" / f"{n:03}")) for n in range(2 * FEW)]
    for folder in folders[::5]:
        edit(load_case(folder), '"stance": "affirms"', '"stance": "denies"')
    (folders[2] / "article.txt").unlink()
    return folders


def test_processes_share_many_cases_and_the_order_and_the_outcomes_stay(tmp_path: Path) -> None:
    folders = many(tmp_path)
    alone = list(check_folders(folders, 1))
    assert [outcome.case for outcome in alone] == [folder.name for folder in folders]
    assert [outcome.passed for outcome in alone[:7]] == [False, True, False, True, True, False, True]
    assert "article.txt" in str(alone[2].error)
    assert list(check_folders(folders, 2)) == alone
    assert list(check_folders(folders, 64)) == alone


def test_few_cases_start_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> None:
        raise AssertionError

    folder = port_case(tmp_path / "port").folder
    monkeypatch.setattr("multiprocessing.get_context", refuse)
    assert [each.passed for each in check_folders([folder] * (2 * FEW - 1), 2)] == [True] * (2 * FEW - 1)
