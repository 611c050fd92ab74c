"""What can change a result: the settings of a request, and the prompts and schemas they name."""

import json
from functools import lru_cache
from hashlib import sha256
from typing import Any

from extractor.article import Article
from extractor.catalog import RECORDS, load_prompt
from extractor.settings import ASKED, Settings

DIGITS = 16
"""Hexadecimal digits of a fingerprint: 64 bits."""


def asked_with(settings: Settings, model: str) -> dict[str, Any]:
    """The settings that change what is asked, as JSON, with every prompt by its version."""
    told = settings.model_dump(mode="json", include=set(ASKED))
    prompts = [load_prompt(settings.prompt(record)).name for record in RECORDS]
    return {**told, "model": model, "prompts": prompts}


def configuration_fingerprint(settings: Settings, model: str) -> str:
    """The same for two runs exactly if they ask the same of an article, word for word.

    Code is not part of it: what another version of the package makes of the same replies costs nothing.
    """
    return _configuration(settings, model)  # pyright: ignore[reportArgumentType]  # frozen settings have a hash


@lru_cache(maxsize=64)
def _configuration(settings: Settings, model: str) -> str:
    told = asked_with(settings, model)
    del told["profile"]  # it is told by its prompts and the window
    prints = [(prompt.sha256, prompt.schema.sha256) for prompt in map(load_prompt, told["prompts"])]
    return _fingerprint(json.dumps([told, prints], sort_keys=True, ensure_ascii=False))


def input_fingerprint(article: Article) -> str:
    """The same for two articles if their text and what prompts say of them agree; ids do not count."""
    told = [article.sha256, article.title, article.published, article.language]
    return _fingerprint(json.dumps(told, ensure_ascii=False))


def _fingerprint(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:DIGITS]
