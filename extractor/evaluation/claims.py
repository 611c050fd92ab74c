"""Claims scored: found and right, one proposition each, readable alone, worded as the article bears out."""

from collections.abc import Iterator

from extractor.evaluation.atomicity import judge_atomicity
from extractor.evaluation.context import unresolved
from extractor.evaluation.counts import Counts, Metric, scores, share, total
from extractor.evaluation.matching import Matching
from extractor.evaluation.wording import KINDS, Wording
from extractor.schemas.extraction.v1 import Claim


def count_claims(matching: Matching, wording: Wording) -> Counts:
    """Counts of one article's claims."""
    matched = list(matching.claims())
    atomicity = judge_atomicity(matching)
    faults = [wording.faults(one, other) for one, other in matched]
    return {
        "claims predicted": len(matching.predicted),
        "claims reference": len(matching.reference),
        "claims matched": len(matched),
        "claims matched by text": len(matching.by_text_too),
        "claims atomic": atomicity.atomic,
        "claims merging": atomicity.merging,
        "claims splitting": atomicity.splitting,
        "claims repeated": atomicity.repeated,
        "claims unresolved": sum(
            bool(unresolved(one.text) - unresolved(other.text)) for one, other in matched
        ),
        **{f"claims {kind}": sum(kind in found for found in faults) for kind in KINDS},
        "claims several": sum(map(_is_several, matching.reference)),
        "claims several found": sum(_is_several(one) and _is_several(other) for one, other in matched),
    }


def _is_several(claim: Claim) -> bool:
    """Whether a claim is put forward in more than one place."""
    return len(claim.assertions) > 1


def claim_metrics() -> Iterator[Metric]:
    """All figures about claims."""
    sides = "claims predicted", "claims reference"
    yield from scores("claims by evidence", "claims matched", *sides)
    yield from scores("claims by evidence and text", "claims matched by text", *sides)
    yield share("claims atomic", "claims atomic", "claims predicted")
    yield total("claims merging", "claims merging", "claims predicted")
    yield total("claims splitting", "claims splitting", "claims predicted")
    yield total("claims repeated", "claims repeated", "claims predicted")
    yield total("claims unresolved", "claims unresolved", "claims matched")
    for kind in KINDS:
        yield total(f"claims {kind} faults", f"claims {kind}", "claims matched")
    yield share("claims several assertions", "claims several found", "claims several")
