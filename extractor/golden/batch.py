"""Replies by batch files, for a model that cannot be called from here (OpenAI's Batch format).

A batch goes in rounds, because claims wait for segments and attribution for claims: export what is pending,
have it answered, import the answers, and again until nothing is pending.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from extractor.errors import InvalidBatchFile, InvalidSetting, NoModel
from extractor.golden.cases import Case
from extractor.golden.waiting import waiting_request
from extractor.models.batch_lines import Answer, input_line, read_answer
from extractor.models.call import Request
from extractor.models.recordings import write_recording


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


def pending_line(case: Case, request: Request) -> str:
    """A request of a case as a line of a batch input file."""
    return input_line(custom_id(case, request), request.body)


def import_answers(path: Path, cases: Sequence[Case]) -> Import:
    """Record the answers of a batch output file with the cases that wait for them.

    Raises:
        InvalidBatchFile: the file cannot be read or a line is no batch output.
    """
    answers = list(_answers(path))
    numbers = sorted({_sample(answer.custom_id) for answer in answers})
    samples = [case.at(number) for case in cases for number in numbers]
    waiting = {
        custom_id(case, request): (case, request) for case in samples if (request := pending_request(case))
    }
    recorded: list[Path] = []
    failed: list[tuple[str, str]] = []
    not_asked: list[str] = []
    for answer in answers:
        if answer.custom_id not in waiting:
            not_asked.append(answer.custom_id)
        elif answer.reply is None:
            failed.append((answer.custom_id, answer.reason or "no reply"))
        else:
            case, request = waiting[answer.custom_id]
            recorded.append(write_recording(case.replies, request, answer.reply))
    return Import(tuple(recorded), tuple(failed), tuple(not_asked))


def _sample(id_: str) -> int:
    number = id_.partition("#")[2]
    return int(number) if number.isdecimal() else 1


def _answers(path: Path) -> Iterator[Answer]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidBatchFile(str(path), 0, str(error)) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield read_answer(line)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise InvalidBatchFile(str(path), number, f"no line of a batch output file ({error})") from error
