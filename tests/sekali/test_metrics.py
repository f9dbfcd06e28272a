"""The list of metrics keeps its own laws."""

from collections.abc import Iterator

import pytest
from prometheus_client import Counter, Gauge, Histogram, generate_latest

from sekali import metrics

# What a label may tell of; never an id and nothing of a person.
LABELS = {"topic", "partition", "error", "cause", "form", "method", "route", "status", "field", "what"}
UNITS = {"rows", "seconds", "records", "days"}

Metric = Counter | Gauge | Histogram


def defined() -> Iterator[Metric]:
    return (value for value in vars(metrics).values() if isinstance(value, Metric))


def name_of(metric: Metric) -> str:
    return next(iter(metric.describe())).name


def test_every_metric_stands_in_the_one_list() -> None:
    assert {id(metric) for metric in defined()} == {id(metric) for metric in metrics.EVERY_METRIC}
    assert len({name_of(metric) for metric in metrics.EVERY_METRIC}) == len(metrics.EVERY_METRIC)


@pytest.mark.parametrize("metric", metrics.EVERY_METRIC, ids=name_of)
def test_each_metric_has_a_name_a_meaning_and_plain_labels(metric: Metric) -> None:
    described = next(iter(metric.describe()))
    assert described.name.startswith("sekali_")
    assert described.documentation.endswith(".")
    assert set(metric._labelnames) <= LABELS
    yes_or_no = described.name.endswith(("_stopped", "_soon"))
    if isinstance(metric, Histogram) or (isinstance(metric, Gauge) and not yes_or_no):
        assert described.name.rsplit("_", 1)[1] in UNITS, "a measure says its unit"


def test_a_scrape_holds_every_metric() -> None:
    scraped = generate_latest().decode()
    assert all(f"# HELP {name_of(metric)}" in scraped for metric in metrics.EVERY_METRIC)


def test_a_value_can_be_read_by_its_name() -> None:
    before = metrics.value_of("sekali_relay_events_total", topic="town.resident.v1")
    metrics.RELAY_EVENTS.labels(topic="town.resident.v1").inc(3)
    assert metrics.value_of("sekali_relay_events_total", topic="town.resident.v1") == before + 3
    assert metrics.value_of("sekali_relay_events_total", topic="nobody.says.this") == 0
