"""article -> segments -> claims -> attribution -> Extraction: the only module that knows every step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from extractor.article import Article
from extractor.asking import Asker
from extractor.attribution import Attributed, ListedClaim, attribute, listed
from extractor.claims import Metadata, find_claims
from extractor.configuration import configuration_fingerprint, input_fingerprint
from extractor.errors import ExtractorError, ModelError, NothingToClaim, ReplyError
from extractor.excerpts import Excerpt, labelled, windows
from extractor.grounding.searchable import Searchable
from extractor.models.call import Model
from extractor.schemas.attribution.v1 import Source as RepliedSource
from extractor.schemas.extraction.v1 import (
    ArticleInfo,
    Assertion,
    Claim,
    Extraction,
    Hop,
    Provenance,
    Segment,
    Source,
    Span,
    Status,
)
from extractor.segmentation import find_segments
from extractor.settings import Settings
from extractor.tracing import span
from extractor.units import split_units
from extractor.version import __version__

_LONGEST_BYLINE = 500
"""Code points of the bylines that are shown with the claims prompt: a page can call anything a byline."""


async def extract_article(article: Article, model: Model, settings: Settings, model_name: str) -> Extraction:
    """Extract one article; as ``attempt_article``, but a failure is the error that caused it.

    Raises:
        ModelError, ReplyError: there are no segments, so that nothing can be extracted.
        ConfigurationError, ReplayError: from the model, at any step.
    """
    try:
        return await attempt_article(article, model, settings, model_name)
    except ExtractionFailed as failure:
        raise failure.error from None


async def attempt_article(article: Article, model: Model, settings: Settings, model_name: str) -> Extraction:
    """Extract one article.

    Returns:
        A complete result, or a partial one whose ``problems`` say what is missing.

    Raises:
        ExtractionFailed: there are no segments, so that nothing can be extracted.
        ConfigurationError, ReplayError: from the model, at any step.
    """
    with span("extract article", {"extractor.article.characters": len(article.text)}) as told:
        result = await _attempt(article, model, settings, model_name)
        usage = result.usage
        told.tell(
            {
                "extractor.status": result.status,
                "extractor.claims": len(result.claims),
                "extractor.rejected": len(result.rejected),
                "gen_ai.usage.input_tokens": usage.input_tokens,
                "gen_ai.usage.output_tokens": usage.output_tokens,
                "extractor.cost": usage.cost,
            }
        )
        return result


async def _attempt(article: Article, model: Model, settings: Settings, model_name: str) -> Extraction:
    asker = Asker(model, settings, model_name)
    units = split_units(article.text)
    try:
        segments, language = await find_segments(asker, article, units, settings.window)
    except (ModelError, ReplyError) as error:
        asker.note(error, "segments")
        raise ExtractionFailed(error, _result(article, asker, model_name, status="failed")) from error
    metadata = Metadata(
        article.title, article.published, article.language or language, _byline(article.text, segments)
    )
    work = _Work(asker, Searchable(article.text), metadata, settings)
    excerpts = labelled(article.text, units, segments, settings.claims_from)
    if not excerpts:
        asker.note(NothingToClaim(settings.claims_from), "claims")
    for shown in windows(excerpts, settings.window, settings.units_a_call):
        await work.extract(shown)
    return _result(
        article,
        asker,
        model_name,
        status="partial" if asker.problems else "complete",
        language=metadata.language,
        segments=segments,
        sources=tuple(work.sources()),
        claims=tuple(work.claims),
    )


class ExtractionFailed(ExtractorError):
    """Nothing could be extracted; ``error`` is why, ``result`` the failed result with its calls."""

    def __init__(self, error: ExtractorError, result: Extraction) -> None:
        super().__init__(str(error))
        self.error = error
        self.result = result


def _byline(text: str, segments: Sequence[Segment]) -> str | None:
    """The bylines and datelines of an article, which no claim is made of."""
    parts = (text[each.start : each.end].strip() for each in segments if each.label == "byline")
    return " / ".join(" ".join(part.split()) for part in parts)[:_LONGEST_BYLINE] or None


def _result(
    article: Article,
    asker: Asker,
    model_name: str,
    *,
    status: Status,
    language: str | None = None,
    **found: Any,
) -> Extraction:
    """The result with its account of the article, of what was left out, and of the calls."""
    return Extraction(
        article=ArticleInfo(
            id=article.id,
            title=article.title,
            url=article.url,
            published=article.published,
            language=language or article.language,
            author=article.author,
            site=article.site,
            sha256=article.sha256,
            characters=len(article.text),
        ),
        status=status,
        rejected=tuple(asker.rejected),
        problems=tuple(asker.problems),
        provenance=Provenance(
            package=__version__,
            model=model_name,
            records=asker.provenance(),
            configuration=configuration_fingerprint(asker.settings, model_name),
            input=input_fingerprint(article),
        ),
        usage=asker.usage,
        **found,
    )


@dataclass
class _Work:
    """Claims and sources of all windows of an article, under ids of their own: c1, c2, ... and s1, s2, ..."""

    asker: Asker
    text: Searchable
    metadata: Metadata
    settings: Settings
    claims: list[Claim] = field(default_factory=list[Claim])
    _listed: int = 0
    _registered: list[RepliedSource] = field(default_factory=list[RepliedSource])
    _mentions: list[list[Span]] = field(default_factory=list[list[Span]])

    async def extract(self, shown: Sequence[Excerpt]) -> None:
        """Claims and their attribution in one window; what fails is noted and the next window goes on."""
        try:
            found = await find_claims(self.asker, self.text, shown, self.metadata, self.settings)
        except (ModelError, ReplyError) as error:
            self.asker.note(error, "claims")
            return
        claims = listed(found, self._listed + 1)
        self._listed += len(claims)
        most = self.settings.claims_a_call or len(claims)
        for first in range(0, len(claims), max(1, most)):
            await self._attribute(shown, claims[first : first + most])

    async def _attribute(self, shown: Sequence[Excerpt], claims: Sequence[ListedClaim]) -> None:
        """Who says some claims of a window; they are taken over in any case."""
        try:
            attributed = await attribute(self.asker, self.text, shown, claims, self.metadata)
        except (ModelError, ReplyError) as error:
            self.asker.note(error, "attribution")
            attributed = Attributed()
        for claim in claims:
            self._add(claim, attributed)

    def _add(self, claim: ListedClaim, attributed: Attributed) -> None:
        """Take over a claim with those of its assertions that were attributed."""
        assertions: list[Assertion] = []
        for said in claim.assertions:
            if (assertion := attributed.assertions.get(said.id)) is None:
                evidence = [each.model_dump(mode="json") for each in said.passage.evidence]
                reason = f"not attributed: {attributed.missing.get(said.id, 'no attribution came')}"
                self.asker.reject(
                    "attribution", reason, text=claim.text, kind=claim.claim.kind, evidence=evidence
                )
            else:
                assertions.append(self._with_own_ids(assertion, attributed))
        if assertions:
            id_ = f"c{len(self.claims) + 1}"
            self.claims.append(
                Claim(id=id_, text=claim.text, kind=claim.claim.kind, assertions=tuple(assertions))
            )

    def sources(self) -> Iterator[Source]:
        """The registry: every source of a chain, in the order of appearance, with its mentions."""
        for number, (source, mentions) in enumerate(
            zip(self._registered, self._mentions, strict=True), start=1
        ):
            in_order = sorted(
                {(span.start, span.end): span for span in mentions}.values(), key=lambda span: span.start
            )
            yield Source(
                id=f"s{number}",
                name=source.name,
                kind=source.kind,
                named=source.named,
                role=source.role,
                anonymity=source.anonymity,
                speaks_for=source.speaks_for,
                mentions=tuple(in_order),
            )

    def _with_own_ids(self, assertion: Assertion, attributed: Attributed) -> Assertion:
        chain: list[Hop] = []
        for hop in assertion.chain:
            index = self._index(attributed.sources[hop.source])
            if hop.source_span:
                self._mentions[index].append(hop.source_span)
            chain.append(hop.model_copy(update={"source": f"s{index + 1}"}))
        return assertion.model_copy(update={"chain": tuple(chain)})

    def _index(self, source: RepliedSource) -> int:
        """Windows know nothing of each other: a named source of one is the same in all."""
        for index, known in enumerate(self._registered):
            if known is source or (source.named and known.named and known.name == source.name):
                return index
        self._registered.append(source)
        self._mentions.append([])
        return len(self._registered) - 1
