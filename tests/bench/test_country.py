"""The calculation of a country: what goes in comes out as an engineer would reckon it on paper."""

from dataclasses import replace

import pytest

from bench.report.country import GB, Assumed, Assumptions, Measured, country, inputs
from tests.bench.scale import scale, size

GIVEN = replace(
    Assumptions(),
    residents=Assumed(1e6 * 36, "residents", "assumption"),
    changes=Assumed(2, "", "assumption"),
    busy_days=Assumed(200, "", "assumption"),
    busy_hours=Assumed(10, "", "assumption"),
    peak=Assumed(3, "", "assumption"),
    evening=Assumed(2, "", "assumption"),
)
FOUND = Measured(
    thin=10_000, wide=1_000, thin_kept=1.0, wide_kept=1.0, size=1_000_000, relay=20_000, sealing=5_000,
    topic_bytes=1_000, thin_bytes=100, wide_bytes=500, outbox_bytes=2_000,
)  # fmt: skip


def test_a_day_and_its_peak() -> None:
    whole = country(FOUND, GIVEN)
    assert whole.events_a_day == 360_000
    assert whole.peak == pytest.approx(30)  # 10/s over ten hours, three times that


def test_hours_and_the_processes_of_an_evening() -> None:
    whole = country(FOUND, GIVEN)
    assert (whole.hours_thin, whole.hours_wide) == (1, 10)
    assert (whole.evening_thin, whole.evening_wide) == (1, 5)
    assert (whole.hours_relay, whole.hours_sealing) == (0.5, 2)


def test_disk_counts_replicas_stale_records_and_room() -> None:
    whole = country(FOUND, GIVEN)
    assert whole.topic_gb == 36
    assert whole.cluster_gb == pytest.approx(36 * 3 * 2 / 0.6)
    assert (whole.thin_gb, whole.wide_gb, whole.outbox_gb) == (3.6, 18, 72)


def test_what_a_tenfold_size_costs_is_carried_on_to_the_country() -> None:
    small = replace(GIVEN, residents=Assumed(1e8, "", "assumption"))
    whole = country(replace(FOUND, wide_kept=0.9), small)  # a hundred times the measured size: two tens
    assert whole.wide == pytest.approx(1_000 * 0.81)
    assert whole.thin == 10_000


def test_partitions_hold_an_hours_processes_and_are_shared_evenly() -> None:
    whole = country(FOUND, GIVEN)
    assert whole.partitions == 16  # ten processes for an hour; 36 GB and their stale records would ask for eight
    heavy = country(replace(FOUND, topic_bytes=100_000), GIVEN)
    assert heavy.partitions == 1_024  # 3.6 TB, twice, by 10 GB


def test_brokers_are_never_fewer_than_the_replicas_and_one() -> None:
    assert country(FOUND, GIVEN).brokers == 4
    by_disk = country(replace(FOUND, topic_bytes=100_000), GIVEN)
    assert by_disk.brokers >= by_disk.cluster_gb / Assumptions().disk.value
    thirsty = country(FOUND, replace(GIVEN, agencies=Assumed(1_000, "", "assumption")))
    assert thirsty.brokers > 4
    assert thirsty.sent_gb == pytest.approx((5_000 * 1_000 + 30 * 1_003) * 1_000 / GB)


def test_the_narrowest_stage_is_the_one_with_the_least_headroom() -> None:
    whole = country(FOUND, GIVEN)
    assert "opens all seals" in whole.narrowest.name
    assert whole.narrowest.headroom == pytest.approx(1_000 / 30)
    assert "relay" in country(replace(FOUND, relay=10), GIVEN).narrowest.name


def test_inputs_are_those_of_the_largest_size_and_of_the_last_tenfold_step() -> None:
    held = scale().model_copy(update={"residents": (size(1_000, 9e4), size(100_000, 8e4), size(10_000_000, 2e4))})
    found = inputs(held)
    assert found is not None
    assert (found.size, found.thin) == (10_000_000, 20_000)
    assert found.thin_kept == pytest.approx(0.5)  # two tens took three quarters
    assert found.wide_kept == 1.0
    assert found.relay == 120_000


def test_noise_that_makes_more_of_less_does_not_make_a_country_faster() -> None:
    held = scale().model_copy(update={"residents": (size(10_000, 5e4), size(100_000, 7e4))})
    found = inputs(held)
    assert found is not None
    assert found.thin_kept == 1.0


def test_without_all_parts_there_is_no_calculation() -> None:
    for part in ({"residents": ()}, {"relay": ()}, {"encoding": None}):
        assert inputs(scale().model_copy(update=part)) is None
    assert all(one.source for one in Assumptions().all())
