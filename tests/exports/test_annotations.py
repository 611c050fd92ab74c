"""Web Annotations: valid JSON-LD, whose selectors find their words in the text."""

import json
from base64 import urlsafe_b64decode
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from doubles.port import TEXT, run

from extractor.exports.annotations import CONTEXT, annotation_page, write_annotations

jsonld: Any = import_module("pyld.jsonld")  # it has no types
OA = "http://www.w3.org/ns/oa#"
TERMS = {
    "id": "@id",
    "type": "@type",
    "Annotation": f"{OA}Annotation",
    "SpecificResource": f"{OA}SpecificResource",
    "TextPositionSelector": f"{OA}TextPositionSelector",
    "TextQuoteSelector": f"{OA}TextQuoteSelector",
    "TextualBody": f"{OA}TextualBody",
    "AnnotationPage": "https://www.w3.org/ns/activitystreams#OrderedCollectionPage",
    "items": {
        "@id": "https://www.w3.org/ns/activitystreams#items", "@type": "@id", "@container": "@list"
    },
    "label": "http://www.w3.org/2000/01/rdf-schema#label",
    "body": {"@id": f"{OA}hasBody", "@type": "@id"},
    "target": {"@id": f"{OA}hasTarget", "@type": "@id"},
    "source": {"@id": f"{OA}hasSource", "@type": "@id"},
    "scope": {"@id": f"{OA}hasScope", "@type": "@id"},
    "selector": {"@id": f"{OA}hasSelector", "@type": "@id"},
    "motivation": {"@id": f"{OA}motivatedBy", "@type": "@vocab"},
    "purpose": {"@id": f"{OA}hasPurpose", "@type": "@vocab"},
    **{name: f"{OA}{name}" for name in ("classifying", "describing", "identifying", "linking", "tagging")},
    "exact": f"{OA}exact",
    "prefix": f"{OA}prefix",
    "suffix": f"{OA}suffix",
    "start": f"{OA}start",
    "end": f"{OA}end",
    "value": "http://www.w3.org/1999/02/22-rdf-syntax-ns#value",
    "language": "http://purl.org/dc/elements/1.1/language",
}  # fmt: skip
"""The terms of the annotation context that are used, by their published addresses."""


def nodes(page: Any) -> list[dict[str, Any]]:
    """The page as a JSON-LD processor reads it: flattened nodes with full addresses."""

    def load(url: str, _: Any) -> Any:
        assert url == CONTEXT
        return {"contextUrl": None, "documentUrl": url, "document": {"@context": TERMS}}

    found: list[dict[str, Any]] = jsonld.flatten(page, options={"documentLoader": load})
    return found


def of_type(found: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [each for each in found if f"{OA}{name}" in each.get("@type", [])]


def test_a_processor_reads_every_segment_assertion_and_hop() -> None:
    result = run()
    found = of_type(nodes(annotation_page(result, TEXT)), "Annotation")
    said = [each for claim in result.claims for each in claim.assertions]
    assert len(found) == len(result.segments) + len(said) + sum(len(each.chain) for each in said)
    motives = {each[f"{OA}motivatedBy"][0]["@id"].removeprefix(OA) for each in found}
    assert motives == {"classifying", "describing", "linking"}


def test_every_key_has_an_address_and_no_term_is_lost() -> None:
    for each in nodes(about("https://echo.example/port")):
        assert all(key.startswith(("@", "http")) for key in each)


def test_both_selectors_of_a_target_find_the_same_words() -> None:
    found = nodes(annotation_page(run(), TEXT))
    by_id = {each["@id"]: each for each in found}
    found_targets = [each for each in found if f"{OA}hasSelector" in each]
    assert found_targets
    for target in found_targets:
        selectors = [by_id[each["@id"]] for each in target[f"{OA}hasSelector"]]
        (position,), (quote,) = (of_type(selectors, f"Text{kind}Selector") for kind in ("Position", "Quote"))
        start, end = (position[f"{OA}{name}"][0]["@value"] for name in ("start", "end"))
        exact, prefix, suffix = (quote[f"{OA}{name}"][0]["@value"] for name in ("exact", "prefix", "suffix"))
        assert TEXT[start:end] == exact
        assert TEXT[:start].endswith(prefix)
        assert TEXT[end:].startswith(suffix)


def test_a_hop_names_its_source_and_the_assertion_it_belongs_to() -> None:
    page = annotation_page(run(), TEXT)
    hop = next(each for each in page["items"] if each["id"].endswith("#c1.1.h2"))
    assert [each.get("value") for each in hop["body"]] == ["Anne Roux", "says", "indirect", "person", None]
    assert hop["body"][-1]["source"].endswith("#c1.1")
    assert [each["selector"][1]["exact"] for each in hop["target"]] == ["Anne Roux", "Selon"]


def about(url: str | None, id_: str = "port.txt") -> Any:
    result = run()
    known = result.article.model_copy(update={"url": url, "id": id_})
    return annotation_page(result.model_copy(update={"article": known}), TEXT)


def targets(page: Any) -> list[dict[str, Any]]:
    return [target for each in page["items"] for target in each["target"]]


def test_annotations_are_about_the_text_that_their_offsets_count() -> None:
    digest = urlsafe_b64decode(targets(about(None))[0]["source"].removeprefix("ni:///sha-256;") + "=")
    assert digest == sha256(TEXT.encode()).digest()
    assert len({each["source"] for each in targets(about("https://echo.example/port"))}) == 1


@pytest.mark.parametrize(
    ("url", "scope"),
    [
        ("https://echo.example/port?a=1#b", "https://echo.example/port?a=1#b"),
        ("http://écho.example/le port", "http://%C3%A9cho.example/le%20port"),
        ("javascript:alert(1)", None),
        ("https://", None),
        ("port.txt", None),
        (None, None),
    ],
)
def test_the_scope_is_the_address_of_an_article_on_the_web(url: str | None, scope: str | None) -> None:
    assert {each.get("scope") for each in targets(about(url))} == {scope}


def test_two_articles_of_one_text_have_annotations_of_their_own() -> None:
    one, other = about(None, "a.txt"), about(None, "b.txt")
    assert not {each["id"] for each in one["items"]} & {each["id"] for each in other["items"]}
    assert one["id"] == about(None, "a.txt")["id"]
    assert targets(one)[0]["source"] == targets(other)[0]["source"]


def test_each_article_is_a_file_of_its_own(tmp_path: Path) -> None:
    result = run()
    named = [
        result.model_copy(update={"article": result.article.model_copy(update={"id": id_})})
        for id_ in ("a/b.txt", "../../etc/passwd", "a%2Fb.txt")
    ]
    paths = write_annotations(((each, TEXT) for each in named), tmp_path / "new")
    assert len(set(paths)) == len(list((tmp_path / "new").iterdir())) == 3
    assert [json.loads(path.read_bytes())["label"] for path in paths] == [each.article.id for each in named]
