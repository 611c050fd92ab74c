"""A folder run is replayed from its own output: to the same results, with nobody left to ask."""

import json
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from doubles.command import run
from doubles.golden_replies import ARTICLES, MODEL, golden_answers
from doubles.loopback import Loopback, completion, serve
from doubles.notices import answer, notice, write_articles

from extractor import Extraction, Extractor
from extractor.errors import InvalidInput, InvalidRow, RecordingUnreadable
from extractor.models.kept import REPLIES, RUN
from extractor.runs.ledger import read_results
from extractor.runs.opened import inputs_of_run


@pytest.fixture(scope="session")
def golden_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of a run over the golden articles; its server is gone."""
    folder = tmp_path_factory.mktemp("golden_run")
    with serve(golden_answers(ARTICLES.parents[1] / "golden")) as server:
        extract(folder / "out", server.url, ARTICLES, model=MODEL, cache=folder / "cache")
    return folder / "out"


@pytest.fixture
def server() -> Generator[Loopback]:
    with serve(lambda body: completion(answer(body))) as server:
        yield server


def extract(out: Path, url: str, articles: Path, **options: Any) -> None:
    told: Any = {"base_url": url, "model": "m", "backoff": 0, **options}
    with Extractor(**told) as extractor:
        assert extractor.extract_folder(articles, out=out).is_complete


def replay(kept: Path, articles: Path, out: Path, **options: Any) -> list[Extraction]:
    with Extractor(replay=kept, **options) as extractor:
        extractor.extract_folder(articles, out=out)
    return list(read_results(out))


def without_account(results: list[Extraction]) -> list[dict[str, Any]]:
    return [each.model_dump(exclude={"usage": {"cached"}}) for each in results]


def test_a_run_is_replayed_to_the_same_results_when_the_server_is_gone(
    golden_run: Path, tmp_path: Path
) -> None:
    results = replay(golden_run, ARTICLES, tmp_path)
    assert without_account(results) == without_account(list(read_results(golden_run)))
    assert sum(len(each.claims) for each in results) == 65
    assert all(each.usage.cached == each.usage.calls == 3 for each in results)


def test_a_replay_keeps_no_replies_of_its_own(golden_run: Path, tmp_path: Path) -> None:
    replay(golden_run, ARTICLES, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} & {REPLIES, RUN} == set()


def test_one_article_is_replayed_from_a_run_too(golden_run: Path) -> None:
    path = min(ARTICLES.iterdir())
    with Extractor(replay=golden_run) as extractor:
        assert len(extractor.extract(path.read_bytes().decode()).claims) == 16


def test_the_settings_of_the_run_are_taken_over(server: Loopback, tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 2)
    options: Any = {
        "temperature": 0.5,
        "seed": 7,
        "kinds": ("fact",),
        "prompts": ("claims@v1",),
        "window": 5000,
    }
    extract(tmp_path / "out", server.url, tmp_path / "in", **options)
    with Extractor(replay=tmp_path / "out") as extractor:
        settings = extractor.settings
        extractor.extract_folder(tmp_path / "in", out=tmp_path / "again")
    assert {name: getattr(settings, name) for name in options if name != "prompts"} == {
        name: value for name, value in options.items() if name != "prompts"
    }
    assert settings.model == "m"
    assert settings.prompt("claims") == "claims@v1"
    one, other = (list(read_results(tmp_path / name)) for name in ("out", "again"))
    assert [each.provenance for each in one] == [each.provenance for each in other]


def test_options_that_are_given_win_over_those_of_the_run(server: Loopback, tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 1)
    extract(tmp_path / "out", server.url, tmp_path / "in", temperature=0.5, seed=7)
    with Extractor(replay=tmp_path / "out", temperature=1.0, concurrency=2) as extractor:
        assert (extractor.settings.temperature, extractor.settings.seed) == (1.0, 7)
        assert extractor.settings.concurrency == 2


def test_the_environment_has_no_part_in_a_replay(
    golden_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXTRACTOR_MODEL", "other")
    monkeypatch.setenv("EXTRACTOR_TEMPERATURE", "1")
    assert {each.status for each in replay(golden_run, ARTICLES, tmp_path)} == {"complete"}


@pytest.mark.parametrize(
    "options", [{"temperature": 1.0}, {"strict": False}, {"mode": "md_json"}, {"max_tokens": 9}]
)
def test_replies_asked_with_another_schema_or_sampling_are_found_by_their_messages(
    golden_run: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    results = replay(golden_run, ARTICLES, tmp_path, **options)
    before = list(read_results(golden_run))
    assert [each.claims for each in results] == [each.claims for each in before]


def test_a_request_that_was_never_asked_fails_its_article_alone(server: Loopback, tmp_path: Path) -> None:
    one, _ = write_articles(tmp_path / "in", 2)
    extract(tmp_path / "out", server.url, tmp_path / "in")
    one.write_text(notice(9))
    changed, same = replay(tmp_path / "out", tmp_path / "in", tmp_path / "again")
    assert (changed.status, [each.error for each in changed.problems]) == ("failed", ["ReplyNotKept"])
    assert "was never asked" in changed.problems[0].message
    assert (same.status, len(same.claims)) == ("complete", 1)


def test_a_request_that_was_never_asked_later_on_leaves_a_partial_result(
    server: Loopback, tmp_path: Path
) -> None:
    write_articles(tmp_path / "in", 2)
    extract(tmp_path / "out", server.url, tmp_path / "in")
    path = tmp_path / "out" / REPLIES
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text(
        "".join(each for each in lines if '"prompt": "attribution@' not in each), encoding="utf-8"
    )
    results = replay(tmp_path / "out", tmp_path / "in", tmp_path / "again")
    assert [(each.status, each.problems[0].error) for each in results] == [("partial", "ReplyNotKept")] * 2
    assert all(each.segments for each in results)


def test_a_torn_last_line_is_cut_when_the_run_goes_on(server: Loopback, tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 1)
    extract(tmp_path / "out", server.url, tmp_path / "in")
    path = tmp_path / "out" / REPLIES
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:50])
    assert replay(tmp_path / "out", tmp_path / "in", tmp_path / "again")[0].status == "complete"
    extract(tmp_path / "out", server.url, tmp_path / "in")
    assert path.read_bytes() == whole


def test_a_damaged_line_is_named_when_a_replay_is_opened(golden_run: Path, tmp_path: Path) -> None:
    shutil.copytree(golden_run, tmp_path / "out")
    path = tmp_path / "out" / REPLIES
    first, *others = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([first, b"?\n", *others]))
    with pytest.raises(RecordingUnreadable, match="line 2 is damaged"):
        Extractor(replay=tmp_path / "out")


def test_where_articles_came_from_does_not_depend_on_where_one_is(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_articles(Path("in"), 1)
    extract(Path("out"), server.url, Path("in"))
    told = inputs_of_run(tmp_path / "out")
    assert (told.places, told.base) == (("in",), str(tmp_path))
    monkeypatch.chdir(tmp_path / "out")
    assert [entry.id for entry in told] == ["000001.txt"]


@pytest.mark.parametrize("told", ["{", "{}", '{"inputs": {"places": ["in"]}}', '{"inputs": 1}'])
def test_a_run_file_that_does_not_say_where_articles_are_is_named(tmp_path: Path, told: str) -> None:
    (tmp_path / RUN).write_text(told)
    with pytest.raises(InvalidInput, match="does not say where the articles are"):
        inputs_of_run(tmp_path)


def test_the_command_line_replays_a_run_without_naming_articles(golden_run: Path, tmp_path: Path) -> None:
    ran = run("run", "--replay", golden_run, "--out", tmp_path, "--quiet")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert without_account(list(read_results(tmp_path))) == without_account(list(read_results(golden_run)))


def test_columns_and_lists_of_a_run_are_replayed_too(server: Loopback, tmp_path: Path) -> None:
    (path,) = write_articles(tmp_path / "in", 1)
    (tmp_path / "in" / "list.txt").write_text(path.name)
    (tmp_path / "a.csv").write_text(f'body\n"{notice(2)}"\n', encoding="utf-8")
    options = ["--base-url", server.url, "--model", "m", "--quiet"]
    told = ["--list", tmp_path / "in" / "list.txt", "--column", "text=body"]
    assert run("run", tmp_path / "a.csv", *told, *options, "--out", tmp_path / "out").returncode == 0
    ran = run("run", "--replay", tmp_path / "out", "--out", tmp_path / "again", "--quiet")
    assert ran.returncode == 0, ran.stdout
    names = [each.article.id for each in read_results(tmp_path / "again")]
    assert names == ["a.csv:1", "000001.txt"]


def test_articles_from_standard_input_have_to_be_named_again(golden_run: Path, tmp_path: Path) -> None:
    shutil.copytree(golden_run, tmp_path / "out")
    path = tmp_path / "out" / RUN
    told = json.loads(path.read_bytes())
    path.write_text(json.dumps({**told, "inputs": {**told["inputs"], "places": ["-"]}}))
    ran = run("run", "--replay", tmp_path / "out", "--out", tmp_path / "again")
    assert "the articles came from standard input: name them again" in ran.stderr
    assert (ran.returncode, ran.stdout) == (2, "")


def test_a_row_that_could_not_be_read_fails_in_the_replay_as_it_did(server: Loopback, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"{json.dumps({'text': notice(1)})}\n[]\n")
    with Extractor(base_url=server.url, model="m") as extractor:
        extractor.extract_folder(path, out=tmp_path / "out")
    _, bad = replay(tmp_path / "out", path, tmp_path / "again")
    assert bad.problems[0].error == InvalidRow.__name__
