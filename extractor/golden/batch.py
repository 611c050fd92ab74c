"""Replies by batch files, for a model that cannot be called from here (OpenAI's Batch format).

A batch goes in rounds, because claims wait for segments and attribution for claims: export what is pending,
have it answered, import the answers, and again until nothing is pending.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extractor.errors import InvalidBatchFile, InvalidSetting, NoModel
from extractor.golden.cases import Case
from extractor.golden.waiting import waiting_request
from extractor.models.call import Reply, Request
from extractor.models.recordings import write_recording

URL = "/v1/chat/completions"
"""The endpoint that batch input files name."""

_OK = 200


@dataclass(frozen=True)
class Import:
    """What became of the answers of a batch output file.

    Args:
        recorded: files written.
        failed: custom id and reason of answers that are none; their requests stay pending.
        not_asked: custom ids that no case waits for.
    """

    recorded: tuple[Path, ...]
    failed: tuple[tuple[str, str], ...]
    not_asked: tuple[str, ...]


def pending_request(case: Case) -> Request | None:
    """The request that a case waits for next; None when it replays to its end.

    Raises:
        NoModel: ``case.toml`` names no model.
        InvalidSetting: its mode cannot be put into a batch file.
    """
    settings = case.settings()
    if not settings.model:
        raise NoModel(f"{case.folder}/case.toml names no model")
    if settings.mode != "json_schema":
        raise InvalidSetting("mode", "batch files hold mode json_schema only")
    return waiting_request(case, settings.model)


def custom_id(case: Case, request: Request) -> str:
    """What names a request in a batch file: its key, and the sample if it is not the first."""
    return request.key + (f"#{case.sample}" if case.sample > 1 else "")


def input_line(case: Case, request: Request) -> str:
    """A request as a line of a batch input file."""
    line = {"custom_id": custom_id(case, request), "method": "POST", "url": URL, "body": request.body}
    return json.dumps(line, ensure_ascii=False)


def import_answers(path: Path, cases: Sequence[Case]) -> Import:
    """Record the answers of a batch output file with the cases that wait for them.

    Raises:
        InvalidBatchFile: the file cannot be read or a line is no batch output.
    """
    answers = list(_answers(path))
    most = max((_sample(id_) for id_, _ in answers), default=1)
    samples = [case.at(number) for case in cases for number in range(1, most + 1)]
    waiting = {
        custom_id(case, request): (case, request) for case in samples if (request := pending_request(case))
    }
    recorded: list[Path] = []
    failed: list[tuple[str, str]] = []
    not_asked: list[str] = []
    for id_, answer in answers:
        if id_ not in waiting:
            not_asked.append(id_)
        elif isinstance(answer, str):
            failed.append((id_, answer))
        else:
            case, request = waiting[id_]
            recorded.append(write_recording(case.replies, request, answer))
    return Import(tuple(recorded), tuple(failed), tuple(not_asked))


def _sample(id_: str) -> int:
    number = id_.partition("#")[2]
    return int(number) if number.isdecimal() else 1


def _answers(path: Path) -> Iterator[tuple[str, Reply | str]]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidBatchFile(str(path), 0, str(error)) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            yield str(data["custom_id"]), _answer(data)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise InvalidBatchFile(str(path), number, f"no line of a batch output file ({error})") from error


def _answer(data: Any) -> Reply | str:
    response: Any = data.get("response") or {}
    if data.get("error") or response.get("status_code") != _OK:
        body: Any = response.get("body") or {}
        reason: Any = data.get("error") or body.get("error") or f"status {response.get('status_code')}"
        return str(reason)
    return Reply.from_completion(response["body"])
