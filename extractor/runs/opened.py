"""What a run keeps beside its results: what it was asked with, and every raw reply."""

import json
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from extractor.configuration import asked_with
from extractor.errors import CannotWrite, InvalidInput, RecordingUnreadable
from extractor.lines import Lines
from extractor.models.call import Model
from extractor.models.kept import REPLIES, RUN, START
from extractor.models.stack import Stack
from extractor.runs.inputs import Inputs
from extractor.settings import Settings
from extractor.version import __version__

INPUTS = "inputs.json"
"""The file beside the results of a replay that says where its articles are; a run has it in ``run.json``."""


class OpenRun:
    """``OUT/run.json`` and ``OUT/replies.jsonl``, open for adding.

    ``run.json`` has a name of the run that stays when it goes on, so that the cache can tell a reply that
    this run paid for before it was ended from one that was paid for by another.

    Args:
        out: the output folder.
        settings, model: what is asked.
        inputs: where the articles come from.

    Raises:
        CannotWrite: a file cannot be written.
        RecordingUnreadable: ``run.json`` is damaged.
    """

    def __init__(self, out: Path, settings: Settings, model: str, inputs: Inputs) -> None:
        path = out / RUN
        self.id = _id(path) or uuid.uuid4().hex
        told: dict[str, Any] = {
            "run": self.id,
            "package": __version__,
            "inputs": _told(inputs),
            "settings": asked_with(settings, model),
        }
        _write_json(path, told)
        self.replies = Lines(out / REPLIES, START)

    def model(self, stack: Stack) -> Model:
        """The model that keeps its replies here."""
        return stack.of_run(self.id, self.replies)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.replies.close()


def tell_inputs(out: Path, inputs: Inputs) -> None:
    """Write down where the articles of a replay come from, in ``OUT/inputs.json``.

    Raises:
        CannotWrite: the folder or the file cannot be written.
    """
    _write_json(out / INPUTS, {"inputs": _told(inputs)})


def _told(inputs: Inputs) -> dict[str, Any]:
    return {
        "base": str(Path(inputs.base).absolute()),
        "places": list(inputs.places),
        "lists": list(inputs.lists),
        "columns": dict(inputs.columns),
    }


def _write_json(path: Path, told: dict[str, Any]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    except OSError as error:
        raise CannotWrite(str(error.filename or path), error.strerror or str(error)) from error


def inputs_of_run(folder: Path) -> Inputs:
    """Where the articles of a run or of a replay came from.

    Raises:
        InvalidInput: the run does not say, or they came from standard input.
    """
    path = next((path for path in (folder / RUN, folder / INPUTS) if path.is_file()), folder / RUN)
    try:
        told = json.loads(path.read_bytes())["inputs"]
        inputs = Inputs(tuple(told["places"]), tuple(told["lists"]), told["columns"], told["base"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise InvalidInput(str(path), f"does not say where the articles are ({error})") from error
    if "-" in inputs.places:
        raise InvalidInput(str(path), "the articles came from standard input: name them again")
    return inputs


def _id(path: Path) -> str | None:
    if not path.is_file():
        return None
    try:
        return str(json.loads(path.read_bytes())["run"])
    except (ValueError, LookupError, TypeError) as error:
        raise RecordingUnreadable(str(path), f"damaged ({error})") from error


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(path)
