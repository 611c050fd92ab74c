"""The small profile: schemas narrowed to what there is, and its replies in the form of the others."""

import asyncio
import json
import re
from typing import Any

import jsonschema
import pytest
from doubles import scripted
from doubles.scripted import Scripted
from pydantic import BaseModel
from test_catalog import assert_fits_the_strict_subset

from extractor.article import Article
from extractor.asking import salvage
from extractor.catalog import load_schema
from extractor.excerpts import whole_units
from extractor.grounding.searchable import Searchable
from extractor.models.call import Reply, Request
from extractor.narrowing import LONGEST_NAME, MOST_CLAUSES, clause_runs, narrowed, word_runs
from extractor.pipeline import extract_article
from extractor.schemas.attribution import v3
from extractor.schemas.claims import v1 as claims_v1
from extractor.schemas.claims import v2 as claims_v2
from extractor.schemas.extraction.v1 import Extraction
from extractor.schemas.segments import v2 as segments_v2
from extractor.settings import load_settings
from extractor.small import in_claims, in_ranges, with_registry
from extractor.units import split_units

TEXT = """Le pont rouvre
LIRE AUSSI : la grève
Selon le maire, le pont, fermé depuis mai, rouvre lundi. La direction a dit à l'AFP qu'il « reste fermé ».
Lucie : bravo
Et encore bravo. Vraiment.
"""
SEGMENTS = {
    "language": "fr",
    "labels": {
        "1": "headline", "2": "related", "3": "body", "4": "body",
        "5": "comment", "6": "comment", "7": "comment",
    },
}  # fmt: skip
CLAIMS = {
    "units": {
        "1": [],
        "3": [{"quote": "rouvre lundi", "text": "Le pont rouvre lundi.", "kind": "forecast"}],
        "4": [{"quote": "reste fermé", "text": "Le pont reste fermé.", "kind": "fact"}],
    }
}


def said(**more: Any) -> dict[str, Any]:
    return {
        "source": None, "kind": "media", "named": False, "cue": None, "quoted": False, "medium": None,
        "stance": "affirms", "certainty": "certain", "hearsay": False, **more,
    }  # fmt: skip


ATTRIBUTION = {
    "assertions": {
        "c1.1": said(source="le maire", kind="person", cue="Selon"),
        "c2.1": said(source="La direction", kind="organisation", cue="a dit", quoted=True, medium="l'AFP"),
    }
}


class _Attributing(Scripted):
    """Says of every assertion that it is the outlet's own."""

    asked_about: list[int]

    async def __call__(self, request: Request) -> Reply:
        if request.record != "attribution":
            return await super().__call__(request)
        schema = request.body["response_format"]["json_schema"]["schema"]
        ids = schema["properties"]["assertions"]["required"]
        self.asked_about = [*getattr(self, "asked_about", []), len(ids)]
        return scripted.reply(json.dumps({"assertions": {id_: said() for id_ in ids}}))


def extracted(model: Scripted, **options: Any) -> Extraction:
    told: Any = {"profile": "small", **options}
    return asyncio.run(extract_article(Article(TEXT), model, load_settings(told), "m"))


def schema_of(model: Scripted, record: str) -> dict[str, Any]:
    (request,) = [each for each in model.requests if each.record == record]
    schema: dict[str, Any] = request.body["response_format"]["json_schema"]["schema"]
    return schema


def test_an_article_is_extracted_by_the_prompts_of_the_profile() -> None:
    result = extracted(Scripted(segments=SEGMENTS, claims=CLAIMS, attribution=ATTRIBUTION))
    assert result.status == "complete"
    assert result.rejected == ()
    assert result.provenance
    assert [each.prompt for each in result.provenance.records.values()] == [
        "segments@v2", "claims@v3", "attribution@v3"
    ]  # fmt: skip
    assert [(each.label, TEXT[each.start : each.end].strip()[:11]) for each in result.segments] == [
        ("headline", "Le pont rou"),
        ("related", "LIRE AUSSI "),
        ("body", "Selon le ma"),
        ("comment", "Lucie : bra"),
        ("comment", "Et encore b"),
    ]
    one, two = (claim.assertions[0] for claim in result.claims)
    names = {source.id: source.name for source in result.sources}
    assert [(names[hop.source], hop.relation, hop.style) for hop in one.chain] == [
        ("le maire", "says", "indirect")
    ]
    assert [(names[hop.source], hop.relation, hop.style) for hop in two.chain] == [
        ("l'AFP", "carries", "indirect"), ("La direction", "says", "direct")
    ]  # fmt: skip
    assert two.chain[1].cue_span
    assert two.chain[1].cue_span.text == "a dit"
    assert all(span.text == TEXT[span.start : span.end] for each in (one, two) for span in each.evidence)


