"""A picture as SVG, by hand: readable in light and dark, with a title and a description for who can't see it."""

from collections.abc import Iterable
from xml.etree import ElementTree as Xml

STYLE = """
svg { --back: #ffffff; --ink: #1b1f24; --faint: #6b7280; --line: #d5d9df; --a: #0b66c3; --b: #b45309; --bad: #b42318 }
@media (prefers-color-scheme: dark) {
  svg { --back: #11151a; --ink: #e8eaed; --faint: #9aa4b1; --line: #333b45; --a: #5aa9f5; --b: #f0a44b; --bad: #ff8a80 }
}
text { font: 13px system-ui, sans-serif; fill: var(--ink) }
.back { fill: var(--back) } .faint { fill: var(--faint) } .end { text-anchor: end } .mid { text-anchor: middle }
.head { font-size: 15px; font-weight: 600 }
.grid { stroke: var(--line); fill: none } .mark { stroke: var(--faint); stroke-dasharray: 3 3 }
.a { fill: var(--a) } .b { fill: var(--b) } .bad { fill: var(--bad) }
.line-a { stroke: var(--a); fill: none; stroke-width: 2 } .line-b { stroke: var(--b); fill: none; stroke-width: 2 }
"""


class Drawing:
    """Lengths in pixels, from the upper left corner."""

    def __init__(self, name: str, title: str, told: str, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._svg = Xml.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {width} {height}",
                "width": str(width),
                "height": str(height),
                "role": "img",
                "aria-labelledby": f"{name}-title {name}-told",
            },
        )
        for tag, words in (("title", title), ("desc", told)):
            Xml.SubElement(self._svg, tag, id=f"{name}-{'title' if tag == 'title' else 'told'}").text = words
        Xml.SubElement(self._svg, "style").text = STYLE
        self.box(0, 0, width, height, "back")
        self.text(16, 26, title, "head")

    def box(self, x: float, y: float, width: float, height: float, kind: str) -> None:
        Xml.SubElement(self._svg, "rect", {**_numbers(x=x, y=y, width=width, height=height), "class": kind})

    def text(self, x: float, y: float, words: str, kind: str = "") -> None:
        Xml.SubElement(self._svg, "text", {**_numbers(x=x, y=y), "class": kind}).text = words

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str = "grid") -> None:
        Xml.SubElement(self._svg, "line", {**_numbers(x1=x1, y1=y1, x2=x2, y2=y2), "class": kind})

    def path(self, points: Iterable[tuple[float, float]], kind: str) -> None:
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        Xml.SubElement(self._svg, "polyline", {"points": joined, "class": f"line-{kind}"})

    def dot(self, x: float, y: float, kind: str) -> None:
        Xml.SubElement(self._svg, "circle", {**_numbers(cx=x, cy=y, r=4), "class": kind})

    def svg(self) -> str:
        Xml.indent(self._svg)
        return Xml.tostring(self._svg, encoding="unicode") + "\n"


def _numbers(**values: float) -> dict[str, str]:
    return {name: f"{value:.1f}".removesuffix(".0") for name, value in values.items()}
