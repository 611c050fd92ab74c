"""What the service counts, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from extractor.schemas.extraction.v1 import Extraction
from extractor.server.store import Store

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300)


class _JobsByState(Collector):
    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> list[GaugeMetricFamily]:
        """Jobs as they are in the store now."""
        family = GaugeMetricFamily("extractor_jobs", "Jobs by state.", labels=["state"])
        for state, count in self._store.count().items():
            family.add_metric([state], count)
        return [family]


class Metrics:
    """Counters of one service, in a registry of their own.

    Args:
        store: where jobs are counted.
    """

    def __init__(self, store: Store) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_JobsByState(store))
        self._requests = Counter(
            "extractor_http_requests", "Requests by route and status.", ["route", "status"],
            registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "extractor_http_request_seconds", "Seconds until the answer began.", ["route"],
            buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self._articles = Counter(
            "extractor_articles", "Articles by status of their result.", ["status"], registry=self._registry
        )
        self._claims = Counter("extractor_claims", "Claims of results.", registry=self._registry)
        self._dollars = Counter(
            "extractor_cost_dollars", "US dollars that live calls took, where the price is known.",
            registry=self._registry,
        )  # fmt: skip

    def request(self, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def article(self, result: Extraction) -> None:
        """Count a result."""
        self._articles.labels(result.status).inc()
        self._claims.inc(len(result.claims))

    def cost(self, dollars: float) -> None:
        """Count what was paid."""
        self._dollars.inc(dollars)

    def text(self) -> bytes:
        """Everything, in the format of Prometheus."""
        return generate_latest(self._registry)
