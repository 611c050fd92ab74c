"""Replies by batch files: three rounds, and what can go wrong in an output file."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from doubles.scripted import as_asked, body_reply, claim, saying

from extractor.errors import InvalidBatchFile, InvalidSetting, NoModel
from extractor.golden.batch import custom_id, import_answers, pending_line, pending_request
from extractor.golden.cases import Case, canonical, load_case
from extractor.models.batch_lines import URL
from extractor.models.recordings import find_recordings, read_recording


@pytest.fixture
def case(tmp_path: Path) -> Case:
    folder = tmp_path / "port"
    folder.mkdir()
    (folder / "article.txt").write_text("Le port rouvre.")
    (folder / "case.toml").write_text('model = "external-llm"')
    return load_case(folder)


def output(custom_id: str, content: Any, **facts: Any) -> str:
    message = {"role": "assistant", "content": content if isinstance(content, str) else json.dumps(content)}
    body = {"model": "external-llm", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    response = {"status_code": 200, "request_id": "r", "body": body}
    return json.dumps({"id": "b", "custom_id": custom_id, "response": response, "error": None, **facts})


def answer(case: Case, tmp_path: Path, content: Any) -> None:
    request = pending_request(case)
    assert request is not None
    path = tmp_path / "answers.jsonl"
    path.write_text(output(request.key, content) + "\n")
    assert len(import_answers(path, [case]).recorded) == 1


def test_three_rounds_give_a_result(case: Case, tmp_path: Path) -> None:
    rounds = {
        "segments": body_reply(1),
        "claims": {"claims": [claim("Le port rouvre.", (1, "Le port rouvre"))]},
        "attribution": {"sources": [], "sayings": [saying("c1.1")]},
    }
    for record, content in rounds.items():
        request = pending_request(case)
        assert request is not None
        assert request.record == record
        answer(case, tmp_path, as_asked(content, request.body))
    assert pending_request(case) is None
    assert case.replay().claims[0].text == "Le port rouvre."
    assert len(find_recordings(case.folder)) == 3


def test_an_pending_line_is_a_whole_request_under_its_key(case: Case) -> None:
    request = pending_request(case)
    assert request is not None
    line = json.loads(pending_line(case, request))
    assert line == {"custom_id": request.key, "method": "POST", "url": URL, "body": request.body}
    assert line["body"]["response_format"]["json_schema"]["strict"] is True
    assert "\n" not in pending_line(case, request)


def test_an_invalid_answer_is_recorded_and_asked_again(case: Case, tmp_path: Path) -> None:
    answer(case, tmp_path, "Sorry, what?")
    request = pending_request(case)
    assert request is not None
    assert (request.record, len(request.body["messages"])) == ("segments", 4)


def test_answers_that_are_none_leave_the_request_pending(case: Case, tmp_path: Path) -> None:
    request = pending_request(case)
    assert request is not None
    path = tmp_path / "answers.jsonl"
    failed = {"response": {"status_code": 400, "body": {"error": {"message": "too long"}}}}
    lines = [
        output(request.key, "", response=None, error={"code": "expired", "message": "expired"}),
        output(request.key, "", **failed),
        "",
        output("0" * 64, "{}"),
    ]
    path.write_text("\n".join(lines))
    done = import_answers(path, [case])
    assert done.recorded == ()
    assert done.not_asked == ("0" * 64,)
    assert [custom_id for custom_id, _ in done.failed] == [request.key] * 2
    assert ["expired" in reason or "too long" in reason for _, reason in done.failed] == [True, True]
    assert pending_request(case) == request


@pytest.mark.parametrize(
    "line", ["no JSON", "[]", "{}", '{"custom_id": "x", "response": {"status_code": 200, "body": {}}}']
)
def test_what_is_no_output_file_is_named_with_its_line(case: Case, tmp_path: Path, line: str) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text(f"\n{line}\n")
    with pytest.raises(InvalidBatchFile) as caught:
        import_answers(path, [case])
    assert (caught.value.path, caught.value.line) == (str(path), 2)


def test_a_missing_output_file_is_named(case: Case, tmp_path: Path) -> None:
    with pytest.raises(InvalidBatchFile, match="No such file"):
        import_answers(tmp_path / "missing.jsonl", [case])


def test_a_case_without_a_model_or_in_another_mode_cannot_be_exported(case: Case) -> None:
    (case.folder / "case.toml").write_text("")
    with pytest.raises(NoModel, match=r"case\.toml"):
        pending_request(load_case(case.folder))
    (case.folder / "case.toml").write_text('model = "m"\nmode = "tools"')
    with pytest.raises(InvalidSetting, match="json_schema"):
        pending_request(load_case(case.folder))


def test_the_shipped_cases_could_be_recorded_again_from_batch_files(golden: Path, tmp_path: Path) -> None:
    """Take a case's recordings apart into batch answers, and get the same case back."""
    case = load_case(Path(shutil.copytree(golden / "seed", tmp_path / "seed")))
    replies = {path.name: read_recording(path).reply.content for path in case.replies.iterdir()}
    shutil.rmtree(case.replies)
    while request := pending_request(case):
        answer(case, tmp_path, replies[f"{request.record}-{request.key[:16]}.json"])
    assert canonical(case.replay()) == case.expected.read_bytes()


def test_each_sample_of_a_request_has_an_id_of_its_own_and_its_answer_goes_to_it(
    case: Case, tmp_path: Path
) -> None:
    request = pending_request(case)
    assert request is not None
    ids = [custom_id(case.at(number), request) for number in (1, 2, 3)]
    assert ids == [request.key, f"{request.key}#2", f"{request.key}#3"]
    assert json.loads(pending_line(case.at(2), request))["custom_id"] == ids[1]
    path = tmp_path / "answers.jsonl"
    answers = [output(ids[2], body_reply(1, "comment")), output(ids[0], body_reply(1))]
    path.write_text("\n".join([*answers, output(f"{request.key}#x", "{}")]))
    done = import_answers(path, [case])
    assert [each.parent for each in done.recorded] == [case.at(3).replies, case.replies]
    assert done.not_asked == (f"{request.key}#x",)
    pending = [pending_request(case.at(number)) for number in (1, 2, 3)]
    assert [each and each.record for each in pending] == ["claims", "segments", None]


def test_an_answer_for_a_sample_that_has_one_was_not_asked_for(case: Case, tmp_path: Path) -> None:
    request = pending_request(case)
    assert request is not None
    path = tmp_path / "answers.jsonl"
    path.write_text(output(f"{request.key}#2", body_reply(1)))
    assert len(import_answers(path, [case]).recorded) == 1
    assert import_answers(path, [case]).not_asked == (f"{request.key}#2",)
