"""The same extraction on a Ray cluster (extra ``ray``): a step of a Ray dataset, or the engine of a run."""

from extractor.distributed.dataset import extract_dataset
from extractor.distributed.engine import Cluster

__all__ = ["Cluster", "extract_dataset"]
