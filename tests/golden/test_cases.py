import json
import shutil
from pathlib import Path

import pytest

from extractor.errors import InvalidSetting, NoSuchCase, NoSuchFolder, NoSuchPrompt
from extractor.golden.cases import canonical, find_cases, load_case


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
    case = load_case(Path(shutil.copytree(golden / "seed", tmp_path / "seed")))
    before = case.expected.read_bytes()
    case.expected.unlink()
    assert case.accept(case.replay()) is True
    assert case.accept(case.replay()) is False
    assert case.expected.read_bytes() == before == canonical(case.replay())
    data = json.loads(before)
    assert not {"provenance", "usage"} & set(data)
    assert before.endswith(b"}\n")
    assert "é".encode() in before
