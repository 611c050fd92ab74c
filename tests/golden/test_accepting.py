"""Accepting what a case gives: the answers of a person, and what they do to expected.json."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from doubles.changed import deny, lose_claim, reject, shorten_article
from doubles.recorded import edit_exchange, edit_expected, seed_case

from extractor.errors import NotSeparable, RecordingUnreadable
from extractor.golden.accepting import Accepted, Answer, accept_case
from extractor.golden.cases import Case
from extractor.golden.checking import Outcome, check_case
from extractor.golden.taking import Change


class Person:
    """Gives prepared answers and remembers what it was asked."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = iter(answers)
        self.asked: list[str] = []

    def ask(self, outcome: Outcome, _: Sequence[Change]) -> Answer:
        self.asked.append(outcome.case)
        return next(self._answers)

    def ask_each(self, change: Change) -> Answer:
        self.asked += change.lines
        return next(self._answers)

    def accepts(self, case: Case) -> Accepted:
        return accept_case(case, self.ask, self.ask_each)


CLAIM = (
    "claim c3 new: Le ministère russe de la Défense est en train d’acheter des millions de roquettes et "
    "d’obus d’artillerie à la Corée du Nord pour les utiliser sur le champ de bataille en Ukraine."
)
DENIED = "c1 at 48: stance changed: 'denies' -> 'affirms'"
REJECTED = "rejected lost: claims: quote not found {'quotes': ['x']}"


@pytest.fixture
def changed(golden: Path, tmp_path: Path) -> Case:
    """The seed case with three changes."""
    case = seed_case(golden, tmp_path / "seed")
    for change in (lose_claim, deny, reject):
        edit_expected(case, change)
    assert [each.told for each in check_case(case).differences] == [DENIED, CLAIM, REJECTED]
    return case


def test_nobody_is_asked_about_a_case_that_did_not_change(golden: Path, tmp_path: Path) -> None:
    person = Person()
    done = person.accepts(seed_case(golden, tmp_path / "seed"))
    assert (done.told, done.taken, person.asked) == ("seed: unchanged", 0, [])


def test_yes_takes_the_whole_case(changed: Case) -> None:
    done = Person("yes").accepts(changed)
    assert (done.told, done.taken, done.left, done.quit) == ("seed: accepted", 3, 0, False)
    assert check_case(changed).passed


@pytest.mark.parametrize("answer", ["no", "quit"])
def test_no_and_quit_leave_the_case_as_it_is(changed: Case, answer: Answer) -> None:
    before = changed.expected.read_bytes()
    done = Person(answer).accepts(changed)
    assert (done.told, done.taken, done.left, done.quit) == ("seed: left", 0, 3, answer == "quit")
    assert changed.expected.read_bytes() == before


def test_each_change_is_asked_about_and_only_what_was_left_differs_then(changed: Case) -> None:
    person = Person("each", "no", "yes", "no")
    done = person.accepts(changed)
    assert person.asked == ["seed", DENIED, CLAIM, REJECTED]
    assert done.told == "seed: accepted 1 changes, left 2"
    assert [each.told for each in check_case(changed).differences] == [DENIED, REJECTED]
    assert Person("yes").accepts(changed).told == "seed: accepted"
    assert check_case(changed).passed


def test_every_change_taken_one_by_one_is_the_whole_case_byte_for_byte(golden: Path, changed: Case) -> None:
    assert Person("each", "yes", "yes", "yes").accepts(changed).told == "seed: accepted"
    assert changed.expected.read_bytes() == (golden / "seed" / "expected.json").read_bytes()


def test_no_change_taken_one_by_one_leaves_the_case(changed: Case) -> None:
    before = changed.expected.read_bytes()
    assert Person("each", "no", "no", "no").accepts(changed).told == "seed: left"
    assert changed.expected.read_bytes() == before


def test_this_change_and_all_that_follow_are_taken_without_further_questions(changed: Case) -> None:
    person = Person("each", "no", "each")
    done = person.accepts(changed)
    assert (done.told, person.asked) == ("seed: accepted 2 changes, left 1", ["seed", DENIED, CLAIM])
    assert [each.told for each in check_case(changed).differences] == [DENIED]


def test_who_quits_keeps_what_was_taken_before(changed: Case) -> None:
    done = Person("each", "yes", "quit").accepts(changed)
    assert (done.taken, done.left, done.quit) == (1, 2, True)
    assert [each.told for each in check_case(changed).differences] == [CLAIM, REJECTED]


def test_changes_that_make_no_result_without_the_others_are_not_written(golden: Path, tmp_path: Path) -> None:
    case = seed_case(golden, tmp_path / "seed")
    edit_expected(case, shorten_article)
    before = case.expected.read_bytes()
    with pytest.raises(NotSeparable, match="segments do not tile the text"):
        Person("each", "yes", "no", "no").accepts(case)
    assert case.expected.read_bytes() == before


def test_a_case_whose_replies_are_stale_has_nothing_to_accept(golden: Path, tmp_path: Path) -> None:
    case = seed_case(golden, tmp_path / "seed", 'kinds = ["fact"]\n')
    before = case.expected.read_bytes()
    person = Person()
    assert person.accepts(case).told == "seed: nothing to accept before its replies are recorded"
    assert (person.asked, case.expected.read_bytes()) == ([], before)


def test_a_case_that_cannot_be_replayed_is_an_error_and_nobody_is_asked(golden: Path, tmp_path: Path) -> None:
    case = seed_case(golden, tmp_path / "seed")
    edit_exchange(case, "claims", lambda data: data["request"].update(model="other"))
    person = Person()
    with pytest.raises(RecordingUnreadable):
        person.accepts(case)
    assert person.asked == []


def test_the_first_result_of_a_case_is_accepted_as_one(golden: Path, tmp_path: Path) -> None:
    case = seed_case(golden, tmp_path / "seed")
    case.expected.unlink()
    assert Person("no").accepts(case).told == "seed: left"
    assert not case.expected.exists()
    assert Person("yes").accepts(case).told == "seed: accepted"
    assert check_case(case).passed


def test_a_change_within_the_tolerance_can_be_accepted_too(golden: Path, tmp_path: Path) -> None:
    case = seed_case(golden, tmp_path / "seed", 'compare = "semantic"\ntolerance = 0.5\n')
    edit_expected(case, deny)
    assert check_case(case).passed
    assert Person("yes").accepts(case).told == "seed: accepted"
    assert check_case(case).differences == ()
