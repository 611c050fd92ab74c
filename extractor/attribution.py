"""Third step: for each assertion its chain, stance and certainty; and the registry of sources."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from extractor.asking import Asker, salvage
from extractor.claims import GroundedClaim, Metadata, Passage
from extractor.errors import ReplyInvalid, ReplyTruncated
from extractor.excerpts import Excerpt
from extractor.grounding.folding import fold
from extractor.grounding.scope import Scope, scope_of, segment_ranges
from extractor.grounding.searchable import Searchable
from extractor.grounding.support import Known, support_checks
from extractor.grounding.verdict import ground
from extractor.repair import Failing, ask_for_repairs
from extractor.schemas.attribution import v1
from extractor.schemas.extraction.v1 import Assertion, Hop, Span

NEIGHBOURHOOD = 3
"""Units around the one given for a hop in which its words may stand: "il" ten units away is somebody else."""

_MOST_NAMED = 20


@dataclass(frozen=True)
class ListedAssertion:
    """An assertion as the prompt lists it, with its claim's text."""

    id: str
    unit: int
    quote: str
    passage: Passage
    claim: str


@dataclass(frozen=True)
class ListedClaim:
    """A claim as the prompt lists it."""

    id: str
    text: str
    claim: GroundedClaim
    assertions: tuple[ListedAssertion, ...]


@dataclass
class Attributed:
    """What one reply says, located: assertions by their listed id, sources by theirs.

    ``missing`` says why a listed assertion could not be attributed, where that is known.
    """

    assertions: dict[str, Assertion] = field(default_factory=dict[str, Assertion])
    sources: dict[str, v1.Source] = field(default_factory=dict[str, v1.Source])
    missing: dict[str, str] = field(default_factory=dict[str, str])


def listed(claims: Sequence[GroundedClaim], first: int) -> list[ListedClaim]:
    """Number claims from ``first`` and their assertions within them."""
    return [
        ListedClaim(
            f"c{number}",
            claim.text,
            claim,
            tuple(
                ListedAssertion(
                    f"c{number}.{place}",
                    passage.unit,
                    " [...] ".join(e.text for e in passage.evidence),
                    passage,
                    claim.text,
                )
                for place, passage in enumerate(claim.passages, start=1)
            ),
        )
        for number, claim in enumerate(claims, start=first)
    ]


async def attribute(
    asker: Asker,
    text: Searchable,
    shown: Sequence[Excerpt],
    claims: Sequence[ListedClaim],
    metadata: Metadata,
) -> Attributed:
    """Ask who puts each listed assertion forward.

    Words that cannot be located become null and go to the asker's rejected items; so does an assertion
    with a source that the article does not name.

    Raises:
        ModelError, ReplyError: nothing usable came.
    """
    wanted = {said.id: said for claim in claims for said in claim.assertions}
    reply = await _ask(asker, shown, claims, metadata.title, wanted)
    grounder = _Grounder(
        asker,
        text,
        shown,
        wanted,
        sources={source.id: source for source in reply.sources},
        metadata=metadata,
    )
    failing = [item for said in reply.attributions for item in grounder.failing(said)]
    for item, repair in (await ask_for_repairs(asker, shown, failing)).items():
        grounder.repaired[item] = (repair.quote or "", repair.unit or item.unit)
    grounder.settle_names(reply.attributions)
    attributed = Attributed(sources=grounder.registry())
    for said in reply.attributions:
        if unnamed := [
            grounder.replied_name(hop) for hop in said.chain if hop.source not in attributed.sources
        ]:
            attributed.missing[said.assertion] = f"the article does not name {', '.join(unnamed)}"
        else:
            attributed.assertions[said.assertion] = grounder.assertion(said)
    return attributed


async def _ask(
    asker: Asker,
    shown: Sequence[Excerpt],
    claims: Sequence[ListedClaim],
    title: str | None,
    wanted: dict[str, ListedAssertion],
) -> v1.Reply:
    def check(reply: v1.Reply) -> str | None:
        return _complaint(reply, set(wanted))

    try:
        return await asker.ask("attribution", v1.Reply, check=check, units=shown, claims=claims, title=title)
    except (ReplyTruncated, ReplyInvalid) as error:
        finished = salvage(error.content, v1.Reply)
        if finished is None:
            raise
        asker.note(error, "attribution")
        return _usable(finished, set(wanted))


