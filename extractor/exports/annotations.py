"""Results as W3C Web Annotations (https://www.w3.org/TR/annotation-model/), one page an article.

Offsets of a TextPositionSelector count code points, as the model says; a TextQuoteSelector has the words with
those around them.
"""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from extractor.exports.folders import FileNames, writing_to
from extractor.schemas.extraction.v1 import Assertion, Claim, Extraction, Hop, Segment, Span

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
AROUND = 32
"""Code points of the words before and after a quote."""

Node = dict[str, Any]


def annotation_page(result: Extraction, text: str) -> Node:
    """An AnnotationPage: an annotation for each segment, each assertion and each hop of a chain.

    Args:
        result: what was found.
        text: the article.

    They are about the text, whose name is that of its SHA-256 (RFC 6920: ``ni:///sha-256;...``): offsets
    count its code points, not those of a page at ``article.url``. That address, if it is one of the web, is
    their scope. The page is named ``urn:uuid:...``, by text and article id, its annotations by a fragment:
    ``#s3`` the third segment, ``#c1.2`` an assertion, ``#c1.2.h1`` its first hop.
    """
    return _Maker(result, text).page()


class _Maker:
    def __init__(self, result: Extraction, text: str) -> None:
        self._result = result
        self._text = text
        digest = sha256(text.encode()).digest()
        self._about = f"ni:///sha-256;{urlsafe_b64encode(digest).decode().rstrip('=')}"
        self._name = uuid5(NAMESPACE_URL, f"{self._about} {result.article.id}").urn
        self._scope = _web_address(result.article.url)
        self._language = result.article.language

    def page(self) -> Node:
        return {
            "@context": CONTEXT,
            "id": self._name,
            "type": "AnnotationPage",
            "label": self._result.article.id,
            "items": [*self._segments(), *self._claims()],
        }

    def _segments(self) -> Iterator[Node]:
        for number, each in enumerate(self._result.segments, start=1):
            yield self._annotation(
                f"s{number}", "classifying", [_tag(each.label, "classifying")], [self._range(each)]
            )

    def _claims(self) -> Iterator[Node]:
        for claim in self._result.claims:
            for number, said in enumerate(claim.assertions, start=1):
                name = f"{claim.id}.{number}"
                yield self._assertion(name, claim, said)
                for at, hop in enumerate(said.chain, start=1):
                    yield self._hop(f"{name}.h{at}", hop, name, said)

    def _assertion(self, name: str, claim: Claim, said: Assertion) -> Node:
        tags = [claim.kind, said.stance, said.certainty, *(["hearsay"] if said.hearsay else []), *said.checks]
        body = {**_text(claim.text, "describing"), **({"language": self._language} if self._language else {})}
        return self._annotation(
            name,
            "describing",
            [body, *(_tag(each) for each in tags)],
            [self._span(each) for each in said.evidence],
        )

    def _hop(self, name: str, hop: Hop, assertion: str, said: Assertion) -> Node:
        source = self._result.source(hop)
        spans = [each for each in (hop.source_span, hop.cue_span) if each]
        bodies = [
            _text(source.name, "identifying"),
            *(_tag(each) for each in (hop.relation, hop.style, source.kind)),
            {"type": "SpecificResource", "purpose": "linking", "source": self._iri(assertion)},
        ]
        # a hop without words of its own stands where its assertion stands
        return self._annotation(
            name, "linking", bodies, [self._span(each) for each in spans or said.evidence]
        )

    def _annotation(self, name: str, motivation: str, bodies: list[Node], targets: list[Node]) -> Node:
        return {
            "id": self._iri(name),
            "type": "Annotation",
            "motivation": motivation,
            "body": bodies,
            "target": targets,
        }

    def _iri(self, name: str) -> str:
        return f"{self._name}#{name}"

    def _range(self, segment: Segment) -> Node:
        return self._target(segment.start, segment.end)

    def _span(self, span: Span) -> Node:
        return self._target(span.start, span.end)

    def _target(self, start: int, end: int) -> Node:
        return {
            "type": "SpecificResource",
            "source": self._about,
            **({"scope": self._scope} if self._scope else {}),
            "selector": [
                {"type": "TextPositionSelector", "start": start, "end": end},
                {
                    "type": "TextQuoteSelector",
                    "exact": self._text[start:end],
                    "prefix": self._text[max(0, start - AROUND) : start],
                    "suffix": self._text[end : end + AROUND],
                },
            ],
        }


def _web_address(url: str | None) -> str | None:
    """The address as an IRI, if it is one of the web: of the others some run what is in them."""
    if not url or not re.match("https?://[^/]", url, re.IGNORECASE):
        return None
    return quote(url, safe="%/:?#[]@!$&'()*+,;=-._~")


def _text(value: str, purpose: str) -> Node:
    return {"type": "TextualBody", "purpose": purpose, "value": value}


def _tag(value: str, purpose: str = "tagging") -> Node:
    return _text(value, purpose)


def write_annotations(results: Iterable[tuple[Extraction, str]], folder: Path) -> list[Path]:
    """Write ``<id>.jsonld`` for each article; what a file name cannot hold of an id is percent-encoded.

    Args:
        results: each with its article's text.
        folder: made if it is missing.

    Raises:
        CannotWrite: the folder or a file cannot be written.
    """
    paths: list[Path] = []
    names = FileNames()
    with writing_to(folder):
        for result, text in results:
            path = folder / f"{names.of(result.article.id)}.jsonld"
            page = json.dumps(annotation_page(result, text), ensure_ascii=False, indent=2)
            path.write_text(f"{page}\n", encoding="utf-8", newline="\n")
            paths.append(path)
    return paths
