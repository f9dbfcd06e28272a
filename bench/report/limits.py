"""Targets that nobody can reach on this machine: so many times a peer's rate is more than the plain clients do."""

from collections.abc import Iterator, Mapping

from bench.measure import LEVELS, Measure
from bench.pairs import Result
from bench.table import figure, ratio

RAW_LIMITS = {"P4": "P2", "P17": "P1", "P19": "P1"}
"""Row beside a peer -> the row that measures the same work beside its raw limit."""


def out_of_reach(measures: Mapping[str, Measure], found: Mapping[str, Result]) -> Iterator[str]:
    """A sentence for each row that has such targets."""
    for row, limit in RAW_LIMITS.items():
        if row not in found or limit not in found:
            continue
        peer, most = found[row].raw, found[limit].raw
        levels = [level for level in LEVELS if getattr(measures[row].targets, level) * peer > most]
        if levels:
            measure, names = measures[row], " and ".join(levels)
            times = " and ".join(ratio(measure, getattr(measure.targets, level)) for level in levels)
            yield (
                f"{row}: {times} ({names}) of {figure(peer)} {found[row].unit} is more than {limit}'s raw limit, "
                f"{figure(most)}."
            )