def test_a_request_allows_only_what_there_is() -> None:
    model = Scripted(segments=SEGMENTS, claims=CLAIMS, attribution=ATTRIBUTION)
    extracted(model, kinds=("fact", "forecast"))
    for record, reply in (("segments", SEGMENTS), ("claims", CLAIMS), ("attribution", ATTRIBUTION)):
        schema = schema_of(model, record)
        assert_fits_the_strict_subset(schema)
        jsonschema.validate(reply, schema)
    labels = schema_of(model, "segments")["properties"]["labels"]
    assert labels["required"] == ["1", "2", "3", "4", "5", "6", "7"]
    bad: list[tuple[str, Any]] = [
        ("segments", {**SEGMENTS, "labels": {**SEGMENTS["labels"], "8": "body"}}),  # type: ignore[dict-item]
        ("segments", {**SEGMENTS, "labels": {"1": "body"}}),
        ("claims", {"units": {"1": [], "3": []}}),
        ("claims", _with_claim(quote="rouvre mardi")),
        ("claims", _with_claim(kind="opinion")),
        ("attribution", {"assertions": {"c1.1": said()}}),
        ("attribution", _with_said(source="le préfet")),
        ("attribution", _with_said(cue="a dit")),
    ]
    for record, reply in bad:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(reply, schema_of(model, record))


