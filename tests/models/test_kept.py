"""The raw replies of a folder run: what is kept of them, and which one answers what is asked."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pytest
from doubles.scripted import Scripted, reply
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.catalog import load_schema
from extractor.errors import CannotWrite, RecordingUnreadable, ReplyNotKept
from extractor.lines import Lines
from extractor.models.call import Reply, Request
from extractor.models.kept import REPLIES, RUN, START, Keeping, KeptReplies, is_run, kept_settings

REPLY = reply("Ça.\u2028👏🏿")


def request(said: str = "Bonjour.", **body: Any) -> Request:
    told = {"model": "m", "messages": [{"role": "user", "content": said}], **body}
    return Request("claims", 1, told, "json_schema", load_schema("claims", 1).model)


def keep(folder: Path, *kept: tuple[Request, Reply]) -> Path:
    with Lines(folder / REPLIES, START) as file:
        for asked, given_ in kept:
            keeping = Keeping(Scripted(claims=given_), file)
            assert asyncio.run(keeping(asked)) == given_
    return folder / REPLIES


def ask(folder: Path, asked: Request) -> Reply:
    return asyncio.run(KeptReplies(folder)(asked))


def test_a_kept_reply_is_given_again_as_stored(tmp_path: Path) -> None:
    keep(tmp_path, (request("Un."), REPLY), (request("Deux."), reply("2")))
    assert ask(tmp_path, request("Un.")) == replace(REPLY, stored=True)
    assert ask(tmp_path, request("Deux.")).content == "2"


def test_a_reply_is_whole_in_the_file_before_it_is_used(tmp_path: Path) -> None:
    with Lines(tmp_path / REPLIES, START) as file:
        asyncio.run(Keeping(Scripted(claims=REPLY), file)(request()))
        line = (tmp_path / REPLIES).read_bytes()
    assert line.startswith(START)
    assert line.endswith(b"}\n")
    told = json.loads(line)
    assert (told["key"], told["prompt"]) == (request().key, "claims@v1")
    assert told["reply"]["content"] == REPLY.content
    assert "stored" not in told["reply"]


@pytest.mark.parametrize(
    "kind",
    [reply("", refusal="no"), reply("{", finish_reason="length"), replace(REPLY, batch=True, usage=None)],
)
def test_every_kind_of_reply_is_kept(tmp_path: Path, kind: Reply) -> None:
    keep(tmp_path, (request(), kind))
    assert ask(tmp_path, request()) == replace(kind, stored=True)


@pytest.mark.parametrize("otherwise", [{"temperature": 0.5}, {"seed": 1}, {"response_format": {"type": "x"}}])
def test_a_reply_asked_otherwise_is_found_by_what_was_said(tmp_path: Path, otherwise: dict[str, Any]) -> None:
    keep(tmp_path, (request("Un."), reply("1")), (request("Deux."), reply("2")))
    assert ask(tmp_path, request("Un.", **otherwise)).content == "1"
    assert ask(tmp_path, replace(request("Deux."), mode="tools")).content == "2"


def test_the_reply_to_the_same_request_comes_before_one_to_the_same_words(tmp_path: Path) -> None:
    keep(tmp_path, (request(temperature=0.0), reply("cold")), (request(temperature=1.0), reply("warm")))
    assert ask(tmp_path, request(temperature=0.0)).content == "cold"
    assert ask(tmp_path, request(temperature=1.0)).content == "warm"
    assert ask(tmp_path, request()).content == "warm"


def test_the_last_reply_to_a_request_counts(tmp_path: Path) -> None:
    keep(tmp_path, (request(), reply("bad")), (request(), reply("good")))
    assert ask(tmp_path, request()).content == "good"


@pytest.mark.parametrize("asked", [request("Trois."), request(model="n")])
def test_what_was_never_said_to_this_model_has_no_reply(tmp_path: Path, asked: Request) -> None:
    keep(tmp_path, (request(), REPLY))
    with pytest.raises(ReplyNotKept) as caught:
        ask(tmp_path, asked)
    assert caught.value == ReplyNotKept("claims@v1", str(tmp_path))


@settings(deadline=None)
@given(cut=st.integers(0, 10_000))
def test_a_torn_last_line_is_no_reply_and_no_damage(cut: int) -> None:
    with TemporaryDirectory() as name:
        path = keep(Path(name), *((request(said), reply(said)) for said in ("Un.", "Deux.")))
        data = path.read_bytes()
    left = data[: cut % len(data)]
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / REPLIES).write_bytes(left)
        for number, said in enumerate(("Un.", "Deux."), start=1):
            if left.count(b"\n") >= number:
                assert ask(folder, request(said)).content == said
            else:
                with pytest.raises(ReplyNotKept):
                    ask(folder, request(said))


@pytest.mark.parametrize(
    "damage", ["", "{}", "[1]", "null", '{"key": "zz", "said": ""}', '{"key": 1, "said": 2}']
)
def test_a_damaged_line_is_named_by_its_number(tmp_path: Path, damage: str) -> None:
    path = keep(tmp_path, (request(), REPLY))
    with path.open("a") as file:
        file.write(f"{damage}\n")
    keep(tmp_path, (request("Deux."), REPLY))
    with pytest.raises(RecordingUnreadable, match="line 2 is damaged") as caught:
        KeptReplies(tmp_path)
    assert caught.value.path == str(path)


def test_a_disk_that_is_full_is_told_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    path = tmp_path / REPLIES
    with Lines(path, START) as lines, monkeypatch.context() as patch:
        patch.setattr(lines, "_file", SimpleNamespace(write=full))
        with pytest.raises(CannotWrite) as caught:
            asyncio.run(Keeping(Scripted(claims=REPLY), lines)(request()))
    assert caught.value == CannotWrite(str(path), "No space left on device")
    assert path.read_bytes() == b""


def test_a_folder_of_golden_cases_is_no_run(golden: Path, tmp_path: Path) -> None:
    assert not is_run(golden)
    assert not is_run(tmp_path / "gone")
    keep(tmp_path, (request(), REPLY))
    assert is_run(tmp_path)


def test_settings_are_those_of_the_run_file_and_none_without_it(tmp_path: Path) -> None:
    assert kept_settings(tmp_path) == {}
    (tmp_path / RUN).write_text('{"settings": {"model": "m"}}')
    assert kept_settings(tmp_path) == {"model": "m"}


@pytest.mark.parametrize("damage", ["", "{", "{}", "[]"])
def test_a_damaged_run_file_is_named(tmp_path: Path, damage: str) -> None:
    (tmp_path / RUN).write_text(damage)
    with pytest.raises(RecordingUnreadable, match="damaged"):
        kept_settings(tmp_path)
