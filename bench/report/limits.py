"""Targets beside a peer that ask for more than the plain clients do: a raw limit can be passed by overlap, not far."""

from collections.abc import Iterator, Mapping

from bench.measure import LEVELS, Measure
from bench.pairs import Result
from bench.table import figure, ratio

RAW_LIMITS = {"P4": "P2", "P17": "P1", "P19": "P1"}
"""Row beside a peer -> the row that measures the same work beside its raw limit."""


def above_limits(measures: Mapping[str, Measure], found: Mapping[str, Result]) -> Iterator[str]:
    """A sentence for each row that has such targets."""
    for row, limit in RAW_LIMITS.items():
        if row not in found or limit not in found:
            continue
        measure, peer, most = measures[row], found[row].raw, found[limit].raw
        asked = {level: getattr(measure.targets, level) for level in LEVELS}
        above = {level: times for level, times in asked.items() if times * peer > most}
        if above:
            names = ", ".join(f"{ratio(measure, times)} ({level})" for level, times in above.items())
            shares = ", ".join(f"{times * peer / most:.1f}" for times in above.values())
            yield f"{row}: {names} of {figure(peer)} {found[row].unit} is {shares} times {limit}'s raw limit."
