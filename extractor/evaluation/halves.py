"""Two halves of the cases: one to tune prompts on, one that only reports see."""

from enum import StrEnum
from hashlib import sha256


class Half(StrEnum):
    """Half of the cases."""

    TUNE = "tune"
    REPORT = "report"


def half_of(case: str) -> Half:
    """The half of a case, by the last bit of its name's SHA-256: adding cases moves no other."""
    return Half.REPORT if sha256(case.encode(errors="surrogatepass")).digest()[-1] & 1 else Half.TUNE
