import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from extractor.errors import InvalidSetting
from extractor.golden.cases import Case, load_case
from extractor.golden.checking import FORM, ORDER, Outcome, check_case


def seed(golden: Path, tmp_path: Path, toml: str = "") -> Case:
    folder = Path(shutil.copytree(golden / "seed", tmp_path / "seed"))
    with (folder / "case.toml").open("a", encoding="utf-8") as file:
        file.write(toml)
    return load_case(folder)


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
    assert (outcome.passed, "claims@v1" in str(outcome.error)) == (False, True)


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
    assert (outcome.stale.prompt, outcome.stale.cost.calls) == ("claims@v1", 2)
    assert "-Wanted kinds: fact, forecast." in outcome.stale.changed
    assert "+Wanted kinds: fact." in outcome.stale.changed
    assert len(outcome.stale.changed) < 10


def test_a_request_that_was_never_recorded_says_so(golden: Path, tmp_path: Path) -> None:
    case = seed(golden, tmp_path)
    next(case.replies.glob("attribution-*")).unlink()
    outcome = check_case(case)
    assert outcome.stale is not None
    assert (outcome.stale.prompt, outcome.stale.changed, outcome.stale.cost.calls) == (
        "attribution@v1",
        (),
        1,
    )
    assert str(outcome.error).endswith("it was never recorded")
