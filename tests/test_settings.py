import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from extractor import extract, read_article
from extractor.errors import InvalidSetting
from extractor.settings import Options, Settings, load_settings


def test_options_and_settings_have_the_same_names() -> None:
    assert list(Options.__annotations__) == list(Settings.model_fields)


def test_every_setting_is_documented() -> None:
    told = re.findall(r"^ +(\w+): ", inspect.getdoc(Settings) or "", re.MULTILINE)
    assert told == list(Settings.model_fields)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"modle": "m"}, "modle"),
        ({"timeout": 0}, "timeout"),
        ({"temperature": "hot"}, "temperature"),
        ({"mode": "xml"}, "mode"),
        ({"base_url": "no url"}, "base_url"),
        ({"base_url": "ftp://x"}, "base_url"),
        ({"claims_from": ["bodies"]}, "claims_from"),
        ({"concurrency": 0}, "concurrency"),
        ({"window": 10}, "window"),
    ],
)
def test_a_wrong_setting_is_named(options: Any, name: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        load_settings(options)
    assert caught.value.name == name


def test_the_value_of_a_wrong_setting_is_not_repeated() -> None:
    with pytest.raises(InvalidSetting) as caught:
        load_settings(Options(base_url="ftp://me:hunter2@example.org"))
    assert "hunter2" not in repr(caught.value) + str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("key", ["sk-secr\u00e9", "sk\nx", "sk\x1b"])
def test_a_key_that_cannot_go_into_a_header_is_named_but_not_shown(key: str) -> None:
    with pytest.raises(InvalidSetting, match="printable ASCII") as caught:
        load_settings(Options(api_key=key))
    assert key not in repr(caught.value)
    stripped = load_settings(Options(api_key="sk-x\n")).api_key
    assert stripped is not None
    assert stripped.get_secret_value() == "sk-x"


def test_the_key_is_never_shown() -> None:
    settings = load_settings(Options(api_key="sk-secret", model="m"))
    assert "sk-secret" not in repr(settings) + str(settings.model_dump()) + settings.model_dump_json()


def test_arguments_win_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXTRACTOR_MODEL", "env")
    monkeypatch.setenv("EXTRACTOR_TIMEOUT", "7")
    monkeypatch.setenv("EXTRACTOR_SEED", "")
    settings = load_settings(Options(model="argument"))
    assert (settings.model, settings.timeout, settings.seed) == ("argument", 7.0, None)


def test_a_replay_depends_on_its_arguments_alone(monkeypatch: pytest.MonkeyPatch, golden: Path) -> None:
    monkeypatch.setenv("EXTRACTOR_MODEL", "env")
    monkeypatch.setenv("EXTRACTOR_TEMPERATURE", "0.7")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-env")
    settings = load_settings(Options(replay=golden))
    assert (settings.model, settings.temperature, settings.api_key) == (None, None, None)
    assert extract(read_article(golden / "seed" / "article.txt"), replay=golden).status == "complete"


def test_an_unsuitable_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXTRACTOR_TIMEOUT", "soon")
    with pytest.raises(InvalidSetting, match="timeout"):
        load_settings(Options())


def test_the_cache_is_in_the_users_cache_folder_unless_said_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("EXTRACTOR_CACHE")
    assert isinstance(load_settings(Options()).cache, Path)
    assert load_settings(Options(cache=False)).cache is False
    assert load_settings(Options(cache="here")).cache == Path("here")
    monkeypatch.setenv("EXTRACTOR_CACHE", "false")
    assert load_settings(Options()).cache is False


def test_lists_in_the_environment_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXTRACTOR_KINDS", "fact,opinion")
    assert load_settings(Options()).kinds == ("fact", "opinion")


def test_a_prompt_version_is_chosen_by_record() -> None:
    settings = load_settings(Options(prompts=("claims@v1",)))
    assert [settings.prompt(record) for record in ("claims", "segments")] == ["claims@v1", "segments"]
