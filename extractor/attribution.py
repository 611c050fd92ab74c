"""Third step: for each assertion its chain, stance and certainty; and the registry of sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from extractor.asking import Asker, salvage
from extractor.claims import GroundedClaim, Metadata, Passage
from extractor.errors import ReplyInvalid, ReplyTruncated
from extractor.excerpts import Excerpt
from extractor.grounding.folding import fold
from extractor.grounding.searchable import Searchable
from extractor.grounding.support import Known, support_checks
from extractor.mentions import Mention, Mentions, cue_words, not_found, source_words
from extractor.repair import Failing, ask_for_repairs
from extractor.sayings import frame_near, in_sayings
from extractor.schemas.attribution import v1, v2
from extractor.schemas.extraction.v1 import Assertion, Hop

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
    names = {source.id: source.name for source in reply.sources}
    frames = [_Frame.of(said, wanted) for said in reply.sayings]
    where = Mentions(text, shown)
    failing = [item for frame in frames for item in not_found(frame.said, frame.beside.passage, names, where)]
    where = where.repaired(await ask_for_repairs(asker, shown, failing))
    mentioned = _mentioned(frames, where)
    attributed = Attributed(sources=_registry(reply.sources, mentioned, where, asker))
    attributor = _Attributor(asker, where, _known(shown, metadata))
    for frame in frames:
        if unnamed := [
            repr(names[hop.source]) for hop in frame.said.chain if hop.source not in attributed.sources
        ]:
            reason = f"the article does not name {', '.join(unnamed)}"
            attributed.missing.update(dict.fromkeys(frame.said.assertions, reason))
        else:
            attributed.assertions.update(attributor.assertions(frame))
    return attributed


@dataclass(frozen=True)
class _Frame:
    """A saying, the listed assertions it covers, and that one of them beside which its words stand."""

    said: v2.Saying
    covered: tuple[ListedAssertion, ...]
    beside: ListedAssertion

    @classmethod
    def of(cls, said: v2.Saying, wanted: Mapping[str, ListedAssertion]) -> "_Frame":
        covered = tuple(wanted[id_] for id_ in said.assertions)
        nearest = frame_near(said, {each.id: each.passage for each in covered})
        return cls(said, covered, wanted[nearest])


def _known(shown: Sequence[Excerpt], metadata: Metadata) -> Known:
    """What a claim may draw on besides its evidence."""
    apart = "\n".join(each for each in (metadata.title, metadata.published, metadata.byline) if each)
    return Known("\n".join(excerpt.text for excerpt in shown), apart)


async def _ask(
    asker: Asker,
    shown: Sequence[Excerpt],
    claims: Sequence[ListedClaim],
    title: str | None,
    wanted: dict[str, ListedAssertion],
) -> v2.Reply:
    units_of = {id_: said.unit for id_, said in wanted.items()}

    def check(reply: BaseModel) -> str | None:
        return _complaint(in_sayings(reply, units_of), set(wanted))

    form = asker.form("attribution")
    try:
        return in_sayings(
            await asker.ask("attribution", form, check=check, units=shown, claims=claims, title=title),
            units_of,
        )
    except (ReplyTruncated, ReplyInvalid) as error:
        finished = salvage(error.content, form)
        if finished is None:
            raise
        asker.note(error, "attribution")
        return _usable(in_sayings(finished, units_of), set(wanted))


def _complaint(reply: v2.Reply, wanted: set[str]) -> str | None:
    given = [id_ for said in reply.sayings for id_ in said.assertions]
    registered = [source.id for source in reply.sources]
    used = {hop.source for said in reply.sayings for hop in said.chain}
    faults = {
        "assertions without attribution": wanted - set(given),
        "attributions of assertions that are not in the list": set(given) - wanted,
        "assertions attributed twice": {each for each in given if given.count(each) > 1},
        "sources in chains that are not registered": used - set(registered),
        "sources registered twice": {each for each in registered if registered.count(each) > 1},
    }
    told = [f"{fault}: {', '.join(sorted(ids)[:_MOST_NAMED])}" for fault, ids in faults.items() if ids]
    return "; ".join(told) or None


def _usable(reply: v2.Reply, wanted: set[str]) -> v2.Reply:
    """Of a reply that stays wrong: the first attribution of each listed assertion with registered sources."""
    registered = {source.id for source in reply.sources}
    left = set(wanted)
    sayings: list[v2.Saying] = []
    for said in reply.sayings:
        first = [id_ for id_ in dict.fromkeys(said.assertions) if id_ in left]
        if first and {hop.source for hop in said.chain} <= registered:
            sayings.append(said.model_copy(update={"assertions": first}))
            left -= set(first)
    return v2.Reply.model_construct(sources=reply.sources, sayings=sayings)


def _mentioned(frames: Sequence[_Frame], where: Mentions) -> dict[str, list[str]]:
    """For each source the words that name it in chains, as the article has them."""
    mentioned: dict[str, list[str]] = {}
    for frame in frames:
        for hop in frame.said.chain:
            item = source_words(hop, frame.beside.passage)
            if item and (mention := where.near(item, frame.beside.passage)):
                mentioned.setdefault(hop.source, []).append(mention.span.text)
    return mentioned


def _registry(
    sources: Sequence[v1.Source], mentioned: Mapping[str, list[str]], where: Mentions, asker: Asker
) -> dict[str, v1.Source]:
    """The sources whose name stands in the article, with the article's own words."""
    registry: dict[str, v1.Source] = {}
    for source in sources:
        name = where.name(source, mentioned.get(source.id, ()))
        if name is None:
            continue
        if fold(name).caseless != fold(source.name).caseless:
            asker.reject("attribution", "name of a source not found", name=source.name, used=name)
        facts: dict[str, str | None] = {}
        for key in ("role", "anonymity", "speaks_for"):
            words: str | None = getattr(source, key)
            span = where.anywhere(words) if words else None
            if words and span is None:
                asker.reject("attribution", f"{key} of a source not found", name=source.name, words=words)
            facts[key] = span.text if span else None
        registry[source.id] = source.model_copy(update={"name": name, **facts})
    return registry


