"""The pictures of docs/performance.md."""

import math
from collections.abc import Mapping, Sequence

from bench.measure import LEVELS, Measure, Targets
from bench.pairs import Result
from bench.report.drawing import Drawing
from bench.scaling.figures import Scale, Shape
from bench.table import figure, ratio

ROW, TOP = 26, 76
Points = Sequence[tuple[float, float]]


def place_of(targets: Targets, value: float) -> float:
    """Floor at 1, goal at 2, stretch at 3, straight between them; never past 3.5."""
    begin = targets.floor * 2 if targets.lower else 0.0
    marks = [begin, targets.floor, targets.goal, targets.stretch]
    met = sum(targets.better(value, mark) for mark in marks[1:3])
    low, high = marks[met], marks[met + 1]
    return min(3.5, max(0.0, met + (value - low) / (high - low)))


def ratios(measures: Mapping[str, Measure], found: Mapping[str, Result]) -> str:
    """One bar for each row; the marks of all rows stand below each other."""
    told = "; ".join(
        f"{row} {measure.title}: {ratio(measure, found[row].ratio)}, goal {ratio(measure, measure.targets.goal)}"
        if row in found
        else f"{row} {measure.title}: not measured"
        for row, measure in measures.items()
    )
    width, left, step = 880, 380, 120
    made = Drawing("ratios", "What is reached of each target", told, width, TOP + ROW * len(measures) + 16)
    for number, (row, measure) in enumerate(measures.items()):
        y = TOP + number * ROW
        made.text(16, y + 13, row)
        made.text(52, y + 13, measure.title)
        if row not in found:
            made.text(left + 6, y + 13, "not measured", "faint")
            continue
        reached = measure.targets.reached(found[row].ratio)
        length = place_of(measure.targets, found[row].ratio) * step
        made.box(left, y, length, 17, "a" if reached else "bad")
        made.text(left + length + 6, y + 13, ratio(measure, found[row].ratio))
    for number, level in enumerate(LEVELS, 1):
        made.line(left + number * step, TOP - 14, left + number * step, made.height - 12, "mark")
        made.text(left + number * step, TOP - 22, level, "faint mid")
    return made.svg()


def processes(scale: Scale) -> str:
    """Two bars for each shape: all together, and by core in use."""
    rows = [("subscriber", one) for one in scale.subscriber] + [("relay", one) for one in scale.relay]
    told = "; ".join(
        f"{_named(who, one)}: {figure(one.rate)} events/s, {one.busy:.1f} cores busy, {figure(one.per_core)} by core"
        for who, one in rows
    )
    left, wide, high = 300, 420, 40
    made = Drawing("processes", "Events a second, by partitions and processes", told, 860, TOP + high * len(rows) + 8)
    _legend(made, (("a", "all together"), ("b", "by core in use")))
    most = max((one.rate for _, one in rows), default=1.0)
    for number, (who, one) in enumerate(rows):
        y = TOP + number * high
        made.text(16, y + 20, _named(who, one))
        for offset, kind, value in ((0, "a", one.rate), (15, "b", one.per_core)):
            made.box(left, y + offset, value / most * wide, 13, kind)
            made.text(left + value / most * wide + 6, y + offset + 11, figure(value))
    return made.svg()


def _named(who: str, shape: Shape) -> str:
    return f"{who}: {_many(shape.partitions, 'partition')}, {_many(shape.processes, 'process', 'processes')}"


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count} {one if count == 1 else more or one + 's'}"


def bootstrap(scale: Scale) -> str:
    thin = [(one.residents, one.residents / one.thin.rate) for one in scale.residents]
    wide = [(one.residents, one.residents / one.wide.rate) for one in scale.residents]
    return _curves(
        "bootstrap", "Seconds to fill a new agency's copy", (("opens no seal", thin), ("opens all", wide)), "s"
    )


def disk(scale: Scale) -> str:
    topic = [(one.residents, one.residents * one.topic_bytes / 1e6) for one in scale.residents]
    copy = [(one.residents, one.residents * one.wide_bytes / 1e6) for one in scale.residents]
    return _curves("disk", "Megabytes on disk", (("topic, one replica", topic), ("copy of all groups", copy)), "MB")


def _curves(name: str, title: str, series: Sequence[tuple[str, Points]], unit: str) -> str:
    """Both axes in tens: what doubles with the residents is a straight line."""
    told = "; ".join(
        f"{words}: " + ", ".join(f"{figure(y)} {unit} at {x:,.0f} residents" for x, y in points)
        for words, points in series
    )
    made = Drawing(name, title, told, 640, 380)
    _legend(made, tuple(zip("ab", (words for words, _ in series), strict=True)))
    found = [point for _, points in series for point in points]
    columns, rows = _tens([x for x, _ in found]), _tens([y for _, y in found])
    left, right, top, bottom = 90.0, 600.0, float(TOP), 330.0

    def at(x: float, y: float) -> tuple[float, float]:
        return _along(x, columns, left, right), _along(y, rows, bottom, top)

    for ten in columns:
        x, _ = at(10.0**ten, 10.0 ** rows[0])
        made.line(x, top, x, bottom)
        made.text(x, bottom + 20, f"{10**ten:,}", "faint mid")
    for ten in rows:
        _, y = at(10.0 ** columns[0], 10.0**ten)
        made.line(left, y, right, y)
        made.text(left - 8, y + 4, f"{10.0**ten:,g} {unit}", "faint end")
    made.text((left + right) / 2, bottom + 40, "residents", "faint mid")
    for kind, (_, points) in zip("ab", series, strict=True):
        made.path([at(*point) for point in points], kind)
        for x, y in points:
            made.dot(*at(x, y), kind)
            above = -10 if points is max((p for _, p in series), key=lambda p: p[-1][1]) else 20
            made.text(at(x, y)[0], at(x, y)[1] + above, figure(y), "mid")
    return made.svg()


def _tens(values: Sequence[float]) -> range:
    return range(math.floor(math.log10(min(values))), max(math.ceil(math.log10(max(values))), 1) + 1)


def _along(value: float, tens: range, begin: float, end: float) -> float:
    return begin + (math.log10(value) - tens[0]) / (tens[-1] - tens[0]) * (end - begin)


def _legend(made: Drawing, kinds: Sequence[tuple[str, str]]) -> None:
    x = 16.0
    for kind, words in kinds:
        made.box(x, 40, 12, 12, kind)
        made.text(x + 18, 51, words, "faint")
        x += 40 + 8 * len(words)
