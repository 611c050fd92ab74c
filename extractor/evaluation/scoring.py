"""One article's result against its reference: everything that metrics are made of, as counts."""

from collections import Counter

from extractor.evaluation.attribution import attribution_metrics, count_attribution
from extractor.evaluation.claims import claim_metrics, count_claims
from extractor.evaluation.counts import Counts, Metric, told
from extractor.evaluation.matching import Matching
from extractor.evaluation.reference import Reference
from extractor.evaluation.segments import count_segments, segment_metrics
from extractor.evaluation.wording import Wording

METRICS: tuple[Metric, ...] = (*segment_metrics(), *claim_metrics(), *attribution_metrics())
"""Every metric, in the order of a report."""


def score(predicted: Reference, reference: Reference, text: str) -> Counts:
    """Count what a result has right and wrong about an article.

    Args:
        predicted: the result, as ``Reference.of`` makes it, or another annotator's reference.
        reference: what it is held against.
        text: the article; offsets count its code points.
    """
    matching = Matching.of(predicted, reference)
    counts: Counter[str] = Counter()
    counts.update(count_segments(predicted, reference, text))
    counts.update(count_claims(matching, Wording(text, reference)))
    counts.update(count_attribution(predicted, reference, matching))
    return told(counts)
