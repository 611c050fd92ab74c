"""Corrected annotations as the references of cases."""

from pathlib import Path

from extractor.article import read_article
from extractor.errors import InvalidInput
from extractor.evaluation.reference import REFERENCE, Reference, load_reference
from extractor.exports.brat_reading import imported
from extractor.exports.folders import writing_to

ARTICLE = "article.txt"


def import_brat(folder: Path, cases: Path, name: str = REFERENCE, *, replace: bool = False) -> list[Path]:
    """Write what the ``.ann`` files of a folder tell as ``<cases>/<article>/<name>``.

    An article that is no case yet gets its ``article.txt``. How many annotators a reference rests on and its
    notes stay as they were. Everything is read before anything is written.

    Args:
        folder: with the ``.ann`` files and the ``.txt`` beside each.
        cases: folder of cases.
        name: of the reference files.
        replace: write over references that say something else.

    Raises:
        InvalidInput: the name is none, there is no ``.ann`` file, one cannot be read, it is about another
            text than the case's article, or a reference that is there says something else and is not to be
            replaced.
        CannotWrite: a file cannot be written.
    """
    if Path(name).name != name or not name.endswith(".json"):
        raise InvalidInput(name, "is no file name such as reference-b.json")
    found = sorted(folder.glob("*.ann"))
    if not found:
        raise InvalidInput(str(folder), "holds no .ann file")
    if odd := next((path for path in found if not path.stem.strip(".")), None):
        raise InvalidInput(str(odd), "has no name of an article")
    read = [(cases / path.stem, *_read(path, cases / path.stem, name, replace=replace)) for path in found]
    for case, text, reference in read:
        with writing_to(case):
            if not (case / ARTICLE).exists():
                (case / ARTICLE).write_text(text, encoding="utf-8", newline="")
            data = reference.model_dump_json(indent=2)
            (case / name).write_text(f"{data}\n", encoding="utf-8", newline="")
    return [case / name for case, _, _ in read]


def _read(path: Path, case: Path, name: str, *, replace: bool) -> tuple[str, Reference]:
    """The text and the reference of an ``.ann`` file, with what an older reference says of itself."""
    beside = path.with_suffix(".txt")
    try:
        text = beside.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(str(beside), getattr(error, "strerror", None) or str(error)) from error
    if (case / ARTICLE).exists() and read_article(case / ARTICLE).text != text:
        raise InvalidInput(str(beside), f"is not the text of {case / ARTICLE}")
    reference = imported(path, text)
    if (case / name).exists():
        before = load_reference(case / name, text)
        reference = reference.model_copy(update={"annotators": before.annotators, "notes": before.notes})
        if reference != before and not replace:
            raise InvalidInput(
                str(case / name), f"says something else than {path}, and is not to be replaced"
            )
    return text, reference
