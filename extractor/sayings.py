"""What a reply about attribution says, whatever the version of its schema: an entry for each saying."""

from collections.abc import Mapping

from pydantic import BaseModel

from extractor.claims import Passage
from extractor.schemas.attribution import v1, v2, v3
from extractor.small import with_registry


def in_sayings(reply: BaseModel, units: Mapping[str, int]) -> v2.Reply:
    """A reply of any version in the form of version 2; the others have an entry for each assertion.

    Args:
        reply: what came.
        units: for each listed assertion the unit of its passage.

    Raises:
        TypeError: it is no reply about attribution.
    """
    if isinstance(reply, v2.Reply):
        return reply
    if isinstance(reply, v1.Reply):
        return v2.Reply.model_construct(
            sources=reply.sources, sayings=[_saying(each) for each in reply.attributions]
        )
    if isinstance(reply, v3.Reply):
        return with_registry(reply, units)
    raise TypeError(type(reply).__name__)


def _saying(said: v1.Attribution) -> v2.Saying:
    return v2.Saying(
        assertions=[said.assertion],
        chain=said.chain,
        stance=said.stance,
        certainty=said.certainty,
        hearsay=said.hearsay,
        said_when=said.said_when,
    )


def frame_near(said: v2.Saying, passages: Mapping[str, Passage]) -> str:
    """The assertion beside which the words of a saying stand: the nearest to the units given for them."""
    units = [hop.unit for hop in said.chain if hop.unit is not None]
    if not units:
        return said.assertions[0]
    return min(said.assertions, key=lambda id_: min(abs(passages[id_].unit - unit) for unit in units))
