import json
import tomllib
from pathlib import Path

import pytest
from doubles.loopback import completion, failure, in_turn, serve
from doubles.scripted import body_reply

from extractor.errors import InvalidSetting, ModelUnavailable, ReplyMissing
from extractor.golden.cases import load_case
from extractor.golden.recording import record_case
from extractor.settings import Options


def folder(tmp_path: Path) -> Path:
    (tmp_path / "article.txt").write_text("Le port rouvre.")
    (tmp_path / "case.toml").write_text('model = "m"\nseed = 3\n')
    return tmp_path


def test_a_live_recording_replays_to_the_accepted_result(tmp_path: Path) -> None:
    case = load_case(folder(tmp_path))
    with serve(in_turn(completion(json.dumps(body_reply(1))), completion('{"claims": []}'))) as server:
        result = record_case(case, Options(base_url=server.url, api_key="sk-secret", cache=False))
    assert server.bodies[0]["model"] == "m"
    assert server.bodies[0]["seed"] == 3
    assert result.status == "complete"
    assert case.replay().model_dump(exclude={"usage"}) == result.model_dump(exclude={"usage"})
    assert case.expected.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"sk-secret" in path.read_bytes()]


def test_a_partial_recording_is_not_accepted(tmp_path: Path) -> None:
    case = load_case(folder(tmp_path))
    answers = in_turn(completion(json.dumps(body_reply(1))), failure(500, "down"))
    with serve(answers) as server, pytest.raises(ReplyMissing, match="claims@v1"):
        record_case(case, Options(base_url=server.url, api_key="k", cache=False, attempts=1))
    assert len(list(case.replies.iterdir())) == 1
    assert not case.expected.exists()


def test_replies_that_came_before_a_failure_are_kept(tmp_path: Path) -> None:
    case = load_case(folder(tmp_path))
    answers = in_turn(completion("no JSON"), failure(500, "down"))
    with serve(answers) as server, pytest.raises(ModelUnavailable):
        record_case(case, Options(base_url=server.url, api_key="k", cache=False, attempts=1))
    assert len(list(case.replies.iterdir())) == 1
    assert not case.expected.exists()


def test_what_a_recording_was_made_with_is_kept_with_the_case(tmp_path: Path) -> None:
    (tmp_path / "article.txt").write_text("Le port rouvre.")
    answers = in_turn(completion(json.dumps(body_reply(1))), completion('{"claims": []}'))
    with serve(answers) as server:
        options = Options(
            base_url=server.url, cache=False, model="m", temperature=0, strict=False, kinds=("opinion",)
        )
        record_case(load_case(tmp_path), options)
    told = tomllib.loads((tmp_path / "case.toml").read_text())
    assert told == {"model": "m", "strict": False, "temperature": 0.0, "kinds": ["opinion"]}
    assert load_case(tmp_path).replay().status == "complete"


def test_an_option_that_contradicts_the_case_is_named(tmp_path: Path) -> None:
    case = load_case(folder(tmp_path))
    with pytest.raises(InvalidSetting, match=r"model.*case\.toml"):
        record_case(case, Options(model="other", api_key="k"))
