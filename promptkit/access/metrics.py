"""What is counted of a server for many people, for a scraper of Prometheus; nothing is counted by person."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from promptkit.access.logs import log_event

# A read of Torii takes from a tenth of a second to minutes.
_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Metrics:
    """The figures of one process since it started."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._calls = Gauge("promptkit_calls_running", "Calls being answered.", registry=self._registry)
        self._requests = Counter(
            "promptkit_requests", "Requests answered.", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "promptkit_request_seconds",
            "Time until a request was answered.",
            ["method", "route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._events = Counter(
            "promptkit_events", "What happened, such as a sign-in.", ["event", "outcome"], registry=self._registry
        )
        self._ready = Gauge("promptkit_ready", "Whether a part can be used: 1 or 0.", ["part"], registry=self._registry)

    def watch_calls(self, running: Callable[[], int]) -> None:
        """Ask this how many calls are being answered, whenever the figures are read."""
        self._calls.set_function(running)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def event(self, event: str, outcome: str) -> None:
        """Count and log that something happened, in two words of the source, such as ("sign-in", "refused")."""
        log_event(event, outcome=outcome)
        self._events.labels(event, outcome).inc()

    def text(self, parts: Mapping[str, bool]) -> bytes:
        """All figures as a scraper reads them, with whether each part is ready."""
        for part, is_ready in parts.items():
            self._ready.labels(part).set(is_ready)
        return generate_latest(self._registry)
