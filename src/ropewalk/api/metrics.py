# SPDX-License-Identifier: Apache-2.0
"""What the node counts, in Prometheus' text format, in a registry of its own."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ropewalk.engines.port import Condition

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """Counters and gauges of one node. Labels are route templates, never ids."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self.requests = Counter(
            "ropewalk_http_requests",
            "Requests answered",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "ropewalk_http_request_seconds",
            "From the request's head to the answer's end",
            ("route",),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.outcomes = Counter(
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

    def page(self, condition: Condition | None) -> bytes:
        """The metrics as text; the engine's own where its condition is known."""
        if condition is not None:
            for what in ("ready", "height", "time", "size", "waiting"):
                self._engine.labels(what).set(int(getattr(condition, what)))
        return generate_latest(self.registry)
