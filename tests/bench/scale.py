"""Figures of a scaling run, as if one had been made."""

from bench.scaling.figures import Machine, Scale, Shape, Size, Speed


def speed(rate: float, busy: float = 1.6, own: float | None = 0.9) -> Speed:
    return Speed(rate=rate, spread=(rate * 0.9, rate * 1.1), busy=busy, own=own, runs=3)


def shape(partitions: int, processes: int, rate: float, busy: float = 1.6) -> Shape:
    return Shape(partitions=partitions, processes=processes, **speed(rate, busy).model_dump())


def size(residents: int, thin: float = 60_000, wide: float = 20_000) -> Size:
    return Size(
        residents=residents, thin=speed(thin), wide=speed(wide), topic_bytes=900.0, thin_bytes=150.0, wide_bytes=500.0,
        outbox_bytes=1_200.0,
    )  # fmt: skip


def scale(load: float = 0.1) -> Scale:
    return Scale(
        machine=Machine(cores=2, memory_gb=8.0, python="3.11.9", load={"subscriber": load, "residents": load}),
        rows={"subscriber": 100_000, "relay": 200_000, "residents": 1_000_000},
        subscriber=(shape(1, 1, 50_000), shape(2, 2, 60_000, 1.9), shape(4, 4, 61_000, 2.0), shape(4, 1, 50_000)),
        relay=(shape(1, 1, 100_000), shape(2, 1, 110_000), shape(4, 1, 120_000)),
        encoding=speed(40_000, 2.0, None),
        residents=(size(10_000), size(100_000), size(1_000_000)),
    )
