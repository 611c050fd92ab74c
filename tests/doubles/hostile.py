"""Results of articles that try to run, to break out, to turn text round: a report shows them as text."""

from typing import Any

from extractor.article import Article
from extractor.schemas.extraction.v1 import ArticleInfo, Extraction

ATTACKS = (
    "<script>alert(1)</script>",
    "</textarea></script></style><!--",
    '"><img src=x onerror=alert(2)>',
    "<a href='javascript:alert(3)'>x</a>",
    "{{ 7*7 }}{% raw %}",
    "\u202eabc\u202c def \u2066ghi",
    "\x1b[31mred\x07",
    "&amp; &lt;b&gt; &#60;",
)
TEXT = "\n".join(
    (
        f"Selon {ATTACKS[2]}, le port 👏🏿🔥 rouvre lundi, rapporte l’Écho.\r",
        "Le maire nie : « C’est faux. »",
        "قال الوزير إن الميناء مغلق",
        *ATTACKS,
        "]]> \u2028\u2029 end",
    )
)
"""Astral characters, a carriage return, a right-to-left line and every attack."""


def _span(words: str, **more: Any) -> dict[str, Any]:
    start = TEXT.index(words)
    return {"start": start, "end": start + len(words), "text": words, **more}


def _hop(source: str, words: str | None, cue: str | None, relation: str = "says") -> dict[str, Any]:
    return {
        "source": source,
        "relation": relation,
        "style": "direct",
        "source_span": _span(words) if words else None,
        "cue_span": _span(cue) if cue else None,
    }


def _assertion(words: str, *chain: dict[str, Any], stance: str = "affirms", **more: Any) -> dict[str, Any]:
    return {
        "evidence": [_span(words, match="exact")],
        "segment": "body",
        "stance": stance,
        "certainty": "certain",
        "hearsay": False,
        "said_when": None,
        "chain": list(chain),
        "checks": [],
        **more,
    }


def _source(id_: str, name: str, kind: str = "person") -> dict[str, Any]:
    unset: dict[str, Any] = {"role": None, "anonymity": None, "speaks_for": None, "mentions": []}
    return {"id": id_, "name": name, "kind": kind, "named": True, **unset}


def _result(id_: str, **more: Any) -> Extraction:
    article = Article(TEXT, id=id_)
    border = TEXT.index(ATTACKS[0])
    told: dict[str, Any] = {
        "schema": "extraction/v1",
        "article": ArticleInfo(
            id=id_,
            title=f"{ATTACKS[0]} {id_[:20]}",
            url="javascript:alert(4)",
            published="2024-03-12",
            language="fr",
            author=ATTACKS[2],
            site="<b>L'Écho</b>",
            sha256=article.sha256,
            characters=len(TEXT),
        ),
        "status": "complete",
        "segments": [
            {"label": "body", "start": 0, "end": border},
            {"label": "comment", "start": border, "end": len(TEXT)},
        ],
        "sources": [
            _source("s1", "l’Écho", "media"), _source("s2", ATTACKS[2]), _source("s3", "Le maire"),
        ],
        "claims": [
            {
                "id": "c1",
                "text": f"Le port rouvre lundi {ATTACKS[1]}",
                "kind": "fact",
                "assertions": [
                    _assertion(
                        "le port 👏🏿🔥 rouvre lundi",
                        _hop("s1", "l’Écho", "rapporte"),
                        _hop("s2", ATTACKS[2], "Selon"),
                    ),
                    _assertion("C’est faux", _hop("s3", "Le maire", "nie"), stance="denies"),
                ],
            },
            {
                "id": "c2",
                "text": "Le port a 👏🏿🔥.",
                "kind": "forecast",
                "assertions": [
                    _assertion("port 👏🏿🔥", hearsay=True, said_when="lundi", checks=["quote-case"])
                ],
            },
        ],
        "rejected": [{"record": "claims", "reason": ATTACKS[0], "value": {ATTACKS[2]: list(ATTACKS)}}],
        "problems": [],
        "provenance": None,
        "usage": {},
        **more,
    }  # fmt: skip
    return Extraction.model_validate(told)


FAILED: dict[str, Any] = {
    "status": "failed",
    "segments": [],
    "sources": [],
    "claims": [],
    "problems": [{"error": "ModelRefused", "record": "segments", "message": ATTACKS[0]}],
}
RESULTS: tuple[tuple[Extraction, str | None], ...] = (
    (_result("plain.txt"), TEXT),
    (_result('a/b?c#d%20<script>"'), TEXT),
    (_result("../../etc/passwd", status="partial"), None),
    (_result("failed", **FAILED), TEXT),
)
"""An article, one with a name that is no file name, one whose text is gone, one that failed."""
