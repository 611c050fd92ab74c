"""Sources across articles: what each says, how often, and through whom."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from extractor.schemas.extraction.v1 import Extraction, SourceKind, Stance

EXAMPLES = 5
"""Claims shown of a source."""

DIRECTLY = "said to the outlet"

Example = tuple[str, str, str, Stance]
"""A claim's text, the page it is on, its id there, and whether it is affirmed."""


@dataclass
class Sourced:
    """What was counted of one source.

    Args:
        name: as the first article that has it spells it.
        kind: likewise.
        articles: in how many it stands in a chain.
        affirms: assertions whose innermost source it is, that it affirms.
        denies: likewise, that it denies.
        carries: assertions in whose chain it stands further out.
        through: who stands one step further out, and how often.
        says: the first few of its claims.
    """

    name: str
    kind: SourceKind
    articles: int = 0
    affirms: int = 0
    denies: int = 0
    carries: int = 0
    through: Counter[str] = field(default_factory=Counter[str])
    says: list[Example] = field(default_factory=list[Example])

    @property
    def total(self) -> int:
        """Chains that it stands in."""
        return self.affirms + self.denies + self.carries


class Sources:
    """Counts sources article by article, by name without regard to case.

    ``flows`` has each step of each chain, from who passes on to whom.
    """

    def __init__(self) -> None:
        self._by_name: dict[str, Sourced] = {}
        self.flows: Counter[tuple[str, str]] = Counter()

    def add(self, result: Extraction, page: str) -> None:
        """Count an article's sources; ``page`` is the file that shows it."""
        counted: set[str] = set()
        for claim in result.claims:
            for number, said in enumerate(claim.assertions, start=1):
                chain = [self._of(result, hop.source) for hop in said.chain]
                if not chain:
                    continue
                counted |= {each.name.casefold() for each in chain}
                *outer, origin = chain
                if said.stance == "affirms":
                    origin.affirms += 1
                else:
                    origin.denies += 1
                for each in outer:
                    each.carries += 1
                if outer:
                    origin.through[outer[-1].name] += 1
                self.flows.update(pairwise([DIRECTLY, *(each.name for each in chain)]))
                if len(origin.says) < EXAMPLES:
                    origin.says.append((claim.text, page, f"{claim.id}.{number}", said.stance))
        for key in counted:
            self._by_name[key].articles += 1

    def _of(self, result: Extraction, id_: str) -> Sourced:
        source = next(each for each in result.sources if each.id == id_)
        return self._by_name.setdefault(source.name.casefold(), Sourced(source.name, source.kind))

    def __iter__(self) -> Iterator[Sourced]:
        """Every source, the one in most chains first."""
        return iter(sorted(self._by_name.values(), key=lambda each: (-each.total, each.name.casefold())))
