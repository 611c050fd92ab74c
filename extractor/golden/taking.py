"""Take some of the changes between two results and leave the others: a result between the two."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pydantic import ValidationError

from extractor.errors import NotSeparable
from extractor.golden.difference import Difference, Place
from extractor.golden.pairing import pair_claims, pair_sources
from extractor.schemas.extraction.v1 import Extraction

_GONE: Any = object()
Json = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """Differences that are taken or left together, because they stand in one place."""

    differences: tuple[Difference, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """What became of the place, a line a difference."""
        return tuple(each.told for each in self.differences)


def changes(differences: Sequence[Difference]) -> list[Change]:
    """The differences by place, in their order."""
    return [Change(tuple(each)) for _, each in groupby(differences, key=lambda each: (each.old, each.new))]


def take(before: Extraction, after: Extraction, taken: Iterable[Change]) -> Extraction:
    """The result of before with some changes; claims and sources that are new stand at the end.

    A claim that is taken over brings the sources of its chains with it; a source that a claim needs stays.

    Raises:
        NotSeparable: without the changes that were left this is no result.
    """
    old, new = _with_shared_sources(before, after)
    added: list[tuple[Place, Any]] = []
    for change in taken:
        difference = change.differences[0]
        if difference.new is None:
            assert difference.old  # noqa: S101 - a difference stands in one of the two
            _put(old, difference.old, _GONE)
        elif difference.old is None:
            added.append((difference.new, _get(new, difference.new)))
        else:
            _put(old, difference.old, _get(new, difference.new))
    for place, value in added:
        _list_of_before(before, after, old, place).append(value)
    merged = _settled(_without_gone(old), before, new)
    try:
        return Extraction.model_validate(merged)
    except ValidationError as error:
        raise NotSeparable(error.errors(include_url=False)[0]["msg"]) from None


def _with_shared_sources(before: Extraction, after: Extraction) -> tuple[Json, Json]:
    """Both as JSON, with ids of sources that mean the same in both: those of before, or ``+`` and the id."""
    old, new = (each.model_dump(mode="json", exclude={"provenance", "usage"}) for each in (before, after))
    pairing = pair_sources(before.sources, after.sources)
    ids = {after.sources[other].id: before.sources[one].id for one, other in pairing.both}
    for source in new["sources"]:
        source["id"] = ids.get(source["id"], f"+{source['id']}")
    for hop in _hops(new):
        hop["source"] = ids.get(hop["source"], f"+{hop['source']}")
    return old, new


def _hops(result: Json) -> Iterator[Json]:
    for claim in result["claims"]:
        for said in claim["assertions"]:
            yield from said["chain"]


def _get(node: Any, place: Place) -> Any:
    for step in place:
        node = node[step]
    return node


def _put(node: Any, place: Place, value: Any) -> None:
    *path, last = place
    _get(node, tuple(path))[last] = value


def _list_of_before(before: Extraction, after: Extraction, old: Json, place: Place) -> list[Any]:
    """The list that something new belongs to: of the whole result, or of the claim that is the same."""
    if len(place) == len(("claims", 0)):
        items: list[Any] = _get(old, place[:1])
        return items
    claim = next(one for one, other in pair_claims(before.claims, after.claims).both if other == place[1])
    assertions: list[Any] = old["claims"][claim]["assertions"]
    return assertions


def _without_gone(node: Any) -> Any:
    if isinstance(node, dict):
        entries: Json = {**node}
        return {name: _without_gone(value) for name, value in entries.items()}
    if isinstance(node, list):
        items: list[Any] = [*node]
        return [_without_gone(item) for item in items if item is not _GONE]
    return node


def _settled(result: Json, before: Extraction, new: Json) -> Json:
    """With the sources that its hops need, and ids that count from 1."""
    candidates = [*result["sources"], *before.model_dump(mode="json")["sources"], *new["sources"]]
    by_id = {source["id"]: source for source in reversed(candidates)}
    listed = dict.fromkeys(source["id"] for source in result["sources"])
    needed = dict.fromkeys(hop["source"] for hop in _hops(result))
    ids = {
        id_: f"s{number}"
        for number, id_ in enumerate((*listed, *(id_ for id_ in needed if id_ not in listed)), start=1)
    }
    for hop in _hops(result):
        hop["source"] = ids[hop["source"]]
    claims = [{**claim, "id": f"c{number}"} for number, claim in enumerate(result["claims"], start=1)]
    return {**result, "sources": [{**by_id[id_], "id": own} for id_, own in ids.items()], "claims": claims}