def test_a_unit_without_words_makes_no_claim() -> None:
    units = whole_units("Oui.\n***\n…", split_units("Oui.\n***\n…"))
    schema = narrowed("claims_v2", load_schema("claims", 2).json_schema, {"units": units, "kinds": ("fact",)})
    jsonschema.Draft202012Validator.check_schema(dict(schema))
    jsonschema.validate({"units": {"1": [], "2": [], "3": []}}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(
            {"units": {"1": [], "2": [], "3": [{"quote": "…", "text": "a", "kind": "fact"}]}}, schema
        )


def _with_claim(**more: str) -> dict[str, Any]:
    (claim,) = CLAIMS["units"]["3"]
    return {"units": {**CLAIMS["units"], "3": [{**claim, **more}]}}


def _with_said(**more: str) -> dict[str, Any]:
    return {
        "assertions": {**ATTRIBUTION["assertions"], "c1.1": {**ATTRIBUTION["assertions"]["c1.1"], **more}}
    }


@pytest.mark.parametrize(
    "labels", [{"1": "headline"}, {str(at): "body" for at in range(1, 9)}, {"x": "body"}]
)
def test_labels_that_do_not_tile_the_units_are_asked_again(labels: dict[str, str]) -> None:
    model = Scripted(
        segments=[{"language": "fr", "labels": labels}, SEGMENTS], claims=CLAIMS, attribution=ATTRIBUTION
    )
    assert extracted(model).status == "complete"
    assert len(model.asked("segments")) == 2


def test_what_a_server_that_is_not_held_to_it_invents_is_rejected() -> None:
    claims = {"units": {**CLAIMS["units"], "1": [{"quote": "rien", "text": "Rien.", "kind": "fact"}]}}
    result = extracted(
        Scripted(segments=SEGMENTS, claims=claims, attribution=ATTRIBUTION, repair={"repairs": []})
    )
    assert [each.record for each in result.rejected] == ["claims"]
    assert len(result.claims) == 2


def test_a_reply_that_is_cut_off_keeps_its_whole_entries() -> None:
    whole = json.dumps(CLAIMS)
    cut = whole[: whole.index("reste")]
    kept = salvage(cut, claims_v2.Reply)
    assert kept is not None
    assert list(kept.units) == ["1", "3"]
    assert [claim.text for claim in in_claims(kept).claims] == ["Le pont rouvre lundi."]
    broken = {"assertions": {**ATTRIBUTION["assertions"], "c3.1": {"source": 1}}}
    said_ = salvage(json.dumps(broken), v3.Reply)
    assert said_ is not None
    assert list(said_.assertions) == ["c1.1", "c2.1"]
    assert salvage('{"units": 3}', claims_v2.Reply) is None


def test_a_medium_that_is_the_source_is_one_hop() -> None:
    reply = v3.Reply.model_validate(
        {
            "assertions": {
                "c1.1": said(source="Le Monde", cue="rapporte", medium="Le Monde"),
                "c2.1": said(medium="Le Monde"),
                "c3.1": said(source="Le Monde"),
                "c4.1": said(),
            }
        }
    )
    told = with_registry(reply, {"c1.1": 4})
    assert [source.name for source in told.sources] == ["Le Monde"]
    assert [[(hop.relation, hop.unit) for hop in each.chain] for each in told.sayings] == [
        [("says", 4)], [("says", None)], [("says", None)], []
    ]  # fmt: skip


def test_runs_are_verbatim_bounded_and_whole() -> None:
    unit = "Selon le maire, le pont, fermé depuis mai, « rouvre » lundi, mais pas avant midi ; dit-il."
    clauses = clause_runs(unit)
    assert clauses[0] == unit.strip(".")
    assert {"le pont", "fermé depuis mai", "le pont, fermé depuis mai", "mais pas avant midi"} <= set(clauses)
    assert len(clauses) <= MOST_CLAUSES * (MOST_CLAUSES + 1) / 2
    words = word_runs(unit, LONGEST_NAME)
    assert {"le maire", "Selon", "dit-il"} <= set(words)
    assert max(len(re.findall(r"\w+", run)) for run in words) == LONGEST_NAME
    searchable = Searchable(unit)
    assert all(run in searchable.text for run in (*clauses, *words))
    assert clause_runs("…") == word_runs("…", 3) == []
    assert {"l'AFP", "AFP", "déclare-t-il", "il"} <= set(word_runs("déclare-t-il à l'AFP", 4))


def test_scripts_without_spaces_have_names_and_clauses_too() -> None:
    unit = "据法新社报道，市长表示，南特港将于周一重新开放。"
    assert {"法新社", "市长"} <= set(word_runs(unit, LONGEST_NAME))
    assert "南特港将于周一重新开放" in clause_runs(unit)


def test_words_that_no_reply_may_hold_are_left_out() -> None:
    assert word_runs("x" * 1000, LONGEST_NAME) == []
    assert word_runs("x" * 1000 + " Anne Roux", LONGEST_NAME) == ["Anne", "Anne Roux", "Roux"]


def test_few_units_and_few_claims_are_asked_about_at_a_time() -> None:
    text = "".join(f"A{number}.\n" for number in range(20))
    labels = [
        {"language": "fr", "labels": {str(at): "body" for at in range(first, min(first + 8, 21))}}
        for first in (1, 9, 17)
    ]
    claims = [
        {
            "units": {
                str(at): [{"quote": f"A{at - 1}", "text": f"A {at} {n}.", "kind": "fact"} for n in range(2)]
                for at in range(first, min(first + 8, 21))
            }
        }
        for first in (1, 9, 17)
    ]
    model = _Attributing(segments=[*labels], claims=[*claims])
    result = asyncio.run(extract_article(Article(text), model, load_settings({"profile": "small"}), "m"))
    assert result.status == "complete"
    assert len(result.claims) == 40
    assert model.asked_about == [12, 4, 12, 4, 8]


def test_another_record_is_refused() -> None:
    class Other(BaseModel):
        pass

    with pytest.raises(TypeError):
        in_claims(Other())
    with pytest.raises(TypeError):
        in_ranges(Other(), [])


def test_replies_of_the_other_profile_stay_as_they_are() -> None:
    reply = claims_v1.Reply(claims=[])
    assert in_claims(reply) is reply
    units = whole_units(TEXT, split_units(TEXT))
    gap = in_ranges(segments_v2.Reply(language="fr", labels={"1": "body", "3": "body"}), units)
    assert [(each.first_unit, each.last_unit) for each in gap.segments] == [(1, 1), (3, 3)]
