"""The HTML of a report's pages. Whatever comes from an article is escaped; nothing is inline."""

import json
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from extractor.report.escaping import text_html
from extractor.report.marks import parts, title_of
from extractor.schemas.extraction.v1 import Assertion, Claim, Extraction

LABELS = {
    "headline": "title, kicker, standfirst",
    "byline": "author, date, place",
    "body": "the article's own text",
    "caption": "caption or credit of a picture",
    "related": "another article pushed to the reader",
    "advert": "paid matter",
    "promo": "the outlet selling itself",
    "comment": "a reader's comment",
    "boilerplate": "navigation, legal text, counters",
    "other": "none of these",
}
"""The labels of segments in the order of a legend, with what they mean."""


def article_page(result: Extraction, text: str | None, *, previous: str | None, following: str | None) -> str:
    """The page of one article.

    Args:
        result: what was found.
        text: the article; None where it is gone or has changed, then only spans' own words are shown.
        previous: file name of the page before.
        following: file name of the page after.
    """
    return _render(
        "article.html",
        result=result,
        title=title_of(result, text),
        parts=None if text is None else list(parts(result, text)),
        claims=[_claim(result, claim) for claim in result.claims],
        labels={label: told for label, told in LABELS.items() if label in {s.label for s in result.segments}},
        previous=previous,
        following=following,
        root="../",
        page=True,
    )


def fragment(result: Extraction, text: str | None, *, style: Markup) -> str:
    """What ``fragment.result_html`` gives."""
    return _render(
        "fragment.html",
        result=result,
        parts=None if text is None else list(parts(result, text)),
        claims=[_claim(result, claim) for claim in result.claims],
        style=style,
        page=False,  # a notebook shows several: nothing in them has an id
    )


def index_page(rows: Markup, totals: dict[str, Any]) -> str:
    """The index: its rows as JSON for the script, and the sums above them."""
    return _render("index.html", rows=rows, totals=totals, labels=LABELS, root="")


def sources_page(**shown: Any) -> str:
    """Who says what, through whom, across all articles."""
    return _render("sources.html", **shown, root="")


def _claim(result: Extraction, claim: Claim) -> dict[str, Any]:
    said = [_assertion(result, claim, number, each) for number, each in enumerate(claim.assertions, start=1)]
    sides = {stance: [each for each in said if each["stance"] == stance] for stance in ("affirms", "denies")}
    return {"id": claim.id, "text": claim.text, "kind": claim.kind, "assertions": said, "sides": sides}


def _assertion(result: Extraction, claim: Claim, number: int, said: Assertion) -> dict[str, Any]:
    return {
        "id": f"{claim.id}.{number}",
        "stance": said.stance,
        "certainty": said.certainty,
        "hearsay": said.hearsay,
        "segment": said.segment,
        "said_when": said.said_when,
        "checks": said.checks,
        "evidence": said.evidence,
        "chain": [
            {
                "place": place,
                "source": result.source(hop),
                "relation": hop.relation,
                "style": hop.style,
                "cue": hop.cue_span.text if hop.cue_span else None,
            }
            for place, hop in enumerate(said.chain, start=1)
        ],
    }


def _told(value: object) -> str:
    """A value of a rejected item: words as they are, else JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _render(name: str, **variables: Any) -> str:
    return _environment().get_template(name).render(variables)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("extractor.report", "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["text"] = text_html
    environment.filters["told"] = _told
    return environment
