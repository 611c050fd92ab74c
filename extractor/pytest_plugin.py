"""pytest plugin: ``pytest --golden FOLDER`` makes one test a golden case; fixtures replay recorded replies.

Off unless asked for: without ``--golden`` it collects nothing, and nothing of the package is imported.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from extractor.library import Extractor
    from extractor.schemas.extraction.v1 import Extraction

_OPTION = "golden_folders"


class GoldenCaseChanged(Exception):
    """A case is not as expected; the report says what changed."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--golden``."""
    parser.getgroup("extractor").addoption(
        "--golden",
        action="append",
        type=Path,
        default=[],
        dest=_OPTION,
        metavar="FOLDER",
        help="a golden case of extractor, or a folder of them: one test a case; repeatable",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Collect the folders too; alone if no other test is named on the command line."""
    folders = [str(folder) for folder in _folders(config)]
    if not folders:
        return
    named = config.args if config.args_source is pytest.Config.ArgsSource.ARGS else []
    config.args = [*named, *(folder for folder in folders if folder not in named)]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """An ``article.txt`` in one of the folders is a case."""
    is_case = file_path.name == "article.txt" and any(
        folder in file_path.parents for folder in _folders(parent.config)
    )
    if not is_case:
        return None
    collector: pytest.Collector = GoldenFile.from_parent(parent, path=file_path)  # pyright: ignore[reportUnknownMemberType]  # pytest's own
    return collector


class GoldenFile(pytest.File):
    """The article of a case."""

    def collect(self) -> Iterator["GoldenItem"]:
        """One test."""
        item: GoldenItem = GoldenItem.from_parent(self, name=self.path.parent.name)  # pyright: ignore[reportUnknownMemberType]  # pytest's own
        yield item


class GoldenItem(pytest.Item):
    """The test of a case: replayed, it gives what was accepted."""

    def runtest(self) -> None:
        """Replay and compare.

        Raises:
            GoldenCaseChanged: something changed, or it cannot be replayed.
        """
        from extractor.golden.cases import load_case  # noqa: PLC0415 - nothing is imported unless asked for
        from extractor.golden.checking import check_case  # noqa: PLC0415

        outcome = check_case(load_case(self.path.parent))
        if not outcome.passed:
            raise GoldenCaseChanged("\n".join(outcome.lines()))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The report alone, without a traceback through the package."""
        if isinstance(excinfo.value, GoldenCaseChanged):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """The article's file and the case's name."""
        return self.path, None, f"golden case {self.name}"


@pytest.fixture
def replay() -> "Callable[[Path | str], Extraction]":
    """A function: the result of a case's article from its recorded replies."""
    from extractor.golden.cases import load_case  # noqa: PLC0415

    return lambda folder: load_case(Path(folder)).replay()


@pytest.fixture
def golden_extractor() -> "Iterator[Callable[..., Extractor]]":
    """A function: an Extractor that answers from the recorded replies in a folder, and from nothing else."""
    from extractor.library import Extractor  # noqa: PLC0415

    opened: list[Extractor] = []

    def open_(folder: Path | str, **options: Any) -> Extractor:
        opened.append(Extractor(replay=folder, **options))
        return opened[-1]

    yield open_
    for each in opened:
        each.close()


def _folders(config: pytest.Config) -> list[Path]:
    given: Any = config.getoption(_OPTION, default=[])
    folders: list[Path] = [*given]
    return [folder.resolve() for folder in folders]
