"""The table of a run: each row with its ratio, spread, both sides and the targets."""

from collections.abc import Mapping

from rich.table import Table
from rich.text import Text

from bench.measure import LEVELS, Level, Measure
from bench.pairs import Result

COLOURS: Mapping[Level | None, str] = {"stretch": "bold green", "goal": "green", "floor": "yellow", None: "bold red"}
WORDS: Mapping[Level | None, str] = {"stretch": "stretch", "goal": "goal", "floor": "floor", None: "below floor"}
MEGABYTES = "MB"
FAILED = "failed: "

Outcome = Result | str
"""A result, or the sentence that says why there is none."""


def table(measures: Mapping[str, Measure], outcomes: Mapping[str, Outcome]) -> Table:
    made = Table(title="Ours beside the limit, in the same run")
    made.add_column("row", no_wrap=True)
    made.add_column("measure", overflow="fold")
    for name in ("ratio", "spread", "ours", "raw", " · ".join(LEVELS)):
        made.add_column(name, justify="right", no_wrap=True)
    made.add_column("reached", no_wrap=True)
    for row, outcome in outcomes.items():
        made.add_row(*cells(measures[row], outcome))
    return made


def cells(measure: Measure, outcome: Outcome) -> list[Text]:
    targets = Text(" · ".join(ratio(measure, getattr(measure.targets, level)) for level in LEVELS))
    if isinstance(outcome, str):
        style = COLOURS[None] if failed(outcome) else "dim"
        empty = [Text("")] * 4
        return [Text(measure.row), Text(f"{measure.title}: {outcome}"), *empty, targets, Text("none", style=style)]
    low, high = (ratio(measure, one) for one in outcome.spread)
    reached = measure.targets.reached(outcome.ratio)
    words = f"{measure.title}, {outcome.unit}"
    return [
        Text(measure.row),
        Text(f"{words} ({outcome.note})" if outcome.note else words),
        Text(ratio(measure, outcome.ratio), style=COLOURS[reached]),
        Text(f"{low} – {high}"),
        Text(figure(outcome.ours)),
        Text(figure(outcome.raw)),
        targets,
        Text(WORDS[reached], style=COLOURS[reached]),
    ]


def line(measure: Measure, outcome: Outcome) -> Text:
    """What is said when a row ends."""
    said = Text(f"{measure.row:>4}  {measure.title}: ")
    if isinstance(outcome, str):
        return said.append(outcome, style="bold red" if failed(outcome) else "dim")
    reached = measure.targets.reached(outcome.ratio)
    said.append(f"{ratio(measure, outcome.ratio)}, {WORDS[reached]}", style=COLOURS[reached])
    return said.append(f"  ({figure(outcome.ours)} {outcome.unit} against {figure(outcome.raw)}, {measure.against})")


def ratio(measure: Measure, value: float) -> str:
    """As the targets are written: parts of a limit in percent, times as a multiple, memory in megabytes."""
    if measure.unit == MEGABYTES:
        return f"{value:.0f} MB"
    if measure.targets.lower or measure.targets.stretch > 2:
        return f"{value:.2f}x" if value < 10 else f"{value:.0f}x"
    return f"{value:.0%}"


def figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def failed(outcome: Outcome) -> bool:
    return isinstance(outcome, str) and outcome.startswith(FAILED)
