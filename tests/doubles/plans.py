"""What can go wrong with a chat completion, and plans of when it does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from hashlib import sha256

from doubles.loopback import Body
from doubles.notices import record_of, units_of


class Fault(StrEnum):
    """How an exchange goes wrong."""

    RATE_LIMITED = auto()  # 429 that does not say how long
    RATE_LIMITED_TOLD = auto()  # 429 that does, in one of TOLD
    SERVER_ERROR = auto()  # 500
    BAD_GATEWAY = auto()  # 502 with a page
    OVERLOADED = auto()  # 503
    RESET_BEFORE = auto()  # RST before any byte
    RESET_WITHIN = auto()  # RST in the middle of the body
    STALL = auto()  # no byte for a while, then the end
    DRIP = auto()  # a good answer, a few bytes at a time
    TRUNCATED_JSON = auto()  # 200 and its whole content-length, but half of the JSON
    EMPTY_CHOICES = auto()
    REFUSAL = auto()
    CONTENT_FILTER = auto()
    LENGTH = auto()  # half of the answer, cut off at the token limit
    WRONG_TYPE = auto()  # 200 with a page
    FENCED = auto()  # a good answer in ```json
    ERROR_BODY = auto()  # 200 with an error
    CLOSED = auto()  # a good answer, then the connection ends without notice


ANSWERED = frozenset({Fault.DRIP, Fault.FENCED, Fault.CLOSED})
"""With these a whole, good answer goes out all the same."""

PERMANENT = (Fault.REFUSAL, Fault.CONTENT_FILTER)
"""The same for an article however often it is asked."""

TRANSIENT = tuple(fault for fault in Fault if fault not in {*PERMANENT, Fault.LENGTH})
"""A client gets over these by asking again, or need not ask again; a cut-off answer it has to live with."""


@dataclass(frozen=True)
class Asked:
    """One attempt of a request: SHA-256 of the body's bytes, how often it came by now, the body as JSON."""

    sha256: str
    attempt: int
    body: Body

    @property
    def record(self) -> str:
        """What is asked for, such as ``claims``."""
        return record_of(self.body)

    @property
    def article(self) -> str:
        """SHA-256 of the units shown: the same for every record of an article that is body throughout."""
        return sha256("\n".join(units_of(self.body).values()).encode()).hexdigest()


Plan = Callable[[Asked], Fault | None]


def mixed(
    seed: int,
    share: float,
    kinds: Sequence[Fault] = TRANSIENT,
    *,
    permanent: float = 0.0,
    permanent_kinds: Sequence[Fault] = PERMANENT,
) -> Plan:
    """Fail some attempts, the same ones for the same seed whatever the order of arrival.

    Args:
        seed: chooses them, by a hash with the request and the number of the attempt.
        share: of the attempts that have a fault of ``kinds``, all kinds alike.
        kinds: see ``share``.
        permanent: share of the articles that have one of ``permanent_kinds`` at each request and attempt.
        permanent_kinds: see ``permanent``.
    """

    def plan(asked: Asked) -> Fault | None:
        lot, kind = drawn(f"{seed} {asked.article}")
        if lot < permanent:
            return permanent_kinds[int(kind * len(permanent_kinds))]
        lot, kind = drawn(f"{seed} {asked.sha256} {asked.attempt}")
        return kinds[int(kind * len(kinds))] if lot < share else None

    return plan


def drawn(text: str) -> tuple[float, float]:
    """Two numbers in [0, 1) that depend on the text alone; of 32 bits, so that neither rounds up to 1."""
    digest = sha256(text.encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32, int.from_bytes(digest[4:8], "big") / 2**32
