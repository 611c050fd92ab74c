"""The cases that have a reference, GUM's included, each with what is to be scored against it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from extractor.catalog import check_prompts
from extractor.errors import ExtractorError, InvalidInput, InvalidReference, NoSuchCase
from extractor.evaluation.baseline import baseline
from extractor.evaluation.counts import Counts
from extractor.evaluation.gum import GUM, load_gum
from extractor.evaluation.gum_scoring import score_gum
from extractor.evaluation.halves import Half, half_of
from extractor.evaluation.reference import REFERENCE, SECOND_REFERENCE, Reference, load_reference
from extractor.evaluation.report import Form, Report
from extractor.evaluation.scored import Scored
from extractor.evaluation.scoring import score
from extractor.golden.cases import Case, find_cases
from extractor.runs.ledger import read_results
from extractor.schemas.extraction.v1 import Extraction

Predict = Callable[[Case], Reference]
"""What is to be scored of a case."""


def find_referenced(
    folder: Path, half: Half | None = None, *, files: Sequence[str] = (REFERENCE,)
) -> list[Case]:
    """The case in a folder, or those in it, that have what is needed, sorted by name.

    Args:
        folder: a case or a folder of cases.
        half: only that half of them; by default all.
        files: only those that have each of these files.

    Raises:
        NoSuchCase: there is none.
        ArticleError, InvalidSetting: as ``find_cases``.
    """
    found = [
        case
        for case in find_cases(folder)
        if all((case.folder / name).is_file() for name in files)
        and (half is None or half_of(case.name) == half)
    ]
    if not found:
        of_half = f" in the {half} half" if half else ""
        raise NoSuchCase(str(folder), f"no case{of_half} has a {' and a '.join(files)}")
    return found


def score_cases(cases: Iterable[Case], predict: Predict) -> Report:
    """Score each case; one that there is nothing to score of is named and stops no other.

    Raises:
        InvalidReference: a reference is damaged.
    """

    def count(case: Case) -> Counts:
        text = case.article.text
        reference = load_reference(case.folder / REFERENCE, text)
        return score(predict(case), reference, text)

    return _report("evaluation/v1", cases, count)


def score_cases_on_gum(cases: Iterable[Case], predict: Predict) -> Report:
    """As ``score_cases``, against GUM's attributions."""

    def count(case: Case) -> Counts:
        document = load_gum(case.folder / GUM, case.article.text)
        return score_gum(predict(case), document)

    return _report("gum/v1", cases, count)


def _report(form: Form, cases: Iterable[Case], count: Callable[[Case], Counts]) -> Report:
    articles: dict[str, Counts] = {}
    skipped: dict[str, str] = {}
    for case in cases:
        try:
            articles[case.name] = count(case)
        except InvalidReference:
            raise
        except ExtractorError as error:
            skipped[case.name] = str(error)
    return Report(articles, skipped, form)


def replayed(case: Case) -> Reference:
    """What the case's recorded replies lead to."""
    return Reference.of(case.replay())


def replayed_with(prompts: Sequence[str]) -> Predict:
    """What recorded replies to other prompt versions lead to.

    Raises:
        NoSuchPrompt: there is no such version.
    """
    check_prompts(prompts)
    return lambda case: replayed(case.asked_with(prompts))


def by_rules(case: Case) -> Reference:
    """What the baseline finds without a model."""
    return Reference.of(baseline(case.article))


def adjudicated(case: Case) -> Reference:
    """What the reference says: a ceiling of what a foreign reference can give."""
    return load_reference(case.folder / REFERENCE, case.article.text)


def second_annotator(case: Case) -> Reference:
    """What another annotator found."""
    return load_reference(case.folder / SECOND_REFERENCE, case.article.text)


SCORED: Mapping[Scored, tuple[Predict, tuple[str, ...]]] = {
    Scored.REPLIES: (replayed, ()),
    Scored.RULES: (by_rules, ()),
    Scored.SECOND: (second_annotator, (SECOND_REFERENCE,)),
    Scored.REFERENCE: (adjudicated, (REFERENCE,)),
}
"""What can be scored, with the files that a case has to have for it besides those it is scored against."""


def results_of(out: Path) -> Predict:
    """What a run found, by article id: the case's name, or the path of its ``article.txt``.

    Raises:
        NoSuchFolder, LedgerDamaged: the folder holds no results.
    """
    results = list(read_results(out))

    def predict(case: Case) -> Reference:
        found = next((each for each in results if _is_of(each, case)), None)
        if found is None:
            raise InvalidInput(str(out), f"no result has the id {case.name} or {case.name}/article.txt")
        if not _is_about(found, case):
            raise InvalidInput(str(out), f"the result of {found.article.id} is of another text")
        return Reference.of(found)

    return predict


def _is_of(result: Extraction, case: Case) -> bool:
    """A run of the case's own folder knows it as ``article.txt`` alone."""
    id_ = result.article.id
    if id_ == "article.txt":
        return result.article.sha256 == case.article.sha256
    # a case that an export made is named by the article's id, escaped as a file name has to be
    named = {case.name, unquote(case.name)}
    return id_.removesuffix(".txt") in named or PurePosixPath(id_).parts[-2:] == (case.name, "article.txt")


def _is_about(result: Extraction, case: Case) -> bool:
    """A failed result may not even have its text."""
    return result.article.sha256 in (None, case.article.sha256)
