"""The pytest plugin, in runs of pytest of its own."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def cases(golden: Path, pytester: pytest.Pytester) -> Path:
    """Two golden cases outside the repository."""
    folder = pytester.path / "cases"
    for name in ("seed", "postier-bretagne"):
        shutil.copytree(golden / name, folder / name)
    return folder


def spoil(cases: Path) -> None:
    expected = cases / "seed" / "expected.json"
    text = expected.read_text(encoding="utf-8")
    expected.write_text(text.replace('"stance": "affirms"', '"stance": "denies"', 1), encoding="utf-8")


def run(pytester: pytest.Pytester, *arguments: str | Path) -> pytest.RunResult:
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", *map(str, arguments))


def test_without_the_option_nothing_is_collected(pytester: pytest.Pytester, cases: Path) -> None:
    assert run(pytester, cases).ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_one_test_a_case(pytester: pytest.Pytester, cases: Path) -> None:
    result = run(pytester, "--golden", cases, "-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*article.txt::postier-bretagne PASSED*", "*article.txt::seed PASSED*"])


def test_a_changed_case_fails_with_the_report_and_no_traceback(
    pytester: pytest.Pytester, cases: Path
) -> None:
    spoil(cases)
    result = run(pytester, "--golden", cases)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["*golden case seed*", "seed: 1 difference", "  c1 at 48: stance changed: 'denies' -> 'affirms'"]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*comparison.py*")


def test_the_cases_are_shared_out_among_workers(pytester: pytest.Pytester, cases: Path) -> None:
    spoil(cases)
    run(pytester, "--golden", cases, "-n", "2").assert_outcomes(passed=1, failed=1)


def test_cases_run_beside_tests_that_are_named(pytester: pytest.Pytester, cases: Path) -> None:
    path = pytester.makepyfile("def test_own(request):\n    assert request.node.name == 'test_own'\n")
    run(pytester, path, "--golden", cases).assert_outcomes(passed=3)
    run(pytester, "--golden", cases).assert_outcomes(passed=2)


def test_the_fixtures_replay(pytester: pytest.Pytester, cases: Path) -> None:
    path = pytester.makepyfile(
        f"""
        CASES = {str(cases)!r}

        def test_replay(replay):
            assert replay(CASES + "/seed").status == "complete"

        def test_extractor(golden_extractor):
            extractor = golden_extractor(CASES)
            text = open(CASES + "/seed/article.txt", encoding="utf-8", newline="").read()
            assert extractor.extract(text).claims
        """
    )
    run(pytester, path).assert_outcomes(passed=2)


def test_the_plugin_imports_nothing_of_the_package_unless_asked(pytester: pytest.Pytester) -> None:
    path = pytester.makepyfile(
        """
        import sys

        def test_imports():
            assert not [name for name in sys.modules if name.startswith("pydantic")]
        """
    )
    run(pytester, path).assert_outcomes(passed=1)
