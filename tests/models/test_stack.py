"""The whole stack, live against loopback: retry, cache, refusals; and replay without the SDK."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from doubles.loopback import Answer, Body, completion, failure, in_turn, serve
from doubles.scripted import body_reply

from extractor import Extractor, extract
from extractor.errors import KeyRefused, ModelRefused, ModelUnavailable, NoModel, NoSuchFolder, ReplyNotJSON
from extractor.models.call import request_key
from extractor.models.recordings import find_recordings, read_recording

TEXT = "Le port rouvre."
SEGMENTS = completion(json.dumps(body_reply(1)))
NO_CLAIMS = completion('{"claims": []}')


def answers(body: Body) -> Answer:
    return SEGMENTS if body["response_format"]["json_schema"]["name"] == "segments_v1" else NO_CLAIMS


def live(url: str, **options: Any) -> Any:
    return {"base_url": url, "api_key": "sk-this-is-secret", "model": "m", "backoff": 0, **options}


def test_the_second_identical_run_makes_no_call() -> None:
    with serve(answers) as server:
        first = extract(TEXT, **live(server.url))
        second = extract(TEXT, **live(server.url))
    assert len(server.bodies) == 2
    assert (first.usage.calls, first.usage.cached) == (2, 0)
    assert (second.usage.calls, second.usage.cached) == (2, 2)
    assert (second.usage.input_tokens, second.usage.output_tokens) == (200, 40)
    assert second.model_dump(exclude={"usage"}) == first.model_dump(exclude={"usage"})


def test_a_cached_run_works_when_the_endpoint_is_gone_and_imports_no_sdk(tmp_path: Path) -> None:
    with serve(answers) as server:
        extract(TEXT, **live(server.url, cache=tmp_path))
    code = f"""
import sys
from extractor import extract
result = extract({TEXT!r}, base_url={server.url!r}, model="m", cache={str(tmp_path)!r})
assert result.usage.cached == 2
assert not {{"openai", "instructor"}} & set(sys.modules), "the SDK was imported"
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_without_a_cache_every_run_calls() -> None:
    with serve(answers) as server:
        for _ in range(2):
            extract(TEXT, **live(server.url, cache=False))
    assert len(server.bodies) == 4


def test_another_model_or_temperature_is_another_request() -> None:
    with serve(answers) as server:
        extract(TEXT, **live(server.url))
        extract(TEXT, **live(server.url, model="n"))
        extract(TEXT, **live(server.url, temperature=0.5))
    assert len(server.bodies) == 6


def test_an_unavailable_endpoint_is_tried_again() -> None:
    with serve(
        in_turn(failure(503, "busy"), failure(429, "slow", retry_after="0"), SEGMENTS, NO_CLAIMS)
    ) as server:
        assert extract(TEXT, **live(server.url)).status == "complete"
    assert len(server.bodies) == 4


def test_it_is_given_up_on_after_as_many_attempts_as_set() -> None:
    with serve(in_turn(failure(500, "down"))) as server, pytest.raises(ModelUnavailable, match="down"):
        extract(TEXT, **live(server.url, attempts=3))
    assert len(server.bodies) == 3


def test_a_refused_key_is_not_tried_again() -> None:
    with serve(in_turn(failure(401, "bad key"))) as server, pytest.raises(KeyRefused):
        extract(TEXT, **live(server.url))
    assert len(server.bodies) == 1


def test_a_refusal_is_not_cached() -> None:
    with serve(in_turn(completion(None, refusal="no"), SEGMENTS, NO_CLAIMS)) as server:
        with pytest.raises(ModelRefused):
            extract(TEXT, **live(server.url))
        assert extract(TEXT, **live(server.url)).status == "complete"


def test_an_invalid_reply_is_kept_and_asked_again_through_the_wire() -> None:
    with serve(in_turn(completion("not JSON"), SEGMENTS, NO_CLAIMS)) as server:
        assert extract(TEXT, **live(server.url)).usage.calls == 3
        assert extract(TEXT, **live(server.url)).usage.cached == 3
    assert len(server.bodies) == 3
    assert [message["role"] for message in server.bodies[1]["messages"]] == [
        "system",
        "user",
        "assistant",
        "user",
    ]


def test_replies_that_stayed_invalid_do_not_fail_an_article_for_ever() -> None:
    with serve(in_turn(completion("bad"))) as server, pytest.raises(ReplyNotJSON):
        extract(TEXT, **live(server.url))
    with serve(answers) as server:
        assert extract(TEXT, **live(server.url)).status == "complete"
        assert extract(TEXT, **live(server.url)).usage.cached == 2
    assert len(server.bodies) == 2


def test_the_key_is_in_no_file_of_the_cache(tmp_path: Path) -> None:
    with serve(answers) as server:
        extract(TEXT, **live(server.url, cache=tmp_path))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if b"sk-this-is-secret" in path.read_bytes()]


def test_golden_replies_served_over_real_http_give_the_golden_result(golden: Path) -> None:
    recordings = [read_recording(path) for path in find_recordings(golden / "seed").values()]
    replies = {request_key(each.body, each.mode): each.reply.content for each in recordings}
    text = (golden / "seed" / "article.txt").read_bytes().decode()
    with serve(lambda body: completion(replies[request_key(body, "json_schema")])) as server:
        served = extract(text, **live(server.url, model="external-llm"))
    replayed = extract(text, replay=golden / "seed")
    differs = {"usage"}
    assert served.model_dump(exclude=differs) == replayed.model_dump(exclude=differs)


def test_a_replayed_run_imports_neither_sdk_nor_cache(golden: Path) -> None:
    code = f"""
import sys
from extractor import extract, read_article
from pathlib import Path
result = extract(read_article(Path({str(golden / "seed" / "article.txt")!r})), replay={str(golden)!r})
assert result.status == "complete"
assert not {{"openai", "instructor", "httpx", "httpx2", "diskcache", "tenacity"}} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ({}, "no model is named"),
        ({"model": "m"}, "there is neither a key nor an endpoint"),
        ({"api_key": "k"}, "no model is named"),
    ],
)
def test_without_a_model_all_three_choices_are_named(options: Any, missing: str) -> None:
    with pytest.raises(NoModel) as caught:
        Extractor(**options)
    assert caught.value == NoModel(missing)
    for choice in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "--replay"):
        assert choice in str(caught.value)


def test_a_folder_without_recordings_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFolder):
        Extractor(replay=tmp_path)


def test_key_endpoint_and_model_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(answers) as server:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-env")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("EXTRACTOR_MODEL", "from-env")
        assert extract(TEXT).status == "complete"
    assert server.headers[0]["authorization"] == "Bearer sk-env"
    assert server.bodies[0]["model"] == "from-env"
