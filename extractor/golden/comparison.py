"""What has changed between two results of an article, by meaning: claims, spans and hops matched as sets.

Ids, the article's included, and order mean nothing here: the report says what became of each claim,
assertion, hop and source and not how the JSON differs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from extractor.article import METADATA
from extractor.golden.difference import Difference, Places, changed_fields, changed_spans, within
from extractor.golden.pairing import Pairing, pair_assertions, pair_claims, pair_sources
from extractor.golden.tiling import compare_segments
from extractor.schemas.extraction.v1 import (
    Assertion,
    Claim,
    Evidence,
    Extraction,
    Hop,
    Problem,
    Rejected,
    Source,
)

_ARTICLE_FIELDS = (*METADATA, "sha256", "characters")
_SOURCE_FIELDS = ("name", "kind", "named", "role", "anonymity", "speaks_for")
_ASSERTION_FIELDS = ("segment", "stance", "certainty", "hearsay", "said_when", "checks")


def compare(before: Extraction, after: Extraction, text: str) -> list[Difference]:
    """Everything that differs in meaning between two results of one text; empty if only ids or order do."""
    infos = before.article, after.article
    sources = pair_sources(before.sources, after.sources)
    return [
        *changed_fields("article", "", ("schema_", "status"), (before, after), ((), ())),
        *changed_fields("article", "", _ARTICLE_FIELDS, infos, (("article",), ("article",))),
        *compare_segments(before.segments, after.segments, text),
        *_sources(before.sources, after.sources, sources),
        *_Claims(before, after, _ids_of_before(before, after, sources)).compare(),
        *_counted("rejected", *([_rejected(item) for item in each.rejected] for each in (before, after))),
        *_counted("problems", *([_problem(item) for item in each.problems] for each in (before, after))),
    ]


def _sources(before: Sequence[Source], after: Sequence[Source], pairing: Pairing) -> Iterator[Difference]:
    for index in pairing.lost:
        yield Difference("source", f"source {before[index].name} lost", ("sources", index), None)
    for one, other in pairing.both:
        places: Places = ("sources", one), ("sources", other)
        versions, owner = (before[one], after[other]), f"source {before[one].name}: "
        yield from changed_fields("source", owner, _SOURCE_FIELDS, versions, places)
        mentions = before[one].mentions, after[other].mentions
        yield from changed_spans("source", f"{owner}mention", mentions, within(places, "mentions"))
    for index in pairing.new:
        yield Difference("source", f"source {after[index].name} new", None, ("sources", index))


def _ids_of_before(before: Extraction, after: Extraction, pairing: Pairing) -> Mapping[str, str]:
    """Ids of sources of now and the ids they had before; a new source has none."""
    return {after.sources[other].id: before.sources[one].id for one, other in pairing.both}


@dataclass(frozen=True)
class _Claims:
    """The claims of two results; ``old_ids`` are the ids that sources of now had before."""

    before: Extraction
    after: Extraction
    old_ids: Mapping[str, str]

    def compare(self) -> Iterator[Difference]:
        """What became of each claim."""
        ones, others = self.before.claims, self.after.claims
        pairing = pair_claims(ones, others)
        for index in pairing.lost:
            told = f"claim {ones[index].id} lost: {ones[index].text}"
            yield Difference("claim", told, ("claims", index), None)
        for one, other in pairing.both:
            yield from self._claim(ones[one], others[other], (("claims", one), ("claims", other)))
        for index in pairing.new:
            told = f"claim {others[index].id} new: {others[index].text}"
            yield Difference("claim", told, None, ("claims", index))

    def _claim(self, one: Claim, other: Claim, places: Places) -> Iterator[Difference]:
        if one.text != other.text:
            told = f"text of {one.id} changed: {one.text!r} -> {other.text!r}"
            yield Difference("claim", told, *within(places, "text"))
        yield from changed_fields("claim", f"{one.id}: ", ("kind",), (one, other), places)
        pairing = pair_assertions(one.assertions, other.assertions)
        old, new = within(places, "assertions")
        for index in pairing.lost:
            told = f"{one.id}: assertion lost: {_quoted(one.assertions[index].evidence)}"
            yield Difference("assertion", told, (*old, index), None)
        for row, column in pairing.both:
            versions = one.assertions[row], other.assertions[column]
            yield from self._assertion(one.id, versions, ((*old, row), (*new, column)))
        for index in pairing.new:
            told = f"{one.id}: assertion new: {_quoted(other.assertions[index].evidence)}"
            yield Difference("assertion", told, None, (*new, index))

    def _assertion(
        self, claim: str, versions: tuple[Assertion, Assertion], places: Places
    ) -> Iterator[Difference]:
        said, now = versions
        where = f"{claim} at {said.evidence[0].start}: "
        evidence = said.evidence, now.evidence
        yield from changed_spans("evidence", f"{where}evidence", evidence, within(places, "evidence"))
        yield from changed_fields("assertion", where, _ASSERTION_FIELDS, versions, places)
        yield from self._chain(where, said.chain, now.chain, within(places, "chain"))

    def _chain(
        self, where: str, said: Sequence[Hop], now: Sequence[Hop], places: Places
    ) -> Iterator[Difference]:
        left = list(enumerate(now, start=1))
        for place, hop in enumerate(said, start=1):
            owner = f"{where}hop {self.before.source(hop).name}"
            found = next((each for each in left if self.old_ids.get(each[1].source) == hop.source), None)
            if found is None:
                yield Difference("hop", f"{owner} lost", *places)
                continue
            left.remove(found)
            if found[0] != place:
                yield Difference("hop", f"{owner} moved from {place} to {found[0]}", *places)
            yield from _hop(owner, (hop, found[1]), places)
        for _, hop in left:
            yield Difference("hop", f"{where}hop {self.after.source(hop).name} new", *places)


def _hop(owner: str, versions: tuple[Hop, Hop], places: Places) -> Iterator[Difference]:
    for each in changed_fields("hop", f"{owner}: ", ("relation", "style"), versions, places):
        yield Difference("hop", each.told, *places)
    for field in ("source_span", "cue_span"):
        old, new = ([span] if (span := getattr(hop, field)) else [] for hop in versions)
        yield from changed_spans("hop", f"{owner}: {field.replace('_', ' ')}", (old, new), places)


def _quoted(evidence: Sequence[Evidence]) -> str:
    return " [...] ".join(repr(each.text) for each in evidence)


def _rejected(item: Rejected) -> str:
    return f"{item.record}: {item.reason} {item.value}"


def _problem(item: Problem) -> str:
    return f"{item.error}: {item.message}"


def _counted(field: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Difference]:
    """What stands in one list and not in the other, as often as it stands there."""
    what = field.removesuffix("s")
    for index in _missing(before, after):
        yield Difference(what, f"{what} lost: {before[index]}", (field, index), None)
    for index in _missing(after, before):
        yield Difference(what, f"{what} new: {after[index]}", None, (field, index))


def _missing(ones: Sequence[str], others: Sequence[str]) -> Iterator[int]:
    left = list(others)
    for index, each in enumerate(ones):
        if each in left:
            left.remove(each)
        else:
            yield index
