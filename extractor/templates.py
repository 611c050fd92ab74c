"""Render a prompt to messages. Article text is only ever a variable: it is never parsed as a template."""

import json
from functools import cache

from jinja2 import Environment, StrictUndefined, Template

from extractor.catalog import Prompt

Message = dict[str, str]
"""One chat message: ``role`` and ``content``."""


def render(prompt: Prompt, **variables: object) -> list[Message]:
    """Fill in a prompt's templates, one message each.

    Raises:
        jinja2.UndefinedError: the prompt uses a variable that was not given.
    """
    return [
        {"role": role, "content": _compile(template).render(variables).strip("\n")}
        for role, template in prompt.templates
    ]


@cache
def _environment() -> Environment:
    # Autoescape would turn an article's "&" into "&amp;": messages are plain text, not HTML.
    environment = Environment(
        autoescape=False,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["json"] = _to_json
    return environment


@cache
def _compile(template: str) -> Template:
    return _environment().from_string(template)


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