def _complaint(reply: v1.Reply, wanted: set[str]) -> str | None:
    given = [said.assertion for said in reply.attributions]
    registered = [source.id for source in reply.sources]
    used = {hop.source for said in reply.attributions for hop in said.chain}
    faults = {
        "assertions without attribution": wanted - set(given),
        "attributions of assertions that are not in the list": set(given) - wanted,
        "assertions attributed twice": {each for each in given if given.count(each) > 1},
        "sources in chains that are not registered": used - set(registered),
        "sources registered twice": {each for each in registered if registered.count(each) > 1},
    }
    told = [f"{fault}: {', '.join(sorted(ids)[:_MOST_NAMED])}" for fault, ids in faults.items() if ids]
    return "; ".join(told) or None


def _usable(reply: v1.Reply, wanted: set[str]) -> v1.Reply:
    """Of a reply that stays wrong: the first attribution of each listed assertion with registered sources."""
    registered = {source.id for source in reply.sources}
    first: dict[str, v1.Attribution] = {}
    for said in reply.attributions:
        if said.assertion in wanted and {hop.source for hop in said.chain} <= registered:
            first.setdefault(said.assertion, said)
    return v1.Reply.model_construct(sources=reply.sources, attributions=list(first.values()))


class _Grounder:
    """Turns the words of a reply into spans of the article."""

    def __init__(
        self,
        asker: Asker,
        text: Searchable,
        shown: Sequence[Excerpt],
        wanted: dict[str, ListedAssertion],
        *,
        sources: dict[str, v1.Source],
        metadata: Metadata,
    ) -> None:
        self._asker = asker
        self._text = text
        self._shown = shown
        self._segments = tuple(segment_ranges(shown))
        self._wanted = wanted
        self._sources = sources
        self.repaired: dict[Failing, tuple[str, int]] = {}
        self._names: dict[str, str] = {}
        self._known = Known(
            "\n".join(excerpt.text for excerpt in shown),
            "\n".join(each for each in (metadata.title, metadata.published) if each),
        )

    def failing(self, said: v1.Attribution) -> Iterator[Failing]:
        """The words of an attribution that do not stand where they should."""
        passage = self._wanted[said.assertion].passage
        for hop in said.chain:
            for what, words in _words(hop):
                unit = hop.unit or passage.unit
                if words and self._near(words, unit, passage) is None:
                    yield Failing(what, unit, words)
            name = self._sources[hop.source].name
            if self._anywhere(name) is None:
                yield Failing("name of a source", hop.unit or passage.unit, name)

    def settle_names(self, attributions: Sequence[v1.Attribution]) -> None:
        """Give each source its name in the article: the reply's, a repaired one, else a mention's words."""
        mentions: dict[str, list[str]] = {}
        for said in attributions:
            passage = self._wanted[said.assertion].passage
            for hop in said.chain:
                words, unit = self._repaired_words(_words(hop)[0], hop, passage)
                if words and (span := self._near(words, unit, passage)):
                    mentions.setdefault(hop.source, []).append(span.text)
        for id_, source in self._sources.items():
            repairs = [words for item, (words, _) in self.repaired.items() if item.quote == source.name]
            for words in (source.name, *repairs, *mentions.get(id_, ())):
                if span := self._anywhere(words):
                    self._names[id_] = span.text
                    break

    def replied_name(self, hop: v1.Hop) -> str:
        """The name that the reply gives the source of a hop."""
        return repr(self._sources[hop.source].name)

    def assertion(self, said: v1.Attribution) -> Assertion:
        """The located assertion; words that were not found are null."""
        passage = self._wanted[said.assertion].passage
        hops = [self._hop(hop, said, passage) for hop in said.chain]
        return Assertion(
            evidence=passage.evidence,
            segment=passage.segment,
            stance=said.stance,
            certainty=said.certainty,
            hearsay=said.hearsay,
            said_when=self._said_when(said),
            chain=tuple(hops),
            checks=(*passage.checks, *self._support(said)),
        )

    def _support(self, said: v1.Attribution) -> Iterator[str]:
        """What in the claim's wording the passage does not bear out."""
        listed_ = self._wanted[said.assertion]
        evidence = listed_.passage.evidence
        first, last = evidence[0].start, evidence[-1].end
        checks = support_checks(
            listed_.claim,
            [each.text for each in evidence],
            "\n".join(each.text for each in self._shown if each.start < last and first < each.end),
            self._known,
            denied=said.stance == "denies",
            hearsay=said.hearsay,
            reported=bool(said.chain),
        )
        return (f"claim-{check}" for check in checks)

    def registry(self) -> dict[str, v1.Source]:
        """The sources whose name stands in the article, with the article's own words."""
        registry: dict[str, v1.Source] = {}
        for id_, source in self._sources.items():
            if (name := self._names.get(id_)) is None:
                continue
            if fold(name).text != fold(source.name).text:
                self._asker.reject("attribution", "name of a source not found", name=source.name, used=name)
            facts = {key: self._own_words(source, key) for key in ("role", "anonymity", "speaks_for")}
            registry[id_] = source.model_copy(update={"name": name, **facts})
        return registry

    def _hop(self, hop: v1.Hop, said: v1.Attribution, passage: Passage) -> Hop:
        source_words, cue_words = _words(hop)
        cue = self._span(cue_words, hop, said, passage, None)
        source = self._span(source_words, hop, said, passage, cue)
        return Hop(
            source=hop.source, relation=hop.relation, style=hop.style, source_span=source, cue_span=cue
        )

    def _span(
        self,
        named: tuple[str, str | None],
        hop: v1.Hop,
        said: v1.Attribution,
        passage: Passage,
        cue: Span | None,
    ) -> Span | None:
        words, unit = self._repaired_words(named, hop, passage)
        if not words:
            return None
        span = self._near(words, unit, passage, cue)
        if span is None:
            self._reject(f"{named[0]} not found", said, words=words)
        return span

    def _repaired_words(
        self, named: tuple[str, str | None], hop: v1.Hop, passage: Passage
    ) -> tuple[str | None, int]:
        what, words = named
        unit = hop.unit or passage.unit
        return self.repaired.get(Failing(what, unit, words), (words, unit)) if words else (None, unit)

    def _near(self, words: str, unit: int, passage: Passage, cue: Span | None = None) -> Span | None:
        """Whole words in the hop's unit or a little around it, nearest to the cue, else to the evidence."""
        reach = [
            (excerpt.start, excerpt.end)
            for excerpt in self._shown
            if min(abs(excerpt.number - unit), abs(excerpt.number - passage.unit)) <= NEIGHBOURHOOD
        ]
        near = cue.start if cue else passage.evidence[0].start
        return self._locate(words, scope_of(self._shown, unit, reach), near)

    def _anywhere(self, words: str) -> Span | None:
        return self._locate(words, Scope(self._segments), None)

    def _locate(self, words: str, scope: Scope, near: int | None) -> Span | None:
        """Whole words in one piece."""
        verdict = ground([words], self._text, scope, near=near, whole_words=True)
        if len(verdict.places) != 1:
            return None
        (place,) = verdict.places
        return Span(start=place.start, end=place.end, text=self._text.text[place.start : place.end])

    def _own_words(self, source: v1.Source, key: str) -> str | None:
        words: str | None = getattr(source, key)
        if not words:
            return None
        span = self._anywhere(words)
        if span is None:
            self._asker.reject("attribution", f"{key} of a source not found", name=source.name, words=words)
        return span.text if span else None

    def _said_when(self, said: v1.Attribution) -> str | None:
        if not said.said_when:
            return None
        listed_ = self._wanted[said.assertion]
        span = self._near(said.said_when, listed_.unit, listed_.passage)
        if span is None:
            self._reject("said_when not found", said, words=said.said_when)
        return span.text if span else None

    def _reject(self, reason: str, said: v1.Attribution, **value: object) -> None:
        self._asker.reject("attribution", reason, assertion=self._wanted[said.assertion].quote, **value)


def _words(hop: v1.Hop) -> tuple[tuple[str, str | None], tuple[str, str | None]]:
    return ("words that name a source", hop.source_words), ("words that attribute", hop.cue_words)
