"""Every metric of a service in one list, with its meaning, unit and labels.

Labels hold names of topics, forms and routes only: never an id, and nothing of a person.
Served at /metrics in Prometheus' text form; each process counts for itself.
"""

from time import perf_counter
from typing import Any

from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Said and applied lie milliseconds apart in quiet times, and hours apart after an agency was down.
_DELAYS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86400)
_REQUESTS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

# Saying it
OUTBOX_WAITING = Gauge("sekali_outbox_waiting_rows", "Rows in the outbox that Kafka has not acknowledged.")
OUTBOX_OLDEST = Gauge("sekali_outbox_oldest_seconds", "Age of the oldest row in the outbox; 0 when it is empty.")
RELAY_EVENTS = Counter("sekali_relay_events", "Events that Kafka has acknowledged.", ["topic"])
RELAY_BATCHES = Counter("sekali_relay_batches", "Batches that Kafka has acknowledged.", ["topic"])
RELAY_SWEEPS = Counter("sekali_relay_sweeps", "Reads of the outbox, empty ones too.")
RELAY_FAILURES = Counter("sekali_relay_failures", "Sweeps that broke off and are tried again.", ["error"])
RELAY_HOLES = Counter("sekali_relay_holes", "Offsets that somebody else wrote between ours.", ["topic"])
RELAY_REPAIRS = Counter("sekali_relay_repairs", "Keys said again after such a hole.", ["topic"])

# Hearing it
INBOX_APPLIED = Counter("sekali_inbox_applied", "Events that changed something here.", ["topic"])
INBOX_DUPLICATE = Counter("sekali_inbox_duplicate", "Events that were here already, or older than the copy.", ["topic"])
INBOX_DEAD_LETTERED = Counter("sekali_inbox_dead_lettered", "Events put aside as dead letters.", ["topic", "cause"])
INBOX_BATCHES = Counter("sekali_inbox_batches", "Batches that were applied in one transaction.", ["topic"])
INBOX_RETRIES = Counter("sekali_inbox_retries", "Transactions that were rolled back and run again.", ["topic", "error"])
INBOX_GAPS = Counter("sekali_inbox_gaps", "Times the log no longer held the stored offset.", ["topic"])
INBOX_REBUILDS = Counter("sekali_inbox_rebuilds",
                         "Partitions read anew: away for longer than tombstones are kept.", ["topic"])  # fmt: skip
INBOX_STOPPED = Gauge("sekali_inbox_stopped", "1 while a subscription stands still for a stated reason.", ["topic"])
INBOX_LAG = Gauge("sekali_inbox_lag_records", "Records in the log that are not applied yet.", ["topic", "partition"])
APPLY_DELAY = Histogram("sekali_apply_delay_seconds", "From an event's time to its commit here.", ["topic"],
                        buckets=_DELAYS)  # fmt: skip
PARKED = Gauge("sekali_parked_rows", "Effects that wait for a fact that has not arrived.", ["topic"])
DEAD_LETTERS = Gauge("sekali_dead_letters_rows", "Dead letters that nobody has looked after yet.", ["topic"])
DEAD_LETTERS_RUN = Counter("sekali_dead_letters_run", "Dead letters run again, by what came of it.", ["topic", "what"])
CONTRACT_DAYS_LEFT = Gauge("sekali_contract_days_left_days", "Days until the contract ends; -1: it is over.", ["topic"])
CONTRACT_ENDS_SOON = Gauge("sekali_contract_ends_soon", "1 in the contract's last 30 days, and afterwards.", ["topic"])
INBOX_REFUSED = Counter("sekali_inbox_refused", "Records of erased persons, which are not taken.", ["topic"])
RETENTION_SWEPT = Counter("sekali_retention_swept", "Rows whose keeping time was over.", ["topic", "what"])

# Keys
KEY_MADE = Gauge("sekali_key_made_seconds", "When the current key of a sealed field was made, seconds since 1970.",
                 ["topic", "field"])  # fmt: skip

# Doors
REQUEST_SECONDS = Histogram("sekali_http_request_seconds", "Duration of requests.", ["method", "route", "status"],
                            buckets=_REQUESTS)  # fmt: skip
FORMS_OPENED = Counter("sekali_forms_opened", "Forms opened by citizens.", ["form"])
FORMS_SUBMITTED = Counter("sekali_forms_submitted", "Submissions whose answers were right.", ["form"])
BOXES_ASKED = Counter("sekali_boxes_asked", "Boxes of those submissions.", ["form"])
BOXES_FILLED = Counter("sekali_boxes_filled", "Boxes that were filled and left so: not asked again.", ["form"])
BOXES_TYPED = Counter("sekali_boxes_typed", "Boxes that the citizen answered.", ["form"])
USES_NOT_RECORDED = Counter("sekali_uses_not_recorded", "Uses that could not be recorded, so nothing was shown.")

EVERY_METRIC: tuple[Counter | Gauge | Histogram, ...] = (
    OUTBOX_WAITING, OUTBOX_OLDEST, RELAY_EVENTS, RELAY_BATCHES, RELAY_SWEEPS, RELAY_FAILURES, RELAY_HOLES,
    RELAY_REPAIRS, INBOX_APPLIED, INBOX_DUPLICATE, INBOX_DEAD_LETTERED, INBOX_BATCHES, INBOX_RETRIES, INBOX_GAPS,
    INBOX_REBUILDS, INBOX_STOPPED, INBOX_LAG, APPLY_DELAY, PARKED, DEAD_LETTERS, DEAD_LETTERS_RUN, CONTRACT_DAYS_LEFT,
    CONTRACT_ENDS_SOON, INBOX_REFUSED, RETENTION_SWEPT,
    KEY_MADE, REQUEST_SECONDS, FORMS_OPENED, FORMS_SUBMITTED, BOXES_ASKED, BOXES_FILLED, BOXES_TYPED,
    USES_NOT_RECORDED,
)  # fmt: skip


def count_submission(form: str, asked: int, filled: int, typed: int) -> None:
    """Counts one accepted submission and its boxes."""
    FORMS_SUBMITTED.labels(form=form).inc()
    BOXES_ASKED.labels(form=form).inc(asked)
    BOXES_FILLED.labels(form=form).inc(filled)
    BOXES_TYPED.labels(form=form).inc(typed)


def value_of(name: str, **labels: str) -> float:
    """The present value of a sample by its full name, as ``sekali_relay_events_total``; 0 when it has none yet."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


# Any other word a client makes up would be a series of its own.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class MeasureRequests:
    """Measures every request by its route's template; a path that no route has is counted as one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500
        started = perf_counter()

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "(other)"
            REQUEST_SECONDS.labels(method, _route(scope), status).observe(perf_counter() - started)


def _route(scope: Scope) -> str:
    route: Any = scope.get("route")
    return getattr(route, "path_format", None) or getattr(route, "path", None) or "(none)"
