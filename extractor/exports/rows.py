"""Results as rows of tidy tables, joined by ids: docs/exports.md says what each column is.

``article`` is in every table; a claim is named by ``article`` and ``claim``, an assertion by ``article`` and
``assertion`` (``c1.2`` is the second of claim ``c1``), a source by ``article`` and ``source``.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from extractor.schemas.extraction.v1 import Assertion, Extraction, Span

Row = dict[str, Any]

TABLES: Mapping[str, Mapping[str, type]] = {
    "articles": {
        "article": str, "status": str, "title": str, "url": str, "published": str, "language": str,
        "author": str, "site": str, "sha256": str, "characters": int, "claims": int, "sources": int,
        "rejected": int, "problems": int, "model": str, "calls": int, "cost": float,
    },
    "segments": {"article": str, "segment": int, "label": str, "start": int, "end": int},
    "sources": {
        "article": str, "source": str, "name": str, "kind": str, "named": bool, "role": str, "anonymity": str,
        "speaks_for": str,
    },
    "mentions": {"article": str, "source": str, "start": int, "end": int, "text": str},
    "claims": {"article": str, "claim": str, "text": str, "kind": str, "assertions": int},
    "assertions": {
        "article": str, "claim": str, "assertion": str, "segment": str, "stance": str, "certainty": str,
        "hearsay": bool, "said_when": str, "hops": int, "source": str, "checks": str,
    },
    "evidence": {
        "article": str, "assertion": str, "piece": int, "start": int, "end": int, "text": str, "match": str,
    },
    "hops": {
        "article": str, "assertion": str, "hop": int, "source": str, "relation": str, "style": str,
        "source_start": int, "source_end": int, "source_text": str, "cue_start": int, "cue_end": int,
        "cue_text": str,
    },
    "rejected": {"article": str, "record": str, "reason": str, "value": str},
    "problems": {"article": str, "error": str, "record": str, "message": str},
}  # fmt: skip
"""Each table's columns and their types; any may be null but those that name the row."""


def rows(result: Extraction) -> Iterator[tuple[str, Row]]:
    """Every row of a result with the name of its table."""
    for name, make in _MAKERS.items():
        for row in make(result):
            yield name, {"article": result.article.id, **row}


def _articles(result: Extraction) -> Iterator[Row]:
    info = result.article
    facts = ("title", "url", "published", "language", "author", "site", "sha256", "characters")
    yield {
        "status": result.status,
        **{name: getattr(info, name) for name in facts},
        "claims": len(result.claims),
        "sources": len(result.sources),
        "rejected": len(result.rejected),
        "problems": len(result.problems),
        "model": result.provenance.model if result.provenance else None,
        "calls": result.usage.calls,
        "cost": result.usage.cost,
    }


def _segments(result: Extraction) -> Iterator[Row]:
    for number, each in enumerate(result.segments, start=1):
        yield {"segment": number, **each.model_dump()}


def _sources(result: Extraction) -> Iterator[Row]:
    for each in result.sources:
        yield {"source": each.id, **each.model_dump(exclude={"id", "mentions"})}


def _mentions(result: Extraction) -> Iterator[Row]:
    for each in result.sources:
        for span in each.mentions:
            yield {"source": each.id, **span.model_dump()}


def _claims(result: Extraction) -> Iterator[Row]:
    for each in result.claims:
        yield {"claim": each.id, "text": each.text, "kind": each.kind, "assertions": len(each.assertions)}


def _assertions(result: Extraction) -> Iterator[Row]:
    for claim, name, said in _said(result):
        yield {
            "claim": claim,
            "assertion": name,
            **said.model_dump(include={"segment", "stance", "certainty", "hearsay", "said_when"}),
            "hops": len(said.chain),
            "source": said.chain[-1].source if said.chain else None,
            "checks": " ".join(said.checks) or None,
        }


def _evidence(result: Extraction) -> Iterator[Row]:
    for _, name, said in _said(result):
        for number, each in enumerate(said.evidence, start=1):
            yield {"assertion": name, "piece": number, **each.model_dump()}


def _hops(result: Extraction) -> Iterator[Row]:
    for _, name, said in _said(result):
        for number, hop in enumerate(said.chain, start=1):
            yield {
                "assertion": name,
                "hop": number,
                **hop.model_dump(include={"source", "relation", "style"}),
                **_span("source", hop.source_span),
                **_span("cue", hop.cue_span),
            }


def _rejected(result: Extraction) -> Iterator[Row]:
    for each in result.rejected:
        yield {
            "record": each.record,
            "reason": each.reason,
            "value": json.dumps(each.value, ensure_ascii=False),
        }


def _problems(result: Extraction) -> Iterator[Row]:
    for each in result.problems:
        yield each.model_dump()


def _said(result: Extraction) -> Iterator[tuple[str, str, Assertion]]:
    """Each assertion with its claim's id and its own."""
    for claim in result.claims:
        for number, said in enumerate(claim.assertions, start=1):
            yield claim.id, f"{claim.id}.{number}", said


def _span(what: str, span: Span | None) -> Row:
    told = span.model_dump() if span else dict.fromkeys(("start", "end", "text"))
    return {f"{what}_{key}": value for key, value in told.items()}


_MAKERS: Mapping[str, Callable[[Extraction], Iterator[Row]]] = {
    "articles": _articles,
    "segments": _segments,
    "sources": _sources,
    "mentions": _mentions,
    "claims": _claims,
    "assertions": _assertions,
    "evidence": _evidence,
    "hops": _hops,
    "rejected": _rejected,
    "problems": _problems,
}
