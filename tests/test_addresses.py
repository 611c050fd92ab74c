"""Addresses with passwords: which are taken, and that none is shown."""

import asyncio
import pickle
from pathlib import Path
from typing import Any

import pytest
from doubles.command import run

from extractor.addresses import RedisURL, read_place
from extractor.configuration import asked_with, configuration_fingerprint
from extractor.errors import InvalidSetting
from extractor.models.probe import Probed, Tried
from extractor.models.settled import FILE, remember, settled
from extractor.settings import Options, load_settings

SECRET = "hunter2"  # noqa: S105 - shown nowhere is what is tested


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"redis://:{SECRET}@host:6379/0", "redis://***@host:6379/0"),
        (f"rediss://me:{SECRET}@host", "rediss://***@host"),
        (f"REDIS://:{SECRET}@[::1]:6379", "redis://***@[::1]:6379"),
        (f"redis://host/1?password={SECRET}", "redis://host/1"),
        (f"unix://:{SECRET}@/run/redis/socket?db=1", "unix://***@/run/redis/socket"),
        ("redis://127.0.0.1", "redis://127.0.0.1"),
    ],
)
def test_an_address_shows_neither_password_nor_options(
    monkeypatch: pytest.MonkeyPatch, url: str, shown: str
) -> None:
    monkeypatch.setenv("EXTRACTOR_CACHE", url)
    for settings in (
        load_settings({}),
        load_settings({"cache": url}),
        load_settings({"cache": RedisURL(url)}),
    ):
        cache = settings.cache
        assert isinstance(cache, RedisURL)
        assert cache.get_secret_value() == url
        assert (str(cache), repr(cache)) == (shown, f"RedisURL({shown!r})")
        assert settings.model_dump(mode="json")["cache"] == shown
        assert SECRET not in f"{settings!r}{settings.model_dump()}{settings.model_dump_json()}"
        assert SECRET not in str(asked_with(settings, "m"))
        assert pickle.loads(pickle.dumps(settings)) == settings  # noqa: S301 - our own
        assert configuration_fingerprint(settings, "m")


@pytest.mark.parametrize(
    "value", ["here", "./redis:", "redis", "redis:6379", "C:/cache", "/a//b", Path("here")]
)
def test_what_is_no_address_is_a_folder(value: str | Path) -> None:
    assert load_settings({"cache": value}).cache == Path(value)


@pytest.mark.parametrize(
    "value",
    [
        f"redis://:{SECRET}/x@host", f"redis://:{SECRET}?x@host", f"redis://:{SECRET}#x@host",
        f"redis://me:{SECRET}?x@host", f"redis://:{SECRET}@", "redis://", "redis://host:port", "redis://h:99999",
        f"redis://:{SECRET}@host/name", f"unix://:{SECRET}@host/run/socket", "unix://", "unix:///",
        f"postgres://:{SECRET}@host", f"redis+tls://:{SECRET}@host", f"redis://:{SECRET}[@host", "redis://h:0",
        Path(f"redis://:{SECRET}@host"), Path(f"unix://:{SECRET}@/run/socket"),
    ],
)  # fmt: skip
def test_an_address_of_another_form_is_named_and_not_shown(value: Any) -> None:
    with pytest.raises(InvalidSetting) as caught:
        load_settings({"cache": value})
    assert caught.value.name == "cache"
    assert SECRET not in f"{caught.value}{caught.value!r}"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("value", [False, None, 3])
def test_what_is_no_text_is_left_to_others(value: object) -> None:
    assert read_place(value) is value


def test_the_command_line_takes_an_address_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Le port rouvre.")
    url = f"redis://:{SECRET}@127.0.0.1:9/0"
    ran = run(
        "run", tmp_path / "a.txt", "--out", tmp_path / "out", "--cache", url, "--model", "m",
        "--base-url", "http://127.0.0.1:9/v1",
    )  # fmt: skip
    assert ran.returncode == 2
    assert "reply cache redis://***@127.0.0.1:9/0: " in ran.stderr
    assert SECRET not in ran.stdout + ran.stderr


def test_what_is_known_of_endpoints_is_kept_in_the_users_cache_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extractor.models.settled.cache_folder", lambda: tmp_path)
    settings = load_settings(Options(cache="redis://127.0.0.1", model="m", mode="auto"))
    tried = Tried("tools", strict=False, finding="kept", seconds=0.1, reason=None, has_usage=True)
    assert remember(settings, "m", Probed((tried,), ()))
    assert (tmp_path / FILE).is_file()
    assert asyncio.run(settled(settings, "m")).mode == "tools"
