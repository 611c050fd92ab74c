"""Send what was not found back once: one small call with only the failing quotes."""

from collections.abc import Sequence
from dataclasses import dataclass

from extractor.asking import Asker
from extractor.errors import ModelError, ReplyError
from extractor.excerpts import Excerpt
from extractor.grounding.alignment import agreement
from extractor.schemas.repair import v1

NEIGHBOURS = 2
"""Units shown on either side of the unit in which a quote was said to stand."""

LIKENESS = 0.3
"""Share of the shorter one's letters that a quote and its repair must have in common: less is another quote,
which the claim was not written on."""


@dataclass(frozen=True)
class Failing:
    """A quote that was not found: what it is for, the unit it was said to stand in, and its words."""

    what: str
    unit: int
    quote: str


async def ask_for_repairs(
    asker: Asker, shown: Sequence[Excerpt], failing: Sequence[Failing]
) -> dict[Failing, v1.Repair]:
    """Ask once for the verbatim words; what is missing from the answer stays unrepaired."""
    items = list(dict.fromkeys(failing))
    if not items:
        return {}
    try:
        reply = await asker.ask("repair", v1.Reply, units=_around(shown, items), items=items)
    except (ModelError, ReplyError) as error:
        asker.note(error, "repair")
        return {}
    answers = {repair.item: repair for repair in reply.repairs}
    return {
        item: answer
        for number, item in enumerate(items, start=1)
        if (answer := answers.get(number))
        and answer.quote
        and agreement(item.quote, answer.quote) >= LIKENESS
    }


def _around(shown: Sequence[Excerpt], items: Sequence[Failing]) -> list[Excerpt]:
    """The units near the failing quotes; all units if one was said to stand where nothing was shown."""
    numbers = {excerpt.number for excerpt in shown}
    if any(item.unit not in numbers for item in items):
        return list(shown)
    return [
        excerpt for excerpt in shown if any(abs(excerpt.number - item.unit) <= NEIGHBOURS for item in items)
    ]
