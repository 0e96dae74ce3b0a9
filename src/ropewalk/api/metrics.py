# SPDX-License-Identifier: Apache-2.0
"""What the node counts, in Prometheus' text format, in a registry of its own."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ropewalk.engines.port import Condition
from ropewalk.views import Standing

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """Counters and gauges of one node. Labels are route templates, never ids."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self._requests = Counter(
            "ropewalk_http_requests",
            "Requests answered",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "ropewalk_http_request_seconds",
            "From the request's head to the answer's end",
            ("route",),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._outcomes = Counter(
            "ropewalk_outcomes", "Outcomes told to senders", ("status",), registry=self.registry
        )
        self.refused = Counter(
            "ropewalk_http_refused_connections",
            "Connections closed for what they sent or how slowly",
            ("code",),
            registry=self.registry,
        )
        self.taken = Gauge(
            "ropewalk_http_taken", "Places taken in a lane", ("lane",), registry=self.registry
        )
        self._engine = Gauge(
            "ropewalk_engine", "The engine's condition", ("what",), registry=self.registry
        )

        self._views = Gauge(
            "ropewalk_views", "How far the views are", ("what",), registry=self.registry
        )
        self._count_of: dict[tuple[str, str, int], Counter] = {}
        self._seconds_of: dict[str, Histogram] = {}
        self._outcomes_of: dict[str, Counter] = {}

    def request(self, method: str, route: str, status: int, taken_s: float | None) -> None:
        """Count a request; `taken_s` is None for a stream, whose length says nothing."""
        key = (method, route, status)
        if key not in self._count_of:
            self._count_of[key] = self._requests.labels(*key)
        self._count_of[key].inc()
        if taken_s is None:
            return
        if route not in self._seconds_of:
            self._seconds_of[route] = self._seconds.labels(route)
        self._seconds_of[route].observe(taken_s)

    def outcome(self, status: str) -> None:
        """Count an outcome told to its sender."""
        if status not in self._outcomes_of:
            self._outcomes_of[status] = self._outcomes.labels(status)
        self._outcomes_of[status].inc()

    def page(self, condition: Condition | None, standing: Standing | None = None) -> bytes:
        """The metrics as text; the engine's and the views' own where they are known."""
        if standing is not None:
            self._views.labels("position").set(standing.position)
            self._views.labels("missing").set(standing.missing)
            self._views.labels("stuck").set(int(bool(standing.failure)))
        if condition is not None:
            for what in ("ready", "height", "time", "size", "waiting"):
                self._engine.labels(what).set(int(getattr(condition, what)))
        return generate_latest(self.registry)
