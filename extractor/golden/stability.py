"""How stable a model's answers are: for each claim and hop, how many samples of the replies hold it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from extractor.golden.cases import Case
from extractor.golden.pairing import pair_assertions, pair_claims, pair_sources
from extractor.schemas.extraction.v1 import Assertion, Claim, Extraction


@dataclass(frozen=True)
class HopShare:
    """A hop: its place in the chain, counted from 1, whose it is, and how many samples have it there."""

    place: int
    source: str
    held: int


@dataclass(frozen=True)
class ClaimShare:
    """A claim as the first sample with it words it, how many samples have it, and the hops of its chains."""

    text: str
    held: int
    hops: tuple[HopShare, ...]


@dataclass(frozen=True)
class Stability:
    """What the samples of a case have in common.

    Args:
        case: its name.
        samples: how many there are.
        claims: every claim of any sample, in the order in which they were found.
    """

    case: str
    samples: int
    claims: tuple[ClaimShare, ...]

    def lines(self) -> Iterator[str]:
        """The report: a sum, then each claim with the share of samples that hold it, and its hops."""
        hops = [hop for claim in self.claims for hop in claim.hops]
        yield (
            f"{self.case}: {self.samples} samples; {self._steady(self.claims)} of {len(self.claims)} claims "
            f"and {self._steady(hops)} of {len(hops)} hops in all of them"
        )
        for claim in self.claims:
            yield f"  {self._share(claim.held)}  {claim.text}"
            for hop in claim.hops:
                yield f"        {self._share(hop.held)}  hop {hop.place}: {hop.source}"

    def _share(self, held: int) -> str:
        return f"{100 * held / self.samples:3.0f} %"

    def _steady(self, items: Sequence[ClaimShare | HopShare]) -> int:
        return sum(each.held == self.samples for each in items)


def stability(case: Case) -> Stability:
    """Replay every sample of a case and count what they share.

    Raises:
        ReplyMissing: a sample is not complete.
        NoSuchFolder: a sample has no replies.
    """
    results = [sample.replay() for sample in case.samples()]
    known: list[_Known] = []
    for result in results:
        _count(known, result)
    return Stability(case.name, len(results), tuple(each.share() for each in known))


@dataclass
class _Known:
    """A claim that some sample has, with every assertion of it that any sample has."""

    claim: Claim
    origin: Extraction
    held: int = 0
    assertions: list[Assertion] = field(default_factory=list[Assertion])
    hops: Counter[tuple[int, int, str]] = field(default_factory=Counter[tuple[int, int, str]])

    def add(self, claim: Claim, result: Extraction) -> None:
        """Count one sample's version of the claim."""
        self.held += 1
        names = _names(self.origin, result)
        pairing = pair_assertions(self.assertions, claim.assertions)
        places = [*pairing.both, *((len(self.assertions) + at, new) for at, new in enumerate(pairing.new))]
        self.assertions += [claim.assertions[new] for new in pairing.new]
        for known, said in places:
            for place, hop in enumerate(claim.assertions[said].chain, start=1):
                self.hops[known, place, names[hop.source]] += 1

    def share(self) -> ClaimShare:
        """The counts, hops by assertion and place."""
        hops = sorted(self.hops.items(), key=lambda item: (item[0][:2], -item[1], item[0][2]))
        return ClaimShare(
            self.claim.text, self.held, tuple(HopShare(place, name, n) for (_, place, name), n in hops)
        )


def _names(origin: Extraction, result: Extraction) -> dict[str, str]:
    """Names of a sample's sources by id, those of the claim's first sample where they are the same."""
    names = {source.id: source.name for source in result.sources}
    for one, other in pair_sources(origin.sources, result.sources).both:
        names[result.sources[other].id] = origin.sources[one].name
    return names


def _count(known: list[_Known], result: Extraction) -> None:
    pairing = pair_claims([each.claim for each in known], result.claims)
    for one, other in pairing.both:
        known[one].add(result.claims[other], result)
    for index in pairing.new:
        found = _Known(result.claims[index], result)
        found.add(result.claims[index], result)
        known.append(found)
