"""Cases on disk: ``<case>/article.txt``, ``case.toml``, ``replies/`` and ``expected.json``."""

import asyncio
import datetime as dt
import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from extractor.article import METADATA, Article, read_article
from extractor.catalog import check_prompts
from extractor.errors import InvalidSetting, NoSuchCase
from extractor.models.recordings import KEY_DIGITS, SAMPLES, find_recordings
from extractor.models.replay import Replay
from extractor.models.stack import model_name
from extractor.pipeline import extract_article
from extractor.schemas.extraction.v1 import Extraction
from extractor.settings import ASKED, Options, Settings, load_settings

_SAMPLED = f"{SAMPLES}/*/replies/*.json"
_COMPARISON = ("compare", "tolerance")


@dataclass(frozen=True)
class Case:
    """A golden case.

    Args:
        folder: where it is; the folder's name is the article's id.
        article: read from ``article.txt``, with the metadata of ``case.toml``.
        options: the settings of ``case.toml`` that can change a request.
        compare: whether bytes decide or meaning.
        tolerance: by meaning, the share of segments, sources, claims and assertions that may differ.
        sample: which of the replies to each request; further samples show how stable the answers are.
    """

    folder: Path
    article: Article
    options: Options
    compare: Literal["exact", "semantic"] = "exact"
    tolerance: float = 0.0
    sample: int = 1

    @property
    def name(self) -> str:
        """The folder's name, and the sample if it is not the first."""
        return self.folder.resolve().name + (f" sample {self.sample}" if self.sample > 1 else "")

    @property
    def replies(self) -> Path:
        """The folder of recorded replies."""
        return self._sample_folder(self.sample) / "replies"

    def _sample_folder(self, number: int) -> Path:
        return self.folder if number == 1 else self.folder / SAMPLES / str(number)

    def samples(self) -> "Iterator[Case]":
        """The case with each sample that has replies; the first are those that ``check`` replays."""
        yield self.at(1)
        numbers = {int(path.parts[-3]) for path in self.folder.glob(_SAMPLED) if path.parts[-3].isdecimal()}
        yield from (self.at(number) for number in sorted(numbers - {0, 1}))

    def at(self, sample: int) -> "Case":
        """The same case with another sample of replies."""
        return replace(self, sample=sample)

    def asked_with(self, prompts: Sequence[str]) -> "Case":
        """The same case asked with other prompt versions than ``case.toml`` says, or the latest."""
        return replace(self, options={**self.options, "prompts": tuple(prompts)})

    @property
    def expected(self) -> Path:
        """The file of the accepted result."""
        return self.folder / "expected.json"

    def settings(self) -> Settings:
        """The settings of a replay.

        Raises:
            InvalidSetting, NoSuchPrompt: ``case.toml`` asks for what there is not.
        """
        settings = load_settings({**self.options, "replay": self.replies})
        check_prompts(settings.prompts)
        return settings

    def replay(self) -> Extraction:
        """Extract the article from its recorded replies.

        Raises:
            ReplyMissing: a reply has not been recorded.
            NoSuchFolder: none has.
        """
        settings = self.settings()
        model, name = Replay(self.replies), model_name(settings)
        return asyncio.run(extract_article(self.article, model, settings, name))

    def live_settings(self, options: Options) -> Settings:
        """The settings of a recording: the case's own, and ``options`` where it says nothing.

        Raises:
            InvalidSetting: an option contradicts ``case.toml``, so that a replay would ask something else.
        """
        own: Options = {**self.options}
        file = load_settings({"model": options.get("model")})
        if file.is_local and own.get("model") == model_name(file):
            own["model"] = file.model  # the case knows it by what is in it
        for name in set(own) & set(options):
            if own[name] != options[name]:  # type: ignore[literal-required]  # names of both
                raise InvalidSetting(name, "contradicts the case's case.toml: change it there")
        settings = load_settings({**options, **own})
        check_prompts(settings.prompts)
        return settings

    def remember(self, settings: Settings) -> None:
        """Add to ``case.toml`` what a recording was made with, where it is not the default."""
        path = self.folder / "case.toml"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        for name in ASKED:
            value = getattr(settings, name)
            if name == "model" and settings.is_local:
                value = model_name(settings)  # what is in the file, not where it stands
            if name not in self.options and value != Settings.model_fields[name].default:
                lines.append(f"{name} = {json.dumps(value)}")
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")

    def prune(self) -> list[Path]:
        """Delete the replies that no request of a replay uses; the files that are gone.

        Raises:
            ReplyMissing: a request has no reply, so that one that seems unused may be what it was asked with.
        """
        starts = {key[:KEY_DIGITS] for key in self._requests()}
        unused = [path for start, path in find_recordings(self.replies).items() if start not in starts]
        for path in unused:
            path.unlink()
        return unused

    def _requests(self) -> Iterator[str]:
        """The keys of the requests of a replay."""
        provenance = self.replay().provenance
        for record in provenance.records.values() if provenance else ():
            yield from record.requests

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
    unknown = set(told) - {*METADATA, *ASKED, *_COMPARISON}
    if unknown:
        known = ", ".join(METADATA + ASKED + _COMPARISON)
        raise InvalidSetting(min(unknown), f"not a setting of a case; there are {known}")
    metadata = {key: _as_text(key, told[key]) for key in METADATA if key in told}
    options: Any = {key: told[key] for key in ASKED if key in told}
    article = Article(read_article(path).text, id=folder.resolve().name, **metadata)
    return Case(folder, article, options, *_comparison(told))


def _comparison(told: dict[str, Any]) -> tuple[Literal["exact", "semantic"], float]:
    how, tolerance = told.get("compare", "exact"), told.get("tolerance", 0.0)
    if how not in ("exact", "semantic"):
        raise InvalidSetting("compare", 'should be "exact" or "semantic"')
    is_share = isinstance(tolerance, int | float) and not isinstance(tolerance, bool) and 0 <= tolerance <= 1
    if not is_share:
        raise InvalidSetting("tolerance", "should be a share from 0 to 1")
    return how, float(tolerance)


def _as_text(key: str, value: object) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    if not isinstance(value, str):
        raise InvalidSetting(key, "should be text")
    return value


def case_folders(folder: Path) -> list[Path]:
    """The folder if it is a case, or the cases in it, sorted by name; nothing of them is read.

    Raises:
        NoSuchCase: there is none.
    """
    if (folder / "article.txt").is_file():
        return [folder]
    folders = [path.parent for path in sorted(folder.glob("*/article.txt"))]
    if not folders:
        raise NoSuchCase(str(folder), "neither the folder nor those in it hold an article.txt")
    return folders


def find_cases(folder: Path) -> list[Case]:
    """The case in a folder, or the cases in the folders below it, sorted by name.

    Raises:
        NoSuchCase: there is none.
        ArticleError, InvalidSetting: as ``load_case``.
    """
    return [load_case(each) for each in case_folders(folder)]


def canonical(result: Extraction, *, id_: str | None = None) -> bytes:
    """The bytes of ``expected.json``: the result without provenance and usage, which prove nothing.

    Args:
        result: the result of a replay.
        id_: the article's id to write instead of its own.
    """
    data = result.model_dump(mode="json", exclude={"provenance", "usage"})
    if id_ is not None:
        data["article"]["id"] = id_
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except ValueError as error:
        raise NoSuchCase(str(path.parent), f"case.toml is damaged: {error}") from error