@dataclass(frozen=True)
class _Attributor:
    """Makes an assertion of an attribution; words that are not found are null and rejected in sight."""

    asker: Asker
    where: Mentions
    known: Known

    def assertions(self, frame: _Frame) -> dict[str, Assertion]:
        """Every assertion that a saying covers, by its listed id: all with the words of its one frame."""
        said = frame.said
        chain, checks = self._chain(frame)
        said_when = self._said_when(said, frame.beside)
        return {
            each.id: Assertion(
                evidence=each.passage.evidence,
                segment=each.passage.segment,
                stance=said.stance,
                certainty=said.certainty,
                hearsay=said.hearsay,
                said_when=said_when,
                chain=chain,
                checks=tuple(
                    dict.fromkeys(
                        (
                            *(f"quote-{check}" for check in each.passage.checks),
                            *checks,
                            *(f"claim-{check}" for check in self._support(said, each)),
                        )
                    )
                ),
            )
            for each in frame.covered
        }

    def _chain(self, frame: _Frame) -> tuple[tuple[Hop, ...], list[str]]:
        """The hops with their located words, and what is wrong with those."""
        chain: list[Hop] = []
        checks: list[str] = []
        for hop in frame.said.chain:
            cue = self._mention(cue_words(hop, frame.beside.passage), frame.beside)
            source = self._mention(source_words(hop, frame.beside.passage), frame.beside, cue)
            checks += [f"cue-{check}" for check in (cue.checks if cue else ())]
            checks += [f"source-{check}" for check in (source.checks if source else ())]
            chain.append(
                Hop(
                    source=hop.source,
                    relation=hop.relation,
                    style=hop.style,
                    source_span=source.span if source else None,
                    cue_span=cue.span if cue else None,
                )
            )
        return tuple(chain), checks

    def _mention(
        self, item: Failing | None, listed_: ListedAssertion, cue: Mention | None = None
    ) -> Mention | None:
        if item is None:
            return None
        mention = self.where.near(item, listed_.passage, cue.span if cue else None)
        if mention is None:
            self._reject(f"{item.what} not found", listed_, item.quote)
        return mention

    def _said_when(self, said: v2.Saying, listed_: ListedAssertion) -> str | None:
        if not said.said_when:
            return None
        mention = self.where.near(Failing("said_when", listed_.unit, said.said_when), listed_.passage)
        if mention is None:
            self._reject("said_when not found", listed_, said.said_when)
        return mention.span.text if mention else None

    def _reject(self, reason: str, listed_: ListedAssertion, words: str) -> None:
        self.asker.reject("attribution", reason, assertion=listed_.quote, words=words)

    def _support(self, said: v2.Saying, listed_: ListedAssertion) -> tuple[str, ...]:
        """What in the claim's wording the passage does not bear out."""
        evidence = listed_.passage.evidence
        first, last = evidence[0].start, evidence[-1].end
        around = (each.text for each in self.where.shown if each.start < last and first < each.end)
        return support_checks(
            listed_.claim,
            [each.text for each in evidence],
            "\n".join(around),
            self.known,
            denied=said.stance == "denies",
            hearsay=said.hearsay,
            reported=bool(said.chain),
        )
