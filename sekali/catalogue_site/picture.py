"""Where everything stands in the flow picture: one lane for each agency, one row for each topic.

Black on paper, and text stays text: at 346 units wide the letters are 12 to 14 units high, so that they can be read on
a phone of 320 px and on A4. More agencies turn their names upright; more topics make more parts, never smaller letters.
Units are those of the SVG's viewBox.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sekali.catalogue_site.flow import Flow

WIDTH = 346.0
LETTER = 8.4  # width of one letter of a lane's name, bold, in a wide font
THIN_LETTER = 7.6  # and of a topic's name
UNTIL = 20  # letters that a sunset adds to it
NARROWEST = 34.0  # of a lane; beyond ten agencies the picture grows wider
ROW = 46.0
ROWS = 14  # of a part, so that it fits on a page of A4
LEGEND = 86.0


@dataclass(frozen=True, slots=True)
class Lane:
    agency: str
    x: float


@dataclass(frozen=True, slots=True)
class Row:
    """An arrow: from the owner at `x` out to `left` and `right`; heads and marks are x of lanes."""

    flow: Flow
    text_y: float
    y: float
    x: float
    left: float
    right: float
    heads: tuple[tuple[float, bool], ...]
    """(x of a lane that hears, points to the right)."""
    marks: tuple[float, ...]
    """Lanes that ask *match / no match*."""
    first: bool
    """Of its owner: a line stands above it."""


@dataclass(frozen=True, slots=True)
class Picture:
    number: int
    of: int
    width: float
    height: float
    head: float
    upright: bool
    lanes: tuple[Lane, ...]
    rows: tuple[Row, ...]
    legend_y: float


def pictures(agencies: Sequence[str], flows: Sequence[Flow]) -> list[Picture]:
    """One or more parts, each with all lanes. An empty catalogue has no picture."""
    parts = _parts(flows)
    longest = max((len(agency) for agency in agencies), default=0) * LETTER
    names = max((len(flow.topic) + UNTIL * bool(flow.card.sunset) for flow in flows), default=0) * THIN_LETTER
    even = max(WIDTH, names) / max(len(agencies), 1)
    upright = longest > even
    lane = max(NARROWEST, even) if upright else even
    lanes = tuple(Lane(agency, lane * (place + 0.5)) for place, agency in enumerate(agencies))
    head = longest * 1.1 + 16 if upright else 26.0
    width = lane * len(lanes)
    found = []
    for number, part in enumerate(parts, 1):
        end = head + ROW * len(part)
        rows = tuple(_rows(part, lanes, head))
        found.append(Picture(number, len(parts), width, end + LEGEND, head, upright, lanes, rows, end + 20))
    return found


def _parts(flows: Sequence[Flow]) -> list[tuple[Flow, ...]]:
    """As few parts as there must be, all of nearly the same length."""
    if not flows:
        return []
    count = -(-len(flows) // ROWS)
    length = -(-len(flows) // count)
    return [tuple(flows[start : start + length]) for start in range(0, len(flows), length)]


def _rows(part: Sequence[Flow], lanes: Sequence[Lane], head: float) -> Iterator[Row]:
    at = {lane.agency: lane.x for lane in lanes}
    before = None
    for place, flow in enumerate(part):
        top, x = head + ROW * place, at[flow.card.owner]
        heard = [at[agency] for agency in flow.hearers]
        yield Row(
            flow,
            text_y=top + 16,
            y=top + 29,
            x=x,
            left=min([x, *heard]),
            right=max([x, *heard]),
            heads=tuple((lane, lane > x) for lane in heard),
            marks=tuple(at[agency] for agency in flow.askers),
            first=flow.card.owner != before,
        )
        before = flow.card.owner
