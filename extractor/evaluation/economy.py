"""What the recorded exchanges of a case spend and what they give.

No tokenizer is shipped, and every model has its own; so what is counted is characters, Unicode code points.
"""

import json
import re
from collections.abc import Callable
from dataclasses import astuple, dataclass
from itertools import takewhile

from extractor.catalog import RECORDS
from extractor.golden.cases import Case
from extractor.models.recordings import KEY_DIGITS, Recording, find_recordings, read_recording
from extractor.schemas.extraction.v1 import Extraction

Count = Callable[[str], int]
"""How the size of a text is told: ``len``, ``squeezed`` or a tokenizer's."""


def squeezed(text: str) -> int:
    """Characters, each run of white space counted as one: nearer to tokens where JSON is indented."""
    return len(re.sub(r"\s+", " ", text))


@dataclass(frozen=True)
class Spent:
    """Calls and the characters of their texts.

    Args:
        calls: how many, those that asked again among them.
        input: of all messages sent.
        fixed: of those, what is the same for every article: a provider's prompt cache can hold it.
        schema: of the JSON Schema sent beside the messages.
        output: of the replies, verbatim.
    """

    calls: int = 0
    input: int = 0
    fixed: int = 0
    schema: int = 0
    output: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))

    def saved(self, discount: float) -> float:
        """The share of the cost of input that a cache saves from the second article on.

        Args:
            discount: on input that is cached, from 0 to 1.
        """
        return discount * self.fixed / self.input if self.input else 0.0

    def cost(self, output_price: float, discount: float = 0.0) -> float:
        """What it costs, in characters of input; the schema left out.

        Args:
            output_price: of output, as a multiple of the price of input.
            discount: on input that is cached, from 0 to 1.
        """
        return self.input - discount * self.fixed + output_price * self.output


@dataclass(frozen=True)
class Given:
    """What comes of it.

    Args:
        claims: propositions.
        assertions: places where they are put forward.
        hops: in the chains of all assertions.
        parts: segments other than body.
    """

    claims: int = 0
    assertions: int = 0
    hops: int = 0
    parts: int = 0

    def __add__(self, other: "Given") -> "Given":
        return Given(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))


def used(case: Case, result: Extraction) -> list[Recording]:
    """The exchanges that a replay of a case uses, in order; files of requests of before are none of them.

    Args:
        case: the case.
        result: of its replay.
    """
    paths = find_recordings(case.replies)
    keys = result.provenance.records if result.provenance else {}
    return [
        read_recording(paths[key[:KEY_DIGITS]])
        for record in RECORDS
        if record in keys
        for key in keys[record].requests
    ]


def spent(recording: Recording, count: Count = len) -> Spent:
    """What an exchange spent; its system messages are what is the same for every article."""
    messages = recording.body["messages"]
    return Spent(
        calls=1,
        input=sum(count(message["content"]) for message in messages),
        fixed=sum(count(message["content"]) for message in messages if message["role"] == "system"),
        schema=count(sent_json(recording.body["response_format"])),
        output=count(recording.reply.content),
    )


def given(result: Extraction) -> Given:
    """What a result holds."""
    assertions = [said for claim in result.claims for said in claim.assertions]
    return Given(
        claims=len(result.claims),
        assertions=len(assertions),
        hops=sum(len(said.chain) for said in assertions),
        parts=sum(segment.label != "body" for segment in result.segments),
    )


def shared_start(recordings: list[Recording]) -> int:
    """Characters that an article's claims and attribution requests begin with alike: a cache shares that."""
    first = {each.record: _messages(each) for each in reversed(recordings)}
    both = [first[record] for record in ("claims", "attribution") if record in first]
    if len(both) < 2:  # noqa: PLR2004 - an article without claims has no attribution
        return 0
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*both, strict=False)))


def _messages(recording: Recording) -> str:
    return "".join(message["content"] for message in recording.body["messages"])


def sent_json(value: object) -> str:
    """JSON as an HTTP client sends it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
