"""A short article about a port, replies about it, how to run them, and what holds of any result."""

import asyncio
from typing import Any, cast

from doubles.scripted import Answer, Scripted, claim, hop, saying, source
from extractor import Article, Extraction
from extractor.pipeline import extract_article
from extractor.settings import Options, load_settings

TEXT = (
    "Selon Anne Roux, le port rouvre lundi, rapporte l’Écho.\n"
    "« Nous avons 40 navires« , a dit la ministre.\n"
    "LIRE AUSSI : le port rouvre lundi\n"
    "Le maire nie : « C’est faux. »\n"
    "Bravo 👏🏿🔥"
)
SEGMENTS = {
    "language": "fr",
    "segments": [
        {"first_unit": 1, "starts_with": None, "last_unit": 2, "label": "body"},
        {"first_unit": 3, "starts_with": None, "last_unit": 3, "label": "related"},
        {"first_unit": 4, "starts_with": None, "last_unit": 4, "label": "body"},
        {"first_unit": 5, "starts_with": None, "last_unit": 5, "label": "comment"},
    ],
}


def assert_spans_are_slices(result: Extraction, text: str) -> None:
    def walk(node: Any) -> None:
        if isinstance(node, dict):
            entries = cast("dict[str, Any]", node)
            if {"start", "end", "text"} <= set(entries):
                assert entries["text"] == text[entries["start"] : entries["end"]]
            for value in entries.values():
                walk(value)
        elif isinstance(node, list):
            items: list[Any] = [*node]
            for item in items:
                walk(item)

    walk({**result.model_dump(mode="json"), "rejected": []})


CLAIMS = {
    "claims": [
        claim("Il y a 40 navires.", (2, "« Nous avons 40 navires»")),
        claim("Le port rouvre lundi.", (1, "le port rouvre lundi"), (4, "C'est faux.")),
    ]
}


SOURCES = [
    source("a", "l'Écho", kind="media"),
    source("b", "Anne Roux", role="la ministre"),
    source("c", "maire", named=False),
]


SAYINGS = [
    saying("c1.1", hop("a", 1, "l’Écho", "rapporte"), hop("b", 1, "Anne Roux", "Selon")),
    saying("c1.2", hop("c", 4, "Le maire", "nie", style="direct"), stance="denies"),
    saying("c2.1", hop("b", 2, "la ministre", "a dit", style="direct"), said_when=None),
]


ATTRIBUTION = {"sources": SOURCES, "sayings": SAYINGS}


def run(
    text: str = TEXT, *, options: dict[str, Any] | None = None, **answers: Answer | list[Answer]
) -> Extraction:
    return run_model(
        Scripted(**{"segments": SEGMENTS, "claims": CLAIMS, "attribution": ATTRIBUTION, **answers}),
        text,
        options,
    )


def run_model(model: Scripted, text: str = TEXT, options: dict[str, Any] | None = None) -> Extraction:
    settings = load_settings(Options(**{"reasks": 1, **(options or {})}))  # type: ignore[typeddict-item]
    result = asyncio.run(extract_article(Article(text), model, settings, "m"))
    assert_spans_are_slices(result, text)
    return result


ONE_CLAIM = {"claims": [claim("x", (4, "C’est faux."))]}


def attributed(
    *chain: dict[str, Any], sources: list[dict[str, Any]] = SOURCES, **facts: Any
) -> dict[str, Any]:
    return {"sources": sources, "sayings": [saying("c1.1", *chain, **facts)]}
