"""The table of a run: each row with what was inflicted, what did not hold, and how long parity took."""

from collections.abc import Mapping
from statistics import median

from rich.table import Table
from rich.text import Text

from faults.results import Outcome
from faults.row import Row


def table(rows: Mapping[str, Row], outcomes: Mapping[str, Outcome]) -> Table:
    made = Table(title="Faults inflicted, and what did not hold")
    made.add_column("row", no_wrap=True)
    made.add_column("fault", overflow="fold")
    for name in ("injected", "violations", "parity median", "worst", "seed"):
        made.add_column(name, justify="right", no_wrap=True)
    for name, outcome in outcomes.items():
        made.add_row(*cells(rows[name], outcome))
    return made


def cells(row: Row, outcome: Outcome) -> list[Text]:
    if isinstance(outcome, str):
        return [Text(row.row), Text(f"{row.title}: {outcome}"), *[Text("")] * 2, *times([]), Text("")]
    told = ", ".join(f"{name} {len(said)}" for name, said in outcome.violations.items())
    return [
        Text(row.row), Text(row.title), Text(f"{outcome.injected}/{outcome.planned}"),
        Text(told or "0", style="green" if outcome.is_clean else "bold red"), *times(outcome.parity),
        Text(str(outcome.seed)),
    ]  # fmt: skip


def line(row: Row, outcome: Outcome) -> Text:
    """What is said when a row ends."""
    said = Text(f"{row.row:>4}  {row.title}: ")
    if isinstance(outcome, str):
        return said.append(outcome, style="bold red")
    middle, worst = times(outcome.parity)
    said.append(f"{outcome.injected} of {outcome.planned} injected, ", style="" if outcome.is_whole else "bold red")
    violations = sum(map(len, outcome.violations.values()))
    said.append(f"{violations} violations", style="green" if outcome.is_clean else "bold red")
    said.append(f", parity {middle} (worst {worst}), {outcome.seconds:.0f} s, seed {outcome.seed}")
    for name, sentences in outcome.violations.items():
        said.append(f"\n      {name}: {sentences[0]}" + (f" … {len(sentences) - 1} more" if sentences[1:] else ""))
    return said.append(f"\n      {outcome.note}") if outcome.note else said


def times(parity: list[float]) -> tuple[Text, Text]:
    if not parity:
        return Text("–"), Text("–")
    return Text(f"{median(parity):.1f} s"), Text(f"{max(parity):.1f} s")
