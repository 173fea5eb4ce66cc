"""Counts and times for operators, in Prometheus' form, on an internal port. No message text, no address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

_SECONDS = (0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Metrics:
    """The gateway's figures."""

    def __init__(self) -> None:
        """Make a registry of its own, so that several gateways may live in one test process."""
        self.registry = CollectorRegistry()
        self.messages = Counter("guide_messages", "Messages from the guide, by kind", ["kind"], registry=self.registry)
        self.turn_seconds = Histogram(
            "guide_turn_seconds", "A whole turn in the gateway", buckets=_SECONDS, registry=self.registry
        )
        self.step_seconds = Histogram(
            "guide_step_seconds", "A step of a turn, by its name", ["step"], buckets=_SECONDS, registry=self.registry
        )
        self.outcomes = Counter(
            "guide_turns",
            "Turns, by what came of them and the step that decided",
            ["outcome", "step"],
            registry=self.registry,
        )
        self.rasa_seconds = Histogram(
            "guide_rasa_seconds", "The call to Rasa", buckets=_SECONDS, registry=self.registry
        )
        self.failures = Counter("guide_failures", "Failures, by part", ["part"], registry=self.registry)
        self.redacted = Counter(
            "guide_redacted", "Personal details taken out, by kind", ["kind"], registry=self.registry
        )
        self.limited = Counter(
            "guide_rate_limited", "Requests refused for their rate, by limit", ["limit"], registry=self.registry
        )
        self.strangers = Counter(
            "guide_other_site_refused", "Requests refused because another website made them", registry=self.registry
        )
        self.erased = Counter(
            "guide_conversations_erased", "Conversations erased, by reason", ["reason"], registry=self.registry
        )
        self.sign_ins = Counter("guide_sign_ins", "Sign-ins at the staff desk", ["outcome"], registry=self.registry)
        self.queued = Counter(
            "guide_questions_queued", "Questions kept for the content queue", ["outcome"], registry=self.registry
        )
        self.queue_size = Gauge(
            "guide_content_queue",
            "Groups of questions in the content queue, by state",
            ["state"],
            registry=self.registry,
        )
        self.failing_fast = Gauge(
            "guide_rasa_failing_fast",
            "1 while messages are refused at once because Rasa did not answer lately",
            registry=self.registry,
        )
        self.feedback = Counter("guide_feedback", "What people said of answers", ["verdict"], registry=self.registry)

    def show_restarts(self, restarts: Callable[[], Mapping[str, int]]) -> None:
        """Show how often the supervisor started each part again, as `restarts` tells it by part."""
        self.registry.register(_Restarts(restarts))

    def serve(self, port: int) -> None:
        """Serve the figures at http://127.0.0.1:<port>/metrics; port 0 serves nothing."""
        if port:
            start_http_server(port, addr="127.0.0.1", registry=self.registry)


class _Restarts(Collector):
    def __init__(self, restarts: Callable[[], Mapping[str, int]]) -> None:
        self._restarts = restarts

    def collect(self) -> Iterable[CounterMetricFamily]:
        counter = CounterMetricFamily("guide_restarts", "Parts started again by the supervisor", labels=["part"])
        for part, number in self._restarts().items():
            counter.add_metric([part], number)
        yield counter
