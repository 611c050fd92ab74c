import json
from pathlib import Path

import pytest
from doubles.recorded import port_case, record, seed_case

from extractor.errors import InvalidSetting, NoSuchCase, NoSuchFolder, NoSuchPrompt, ReplyMissing
from extractor.golden.cases import canonical, find_cases, load_case
from extractor.models.local import local_name
from extractor.settings import load_settings


def write(folder: Path, toml: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "article.txt").write_text("Le port rouvre.\r\n", newline="")
    (folder / "case.toml").write_text(toml)
    return folder


def test_a_case_is_an_article_with_its_metadata_and_settings(tmp_path: Path) -> None:
    case = load_case(
        write(tmp_path / "port", 'model = "m"\ntitle = "T"\nkinds = ["opinion"]\nlanguage = "fr"')
    )
    assert (case.article.id, case.article.text, case.article.title) == ("port", "Le port rouvre.\r\n", "T")
    assert case.options == {"model": "m", "kinds": ["opinion"]}
    assert (case.settings().kinds, case.settings().replay) == (("opinion",), case.replies)


def test_cases_are_found_in_a_folder_or_are_the_folder(tmp_path: Path) -> None:
    write(tmp_path / "b")
    write(tmp_path / "a")
    (tmp_path / "c").mkdir()
    assert [case.folder.name for case in find_cases(tmp_path)] == ["a", "b"]
    assert [case.folder.name for case in find_cases(tmp_path / "b")] == ["b"]


@pytest.mark.parametrize("folder", ["missing", "empty"])
def test_a_folder_without_a_case_is_named(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoSuchCase):
        find_cases(tmp_path / folder)
    with pytest.raises(NoSuchCase, match=r"article\.txt"):
        load_case(tmp_path / folder)


def test_a_damaged_or_unknown_setting_of_a_case_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSuchCase, match="damaged"):
        load_case(write(tmp_path / "a", "model = "))
    with pytest.raises(InvalidSetting, match="modle"):
        load_case(write(tmp_path / "b", 'modle = "m"'))
    with pytest.raises(InvalidSetting, match="title"):
        load_case(write(tmp_path / "c", "title = 7"))
    with pytest.raises(NoSuchPrompt, match="claim@v1"):
        load_case(write(tmp_path / "d", 'prompts = ["claim@v1"]')).settings()
    assert load_case(write(tmp_path / "e", "published = 2012-06-26")).article.published == "2012-06-26"


def test_a_case_without_replies_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFolder, match="no recorded replies"):
        load_case(write(tmp_path / "a")).replay()


def test_accepting_writes_the_result_without_what_proves_nothing(tmp_path: Path, golden: Path) -> None:
    case = seed_case(golden, tmp_path / "seed")
    before = case.expected.read_bytes()
    case.expected.unlink()
    assert case.accept(case.replay()) is True
    assert case.accept(case.replay()) is False
    assert case.expected.read_bytes() == before == canonical(case.replay())
    data = json.loads(before)
    assert not {"provenance", "usage"} & set(data)
    assert before.endswith(b"}\n")
    assert "é".encode() in before


def test_pruning_removes_the_replies_that_no_request_uses_and_no_other(tmp_path: Path) -> None:
    case = port_case(tmp_path / "port")
    used = set(case.replies.iterdir())
    (case.folder / "case.toml").write_text('model = "m"\nkinds = ["opinion"]\n', encoding="utf-8")
    changed = load_case(case.folder)
    record(changed, claims={"claims": []})
    assert changed.prune() == sorted(each for each in used if not each.name.startswith("segments"))
    assert changed.replay().claims == ()
    assert changed.prune() == []


def test_a_case_that_lacks_a_reply_is_not_pruned(tmp_path: Path) -> None:
    case = port_case(tmp_path / "port")
    next(case.replies.glob("claims-*")).unlink()
    with pytest.raises(ReplyMissing, match="claims@v2"):
        case.prune()
    assert len(list(case.replies.iterdir())) == 2


def test_each_sample_of_a_case_is_pruned_for_itself(tmp_path: Path) -> None:
    case = port_case(tmp_path / "port")
    record(case.at(2), claims={"claims": []})
    unused = case.at(2).replies / "claims-0000000000000000.json"
    unused.write_text("{}", encoding="utf-8")
    assert case.prune() == []
    assert case.at(2).prune() == [unused]


def test_an_option_that_says_what_the_case_says_is_no_contradiction(tmp_path: Path) -> None:
    case = load_case(write(tmp_path / "port", 'model = "m"\nseed = 3\n'))
    settings = case.live_settings({"model": "m", "base_url": "http://127.0.0.1:1/v1"})
    assert (settings.model, settings.seed, settings.base_url) == ("m", 3, "http://127.0.0.1:1/v1")


def test_a_case_can_be_asked_with_other_prompt_versions_than_its_own(golden: Path) -> None:
    case = load_case(golden / "seed")
    other = case.asked_with(["claims@v1"])
    assert (other.settings().prompts, case.settings().prompts) == (("claims@v1",), ())
    with pytest.raises(ReplyMissing, match="claims@v1"):
        other.replay()


def test_a_case_remembers_what_is_in_a_model_file_and_not_where_it_stands(tmp_path: Path) -> None:
    case = tmp_path / "case"
    case.mkdir()
    (case / "article.txt").write_text("Le pont rouvre.\n", encoding="utf-8")
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    model = str(tmp_path / "m.gguf")
    load_case(case).remember(load_settings({"model": model}))
    assert f'model = "{local_name(model)}"' in (case / "case.toml").read_text(encoding="utf-8")
    assert load_case(case).live_settings({"model": model}).model == model  # recorded again, or another sample
    (tmp_path / "m.gguf").write_bytes(b"GGUF, another")
    with pytest.raises(InvalidSetting, match=r"contradicts the case's case\.toml"):
        load_case(case).live_settings({"model": model})
