"""What Prometheus may ask: requests by route and status, their seconds, and jobs by state. Nothing in it is about a person."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.4, 1.0, 2.5, 10.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter("almoner_requests", "Requests.", ("method", "route", "status"), registry=self._registry)
        self._seconds = Histogram(
            "almoner_request_seconds", "Seconds of a request.", ("route",), buckets=_BUCKETS, registry=self._registry
        )
        self._jobs = Gauge("almoner_jobs", "Jobs by state.", ("state",), registry=self._registry)

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(method if method in _METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self, jobs: dict[str, int]) -> bytes:
        """Return all counters as Prometheus reads them; `jobs` counts jobs by state now."""
        for state, count in jobs.items():
            self._jobs.labels(state).set(count)
        return bytes(generate_latest(self._registry))
