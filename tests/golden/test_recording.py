import json
import shutil
import tomllib
from pathlib import Path

import pytest
from doubles.loopback import completion, failure, in_turn, serve
from doubles.scripted import body_reply

from extractor.errors import InvalidSetting, ModelUnavailable, ReplyMissing
from extractor.golden.cases import load_case
from extractor.golden.recording import record_case, record_samples
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
    with serve(answers) as server, pytest.raises(ReplyMissing, match="claims@v2"):
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


SAMPLE = (completion(json.dumps(body_reply(1))), completion('{"claims": []}'))


def test_only_what_is_missing_is_asked_and_what_nothing_uses_is_removed(tmp_path: Path) -> None:
    case = load_case(folder(tmp_path))
    with serve(in_turn(*SAMPLE)) as server:
        record_case(case, Options(base_url=server.url, cache=False))
    next(case.replies.glob("claims-*")).rename(case.replies / "claims-0000000000000000.json")
    with serve(in_turn(completion('{"claims": []}'))) as server:
        result = record_case(case, Options(base_url=server.url, cache=False), only_missing=True)
    assert len(server.bodies) == 1
    assert (result.usage.calls, result.usage.cached) == (2, 1)
    assert sorted(path.name.partition("-")[0] for path in case.replies.iterdir()) == ["claims", "segments"]
    assert not (case.replies / "claims-0000000000000000.json").exists()


def test_each_sample_is_asked_for_anew_and_the_first_alone_is_accepted(tmp_path: Path) -> None:
    case = load_case(folder(tmp_path))
    comments = completion(json.dumps(body_reply(1, "comment")))
    with serve(in_turn(*SAMPLE, comments)) as server:
        options = Options(base_url=server.url, cache=tmp_path / "cache")
        done = [(sample.name, result.status) for sample, result in record_samples(case, options, 2)]
    assert done == [(tmp_path.name, "complete"), (f"{tmp_path.name} sample 2", "partial")]
    assert len(server.bodies) == 3
    assert server.bodies[0] == server.bodies[2]
    assert [each.sample for each in case.samples()] == [1, 2]
    assert json.loads(case.expected.read_bytes())["segments"][0]["label"] == "body"
    assert case.at(2).replay().segments[0].label == "comment"


def test_a_sample_that_is_complete_is_not_asked_for_again(tmp_path: Path) -> None:
    case = load_case(folder(tmp_path))
    with serve(in_turn(*SAMPLE)) as server:
        record_case(case, Options(base_url=server.url, cache=False))
    with serve(in_turn(*SAMPLE)) as server:
        options = Options(base_url=server.url, cache=False)
        assert len(list(record_samples(case, options, 2))) == 2
        assert len(list(record_samples(case, options, 2))) == 2
    assert len(server.bodies) == 2
    assert {path.name for path in case.replies.iterdir()} == {
        path.name for path in case.at(2).replies.iterdir()
    }


def test_what_the_cache_holds_is_recorded_without_a_call(tmp_path: Path) -> None:
    case = load_case(folder(tmp_path))
    with serve(in_turn(*SAMPLE)) as server:
        options = Options(base_url=server.url, cache=tmp_path / "cache")
        record_case(case, options)
        kept = {path.name: path.read_bytes() for path in case.replies.iterdir()}
        shutil.rmtree(case.replies)
        case.expected.unlink()
        result = record_case(case, options)
    assert (len(server.bodies), result.usage.cached) == (2, 2)
    assert {path.name: path.read_bytes() for path in case.replies.iterdir()} == kept
    assert case.expected.exists()
