"""What a country needs, computed from measured figures and named assumptions: none was measured at that size."""

import math
from dataclasses import dataclass, fields

from bench.scaling.figures import Scale, Size
from sekali.topics import REPLICAS

HOUR = 3600
GB = 1e9
M_SINK = (
    "number of m-SINK's receivers in 2023: "
    "www.ntbnews.com/nasional/ditjen-dukcapil-jalin-integrasi-data-berkelanjutan-dengan-bps"
)


@dataclass(frozen=True, slots=True)
class Assumed:
    value: float
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Each with where it comes from; "assumption" where nothing does."""

    residents: Assumed = Assumed(280e6, "residents", "the country this is built for, rounded; assumption")
    changes: Assumed = Assumed(
        1.0,
        "changes per resident and year",
        "assumption, meant to be high: births, deaths, marriages, moves, corrections",
    )
    busy_days: Assumed = Assumed(250, "days a year on which offices register", "assumption")
    busy_hours: Assumed = Assumed(8, "hours of such a day", "assumption")
    peak: Assumed = Assumed(5, "times the mean of those hours, at the peak", "assumption")
    mass_change: Assumed = Assumed(10e6, "residents changed at once, when a province is divided", "assumption")
    agencies: Assumed = Assumed(17, "agencies that hear of residents", M_SINK)
    evening: Assumed = Assumed(6, "hours of an evening", "assumption")
    replicas: Assumed = Assumed(REPLICAS, "replicas of a partition", "`sekali/topics.py`")
    stale: Assumed = Assumed(
        2, "times the live records, before the cleaner runs", "Kafka's min.cleanable.dirty.ratio, 0.5"
    )
    partition: Assumed = Assumed(10, "GB in a partition at most, so that it moves in minutes", "assumption")
    disk: Assumed = Assumed(2_000, "GB of disk at a broker", "assumption")
    filled: Assumed = Assumed(0.6, "part of the disk that may be filled", "assumption")
    line: Assumed = Assumed(
        0.5, "GB/s that a broker sends and receives", "assumption: less than half of a 10 Gbit/s line"
    )

    def all(self) -> list[Assumed]:
        return [getattr(self, one.name) for one in fields(self)]


@dataclass(frozen=True, slots=True)
class Measured:
    """Residents a second of one process at the largest size, and what a tenfold size left of a process's rate.

    Bytes are of one resident.
    """

    thin: float
    wide: float
    thin_kept: float
    wide_kept: float
    size: int
    relay: float
    sealing: float
    topic_bytes: float
    thin_bytes: float
    wide_bytes: float
    outbox_bytes: float


def inputs(scale: Scale) -> Measured | None:
    """None where a part is missing."""
    if len(scale.residents) < 2 or not scale.relay or scale.encoding is None:
        return None
    before, last = sorted(scale.residents, key=lambda one: one.residents)[-2:]
    return Measured(
        thin=last.thin.rate,
        wide=last.wide.rate,
        thin_kept=_kept(before, last, "thin"),
        wide_kept=_kept(before, last, "wide"),
        size=last.residents,
        relay=max(scale.relay, key=lambda one: one.partitions).rate,
        sealing=scale.encoding.rate,
        topic_bytes=last.topic_bytes,
        thin_bytes=last.thin_bytes,
        wide_bytes=last.wide_bytes,
        outbox_bytes=last.outbox_bytes,
    )


def _kept(before: Size, last: Size, copy: str) -> float:
    """What is left of the rate at ten times the size; never more than all of it, whatever the noise says."""
    tens = math.log10(last.residents / before.residents)
    return float(min(1.0, (getattr(last, copy).rate / getattr(before, copy).rate) ** (1 / tens)))


@dataclass(frozen=True, slots=True)
class Stage:
    """What one of it carries, in events/s, and how many times the peak of a day that is."""

    name: str
    carries: float
    headroom: float


@dataclass(frozen=True, slots=True)
class Country:
    """Rates in residents or events a second; `hours_…` of one process."""

    events_a_day: float
    peak: float
    thin: float
    wide: float
    hours_thin: float
    hours_wide: float
    evening_thin: int
    evening_wide: int
    hours_relay: float
    hours_sealing: float
    hours_mass_change: float
    topic_gb: float
    cluster_gb: float
    thin_gb: float
    wide_gb: float
    outbox_gb: float
    partitions: int
    brokers: int
    sent_gb: float
    stages: tuple[Stage, ...]

    @property
    def narrowest(self) -> Stage:
        return min(self.stages, key=lambda one: one.headroom)


def country(found: Measured, given: Assumptions) -> Country:
    residents = given.residents.value
    tens = max(0.0, math.log10(residents / found.size))
    thin, wide = found.thin * found.thin_kept**tens, found.wide * found.wide_kept**tens
    day = residents * given.changes.value / given.busy_days.value
    peak = day / (given.busy_hours.value * HOUR) * given.peak.value
    topic_gb = residents * found.topic_bytes / GB
    cluster_gb = topic_gb * given.replicas.value * given.stale.value / given.filled.value
    evening = residents / (given.evening.value * HOUR)
    # Every agency at once reads the whole topic in an evening; the peak is written to every replica meanwhile.
    sent_gb = (evening * given.agencies.value + peak * (given.agencies.value + given.replicas.value)) * (
        found.topic_bytes / GB
    )
    return Country(
        events_a_day=day,
        peak=peak,
        thin=thin,
        wide=wide,
        hours_thin=residents / thin / HOUR,
        hours_wide=residents / wide / HOUR,
        evening_thin=math.ceil(evening / thin),
        evening_wide=math.ceil(evening / wide),
        hours_relay=residents / found.relay / HOUR,
        hours_sealing=residents / found.sealing / HOUR,
        hours_mass_change=given.mass_change.value / min(found.relay, wide) / HOUR,
        topic_gb=topic_gb,
        cluster_gb=cluster_gb,
        thin_gb=residents * found.thin_bytes / GB,
        wide_gb=residents * found.wide_bytes / GB,
        outbox_gb=residents * found.outbox_bytes / GB,
        partitions=_partitions(residents / HOUR / wide, topic_gb * given.stale.value / given.partition.value),
        brokers=_brokers(cluster_gb / given.disk.value, sent_gb / given.line.value, given.replicas.value),
        sent_gb=sent_gb,
        stages=tuple(
            Stage(name, carries, carries / peak)
            for name, carries in (
                ("the owner's relay: one process, whatever the partitions", found.relay),
                ("sealing at the owner: two processes", found.sealing),
                ("a subscriber that opens no seal: one process", thin),
                ("a subscriber that opens all seals: one process", wide),
            )
        ),
    )


def _partitions(processes: float, full: float) -> int:
    """A power of two, so that 2, 4, 8 … processes share evenly. Partitions can't be added to a topic later, so there
    are enough for the whole country in an hour.
    """
    return int(2 ** math.ceil(math.log2(max(1.0, processes, full))))


def _brokers(disk: float, line: float, replicas: float) -> int:
    """By the scarcest of the three, and one more: one may be away."""
    return math.ceil(max(replicas, disk, line)) + 1
