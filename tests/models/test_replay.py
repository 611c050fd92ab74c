import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from doubles.scripted import Scripted, reply

from extractor.errors import NoModel, NoSuchFolder, RecordingUnreadable, ReplyMissing
from extractor.models.call import Model, Reply, Request
from extractor.models.recordings import file_name, find_recordings, read_recording, write_recording
from extractor.models.replay import Recorder, Replay
from extractor.schemas.segments.v1 import Reply as SegmentsReply

TEXT = "« été »\r\n\u2028{{ x }} 👏🏿\n"


def request(model: str = "m", text: str = TEXT) -> Request:
    body = {"model": model, "messages": [{"role": "user", "content": text}], "seed": 1}
    return Request("segments", 1, body, "json_schema", SegmentsReply)


def ask(model: Model, asked: Request) -> Reply:
    async def run() -> Reply:
        return await model(asked)

    return asyncio.run(run())


def test_a_recording_is_read_back_verbatim(tmp_path: Path) -> None:
    given = Reply(TEXT, "stop", None, "m", {"prompt_tokens": 1})
    path = write_recording(tmp_path, request(), given)
    assert path.name == file_name(request()) == f"segments-{request().key[:16]}.json"
    recording = read_recording(path)
    assert recording.reply == replace(given, stored=True)
    assert recording.body == request().body
    assert (recording.record, recording.version, recording.mode) == ("segments", 1, "json_schema")


def test_a_recording_is_reviewable_json(tmp_path: Path) -> None:
    data = write_recording(tmp_path, request(), reply(TEXT)).read_bytes().decode()
    assert data.endswith("}\n")
    assert "« été »\\r\\n" in data
    assert json.loads(data)["reply"]["content"] == ["« été »\r\n", "\u2028", "{{ x }} 👏🏿\n"]
    assert "\r" not in data


def test_a_replay_answers_from_all_cases_below_a_folder(tmp_path: Path) -> None:
    write_recording(tmp_path / "a" / "replies", request(text="a"), reply("1"))
    write_recording(tmp_path / "b" / "replies", request(text="b"), reply("2"))
    write_recording(tmp_path / "b" / "other", request(text="c"), reply("3"))
    replay = Replay(tmp_path)
    assert ask(replay, request(text="a")).content == "1"
    assert ask(replay, request(text="b")).content == "2"
    assert len(find_recordings(tmp_path / "b" / "replies")) == 1


def test_a_missing_reply_is_named_by_record_version_and_key(tmp_path: Path) -> None:
    with pytest.raises(ReplyMissing) as caught:
        ask(Replay(tmp_path), request())
    assert caught.value == ReplyMissing("segments", 1, request().key, str(tmp_path))
    assert "segments@v1" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("{{ x }}", "{{ y }}", "its request was changed"),
        ('"seed": 1', '"seed": 2', "its request was changed"),
        ('"reply": {', '"reply": ', "damaged"),
        ('"messages"', '"message"', "damaged"),
        ('"finish_reason": "stop",', "", "damaged"),
    ],
)
def test_a_recording_that_was_changed_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    path = write_recording(tmp_path / "replies", request(), reply("{}"))
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new).encode())
    with pytest.raises(RecordingUnreadable, match=reason) as caught:
        ask(Replay(tmp_path), request())
    assert caught.value.path == str(path)


def test_the_recorder_writes_before_the_reply_is_used(tmp_path: Path) -> None:
    model = Scripted(segments="{}")
    assert ask(Recorder(model, tmp_path / "replies"), request()) == reply("{}")
    assert ask(Replay(tmp_path), request()).content == "{}"


def test_the_model_of_a_replay_is_the_one_that_was_recorded(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFolder, match="no recorded replies"):
        Replay(tmp_path).model_name()
    write_recording(tmp_path / "replies", request("one"), reply("{}"))
    assert Replay(tmp_path).model_name() == "one"
    write_recording(tmp_path / "replies", request("two"), reply("{}"))
    with pytest.raises(NoModel, match="one, two"):
        Replay(tmp_path).model_name()
