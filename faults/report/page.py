"""The page: promises and runs put into words of a template."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from faults.checker.invariants.i5_alive import LONGEST
from faults.checker.judging import found as invariants
from faults.report.promises import GENERATED, NOT_PROMISED, PROMISES, TABLE, Promise
from faults.report.runs import Seen, kept, seen
from faults.row import Options
from faults.stand import country
from faults.stand.folders import Load

PAGE = Path("docs/reliability.md")
TEMPLATE = "reliability.md.jinja"
RUNS_IN_A_ROW = 3
FEWEST_FAULTS = 500
MEDIAN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Line:
    """Cells of one row of the table of results."""

    row: str
    title: str
    injected: str
    violations: str
    parity: str
    seeds: str


def made(folder: Path) -> str:
    """Of the runs in `folder`; what was not run is said to be so."""
    known = seen(folder)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
    words: dict[str, Any] = {
        "promises": [(one, ", ".join(one.rows), shown(one, known)) for one in PROMISES],
        "limits": NOT_PROMISED,
        "lines": [_line(row, known.get(row)) for row in TABLE],
        "notes": [f"{row}: {note}." for row in TABLE if row in known for note in known[row].notes],
        "failed": [f"{row}: {one}" for row in TABLE if row in known for one in known[row].failed],
        "verdict": _verdict(known),
        "runs": len(kept(folder)),
        "checks": _checks(),
        "load": Load(rate=Options(folder, 0).rate), "hundred": 100, "example": "make faults ONLY=F2,F7 SEED=7",
        "owners": len(country.OWNERS), "subscribers": len(country.SUBSCRIBERS),
    }  # fmt: skip
    return environment.get_template(TEMPLATE).render(words)


def shown(promise: Promise, known: Mapping[str, Seen]) -> str:
    """What the runs say of a promise: how many faults it stood, what broke it, and what is still missing."""
    tried = [row for row in promise.rows if row in known and known[row].runs]
    broken = [f"{row} ({', '.join(names)})" for row in tried if (names := _against(promise, known[row]))]
    missing = [row for row in promise.rows if row not in tried]
    said = [f"**broken by {', '.join(broken)}**"] if broken else []
    if tried:
        told = _counted(known, tried)
        said.append(told if broken else f"held in {told}")
    small = [row for row in tried if known[row].smoke]
    if small:
        said.append(f"small counts only: {', '.join(small)}")
    if missing:
        said.append(f"{'not run yet' if tried else '**not shown yet**, not run'}: {', '.join(missing)}")
    return "; ".join(said)


def _counted(known: Mapping[str, Seen], rows: Iterable[str]) -> str:
    counts = dict.fromkeys((False, True), 0)
    for row in rows:
        counts[row in GENERATED] += known[row].injected
    said = [f"{counts[False]:,} faults"] if counts[False] or not counts[True] else []
    return " and ".join([*said, *([f"{counts[True]:,} generated cases"] if counts[True] else [])])


def _against(promise: Promise, found: Seen) -> list[str]:
    """What of the row's violations speaks against the promise; a name that no invariant has is the row's own."""
    theirs = [name for name in found.violations if name in promise.broken_by or name not in invariants()]
    return sorted(theirs if promise.broken_by else found.violations)


def _line(row: str, found: Seen | None) -> Line:
    if found is None or not found.runs:
        return Line(row, TABLE[row], "not run yet", "", "", "")
    told = ", ".join(f"{name} {count}" for name, count in sorted(found.violations.items()))
    small = ", small count" if found.smoke else ""
    return Line(
        row,
        TABLE[row],
        f"{found.injected:,} of {found.planned:,}{small}",
        f"**{told}**" if told else "0",
        "–" if found.parity_median is None else f"{found.parity_median:.1f} s, worst {found.parity_worst:.1f} s",
        ", ".join(map(str, found.seeds)),
    )


def _verdict(known: Mapping[str, Seen]) -> str:
    """The bar, and how far the runs are from it."""
    tried = {row: one for row, one in known.items() if one.runs}
    if not tried:
        return "Nothing was run yet: nothing of this page is shown."
    faults = sum(one.injected for row, one in tried.items() if row not in GENERATED)
    broken = [row for row in TABLE if row in tried and tried[row].violations]
    parity = [one.parity_median for one in tried.values() if one.parity_median is not None]
    worst = max((one.parity_worst for one in tried.values() if one.parity_worst is not None), default=None)
    said = [f"{faults:,} faults were inflicted."]
    said.append(f"**Something did not hold in {', '.join(broken)}.**" if broken else "Nothing that was checked broke.")
    if worst is not None:
        said.append(f"Parity took {median(parity):.1f} s in the median of the rows, {worst:.1f} s at worst.")
    left = _left(tried, faults, max(worst or 0.0, 0.0), median(parity) if parity else 0.0)
    said.append(f"The bar is not reached: {'; '.join(left)}." if left else "The bar is reached.")
    return "\n".join(said)


def _left(tried: Mapping[str, Seen], faults: int, worst: float, middle: float) -> list[str]:
    """What is missing to the bar; empty where it is reached."""
    left = []
    if missing := [row for row in TABLE if row not in tried]:
        left.append(f"{', '.join(missing)} not run")
    if few := [row for row, one in tried.items() if one.smoke or one.runs < RUNS_IN_A_ROW]:
        left.append(f"fewer than {RUNS_IN_A_ROW} full runs of {', '.join(few)}")
    if short := [row for row, one in tried.items() if one.injected < one.planned]:
        left.append(f"less inflicted than planned in {', '.join(short)}")
    if broken := [row for row, one in tried.items() if one.violations]:
        left.append(f"violations in {', '.join(broken)}")
    if faults < FEWEST_FAULTS:
        left.append(f"fewer than {FEWEST_FAULTS} faults")
    if worst > LONGEST or middle > MEDIAN_SECONDS:
        left.append(f"parity later than {MEDIAN_SECONDS:.0f} s in the median or {LONGEST:.0f} s at worst")
    return left


def _checks() -> list[tuple[str, str]]:
    """Each invariant by the first sentence of its module."""
    return [(name, _first_sentence(check.__globals__["__doc__"])) for name, check in invariants().items()]


def _first_sentence(text: str) -> str:
    words = text.partition(": ")[2]
    return words[:1].upper() + words[1:].partition("\n")[0].rstrip(".") + "."
