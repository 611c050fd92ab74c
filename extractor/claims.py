"""Second step: propositions, each with the located passages that put it forward."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractor.asking import Asker, salvage
from extractor.errors import ReplyInvalid, ReplyTruncated
from extractor.excerpts import Excerpt
from extractor.grounding.findings import NOT_FOUND
from extractor.grounding.scope import Scope, cuts, scope_of, segment_ranges
from extractor.grounding.searchable import Searchable
from extractor.grounding.verdict import Verdict, ground
from extractor.repair import Failing, ask_for_repairs
from extractor.schemas.claims import v1
from extractor.schemas.extraction.v1 import ClaimKind, Evidence, Label
from extractor.settings import Settings
from extractor.small import in_claims

EVIDENCE = "evidence"


@dataclass(frozen=True)
class Passage:
    """One place where a claim is put forward: its located evidence, unit and segment label.

    ``checks`` names what is wrong with the quote by which it was located.
    """

    evidence: tuple[Evidence, ...]
    unit: int
    segment: Label
    checks: tuple[str, ...]


@dataclass(frozen=True)
class GroundedClaim:
    """A claim whose every passage was found in the article."""

    text: str
    kind: ClaimKind
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Metadata:
    """What is known of the article apart from the units that are shown.

    Args:
        title: known apart from the text.
        published: likewise.
        language: BCP 47 tag.
        byline: the text's own byline and dateline, by which "yesterday" can be dated.
    """

    title: str | None
    published: str | None
    language: str | None
    byline: str | None


async def find_claims(
    asker: Asker, text: Searchable, shown: Sequence[Excerpt], metadata: Metadata, settings: Settings
) -> list[GroundedClaim]:
    """Ask for the claims in some excerpts, in the order of their first evidence.

    What cannot be located, also after a repair, goes to the asker's rejected items.

    Raises:
        ModelError, ReplyError: nothing usable came.
    """
    reply = await _ask(asker, shown, metadata, settings)
    finder = _Finder(text, shown)
    failing = [
        Failing(EVIDENCE, said.unit, quote)
        for claim in reply.claims
        for said in claim.assertions
        for quote in said.quotes
        if quote.strip() and not finder.find((quote,), said.unit).places
    ]
    for item, repair in (await ask_for_repairs(asker, shown, failing)).items():
        finder.learn(item, repair.quote or "", repair.unit)
    claims = [claim for said in reply.claims if (claim := _grounded(asker, said, finder, settings))]
    return sorted(claims, key=lambda claim: claim.passages[0].evidence[0].start)


async def _ask(asker: Asker, shown: Sequence[Excerpt], metadata: Metadata, settings: Settings) -> v1.Reply:
    form = asker.form("claims")
    try:
        reply = await asker.ask(
            "claims",
            form,
            units=shown,
            title=metadata.title,
            published=metadata.published,
            byline=metadata.byline,
            language=metadata.language,
            kinds=settings.kinds,
        )
        return in_claims(reply)
    except (ReplyTruncated, ReplyInvalid) as error:
        finished = salvage(error.content, form)
        if finished is None:
            raise
        asker.note(error, "claims")
        return in_claims(finished)


def _grounded(asker: Asker, claim: v1.Claim, finder: "_Finder", settings: Settings) -> GroundedClaim | None:
    value = claim.model_dump(mode="json")
    if claim.kind not in settings.kinds:
        asker.reject("claims", f"kind {claim.kind} was not asked for", **value)
        return None
    if not claim.text.strip():
        asker.reject("claims", "the claim has no text", **value)
        return None
    passages: dict[tuple[Evidence, ...], Passage] = {}
    for said in claim.assertions:
        verdict = finder.find(said.quotes, said.unit)
        passage = finder.passage(verdict)
        if passage is None:
            reason = verdict.reason or NOT_FOUND
            asker.reject("claims", reason, text=claim.text, **said.model_dump())
        elif passage.evidence in passages:
            asker.reject("claims", "the same passage twice", text=claim.text, **said.model_dump())
        else:
            passages[passage.evidence] = passage
    if not passages:
        return None
    in_order = sorted(passages.values(), key=lambda passage: passage.evidence[0].start)
    return GroundedClaim(claim.text.strip(), claim.kind, tuple(in_order))


class _Finder:
    """Locates quotes inside the excerpts' segments; knows the words that a repair gave for a quote."""

    def __init__(self, text: Searchable, shown: Sequence[Excerpt]) -> None:
        self._text = text
        self._shown = shown
        self._segments = tuple(segment_ranges(shown))
        self._repaired: dict[tuple[str, int], tuple[str, int]] = {}

    def find(self, quotes: Sequence[str], unit: int) -> Verdict:
        """Where the pieces of a passage stand, looked for in the hinted unit first."""
        repaired = [self._repaired.get((quote, unit), (quote, unit)) for quote in quotes]
        hint = repaired[0][1] if repaired else unit
        scope = scope_of(self._shown, hint, self._segments)
        verdict = ground([quote for quote, _ in repaired], self._text, scope)
        if verdict.places or len(repaired) != 1:
            return verdict
        return self._across(repaired[0][0], scope) or verdict

    def _across(self, quote: str, scope: Scope) -> Verdict | None:
        """A passage that something inserted into the page cuts in two; the model saw it in one piece."""
        for pieces in cuts(quote, self._text.text, self._segments):
            verdict = ground(pieces, self._text, scope)
            if len(verdict.places) == len(pieces) and verdict.match != "fuzzy":
                # what stands between is no part of the article that was left out of the quote
                return replace(verdict, checks=tuple(each for each in verdict.checks if each != "elision"))
        return None

    def learn(self, item: Failing, quote: str, unit: int | None) -> None:
        """Use other words for a quote from now on."""
        self._repaired[item.quote, item.unit] = (quote, unit or item.unit)

    def passage(self, verdict: Verdict) -> Passage | None:
        """The located passage, in text order; None if any of its quotes was rejected."""
        if not verdict.places:
            return None
        evidence = tuple(
            Evidence(
                start=place.start,
                end=place.end,
                text=self._text.text[place.start : place.end],
                match=place.match,
            )
            for place in verdict.places
        )
        holder = next(each for each in self._shown if each.start <= evidence[0].start < each.end)
        assert holder.label is not None  # noqa: S101 - claims are asked for labelled excerpts only
        return Passage(evidence, holder.number, holder.label, verdict.checks)
