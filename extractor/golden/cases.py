"""Cases on disk: ``<case>/article.txt``, ``case.toml``, ``replies/`` and ``expected.json``."""

import asyncio
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extractor.article import Article, read_article
from extractor.errors import InvalidSetting, NoSuchCase
from extractor.models.replay import Replay
from extractor.models.stack import model_name
from extractor.pipeline import extract_article
from extractor.schemas.extraction.v1 import Extraction
from extractor.settings import Options, Settings, load_settings

_METADATA = ("title", "url", "published", "language")
_OPTIONS = ("model", "mode", "temperature", "seed", "max_tokens", "claims_from", "kinds", "prompts", "window")


@dataclass(frozen=True)
class Case:
    """A golden case.

    Args:
        folder: where it is; the folder's name is the article's id.
        article: read from ``article.txt``, with the metadata of ``case.toml``.
        options: the settings of ``case.toml`` that can change a request.
    """

    folder: Path
    article: Article
    options: Options

    @property
    def replies(self) -> Path:
        """The folder of recorded replies."""
        return self.folder / "replies"

    @property
    def expected(self) -> Path:
        """The file of the accepted result."""
        return self.folder / "expected.json"

    def settings(self) -> Settings:
        """The settings of a replay."""
        return load_settings({**self.options, "replay": self.replies})

    def replay(self) -> Extraction:
        """Extract the article from its recorded replies.

        Raises:
            ReplyMissing: a reply has not been recorded.
            NoSuchFolder: none has.
        """
        settings = self.settings()
        model, name = Replay(self.replies), model_name(settings)
        return asyncio.run(extract_article(self.article, model, settings, name))

    def accept(self, result: Extraction) -> bool:
        """Make a result the expected one; whether that changes the file."""
        data = canonical(result)
        if self.expected.exists() and self.expected.read_bytes() == data:
            return False
        self.expected.write_bytes(data)
        return True


def load_case(folder: Path) -> Case:
    """Load a case.

    Raises:
        NoSuchCase: the folder holds no ``article.txt``, or its ``case.toml`` is no TOML.
        ArticleError: the article cannot be read.
        InvalidSetting: ``case.toml`` has a key that is no setting of a case.
    """
    path = folder / "article.txt"
    if not path.is_file():
        raise NoSuchCase(str(folder), "there is no article.txt")
    told = _read_toml(folder / "case.toml")
    unknown = set(told) - {*_METADATA, *_OPTIONS}
    if unknown:
        raise InvalidSetting(
            min(unknown), f"not a setting of a case; there are {', '.join(_METADATA + _OPTIONS)}"
        )
    metadata = {key: told[key] for key in _METADATA if key in told}
    options: Any = {key: told[key] for key in _OPTIONS if key in told}
    return Case(folder, Article(read_article(path).text, id=folder.resolve().name, **metadata), options)


def find_cases(folder: Path) -> list[Case]:
    """The case in a folder, or the cases in the folders below it, sorted by name.

    Raises:
        NoSuchCase: there is none.
    """
    if (folder / "article.txt").is_file():
        return [load_case(folder)]
    cases = [load_case(path.parent) for path in sorted(folder.glob("*/article.txt"))]
    if not cases:
        raise NoSuchCase(str(folder), "neither the folder nor those in it hold an article.txt")
    return cases


def canonical(result: Extraction) -> bytes:
    """The bytes of ``expected.json``: the result without provenance and usage, which prove nothing."""
    data = result.model_dump(mode="json", exclude={"provenance", "usage"})
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except ValueError as error:
        raise NoSuchCase(str(path.parent), f"case.toml is damaged: {error}") from error
