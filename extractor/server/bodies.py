"""What comes in: bodies of a limited size within a limited time, and articles as rows."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from extractor.server.problems import Problem

T = TypeVar("T", bound=BaseModel)


class ArticleIn(BaseModel):
    """One article: its text, or a page in HTML; the rest is what is known of it otherwise."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "anyOf": [
                {"required": [name], "properties": {name: {"type": "string"}}} for name in ("text", "html")
            ],
            "examples": [
                {
                    "id": "2022-09-06-port",
                    "text": "Selon le maire, le port de Nantes rouvre lundi.\n\nLIRE AUSSI : la grève\n",
                    "title": "Le port rouvre",
                    "published": "2022-09-06",
                }
            ],
        },
    )

    id: str | None = Field(None, max_length=500, description="names it in results; else articles.jsonl:LINE")
    text: str | None = Field(None, description="plain text")
    html: str | None = Field(None, description="a web page, whose article is found first")
    title: str | None = Field(None, max_length=2_000)
    url: str | None = Field(None, max_length=4_000)
    published: str | None = Field(None, max_length=100)
    language: str | None = Field(None, max_length=35, description="BCP 47 tag")
    author: str | None = Field(None, max_length=500)
    site: str | None = Field(None, max_length=500)

    @model_validator(mode="after")
    def _has_text(self) -> "ArticleIn":
        if self.text is None and self.html is None:
            raise ValueError("text or html is needed")
        return self


class ArticlesIn(BaseModel):
    """The articles of a job."""

    model_config = ConfigDict(extra="forbid")

    articles: list[ArticleIn] = Field(min_length=1)


async def read_body(request: Request, most: int, seconds: float) -> bytes:
    """The body of a request.

    Raises:
        Problem: 413 over ``most`` bytes, 408 after ``seconds``.
    """
    parts = [part async for part in _parts(request, most, seconds)]
    return b"".join(parts)


async def save_body(request: Request, path: Path, most: int, seconds: float) -> None:
    """Write the body of a request to a file, and make sure that it stays there.

    Raises:
        Problem: as of ``read_body``.
    """
    with path.open("wb") as file:
        async for part in _parts(request, most, seconds):
            file.write(part)
        file.flush()
        os.fsync(file.fileno())


async def _parts(request: Request, most: int, seconds: float) -> AsyncIterator[bytes]:
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > most:
        raise _too_large(most)
    size = 0
    parts = aiter(request.stream())
    end = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            async with asyncio.timeout_at(end):
                part = await anext(parts)
        except StopAsyncIteration:
            return
        except TimeoutError:
            told = f"the body did not come within {seconds:g} seconds"
            raise Problem(HTTPStatus.REQUEST_TIMEOUT, told, Connection="close") from None
        size += len(part)
        if size > most:
            raise _too_large(most)
        yield part


def _too_large(most: int) -> Problem:
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {most:,} bytes", Connection="close")


def parse(kind: type[T], data: bytes) -> T:
    """A body as what it should be.

    Raises:
        Problem: 422, with what is wrong and where, but without what was given.
    """
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        told = f"{place}: {first['msg']}" if place else first["msg"]
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, told) from None


def media_type(request: Request, *allowed: str) -> str:
    """The content type of a request.

    Raises:
        Problem: 415 if it is none of these.
    """
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in allowed:
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the content type should be {' or '.join(allowed)}")
    return given


def row(article: ArticleIn) -> Mapping[str, str]:
    """An article as a row of a table."""
    told: dict[str, Any] = article.model_dump(exclude_none=True)
    return told


def write_rows(articles: ArticlesIn, path: Path) -> None:
    """Write the articles of a job as JSON lines."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for article in articles.articles:
            file.write(json.dumps(row(article), ensure_ascii=True) + "\n")
        file.flush()
        os.fsync(file.fileno())


def count_rows(path: Path) -> int:
    """Lines of a file that are not empty."""
    with path.open("rb") as lines:
        return sum(1 for line in lines if line.strip())
