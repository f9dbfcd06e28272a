"""How a declared box is drawn: as an input, or filled, with its source and its *as of*."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sekali import regions
from sekali.forms import JsonValue, OpenedBox
from sekali.pages.words import N_, Words

FEW = 5
"""Up to so many choices are radio buttons; more are a list to select from."""
MANY = 60
"""More codes than that are offered while one types."""
KINDS = {"date": "date", "email": "email", "mobile": "tel", "number": "decimal", "integer": "digits", "money": "digits",
         "nik": "digits", "kk": "digits", "npwp": "digits", "postal_code": "digits"}  # fmt: skip
AUTOCOMPLETE = {"email": "email", "mobile": "tel"}
LENGTHS = {"nik": 22, "kk": 22, "npwp": 25, "postal_code": 5, "email": 254, "mobile": 30, "date": 10}
NARROW = frozenset({"date", "postal_code", "integer", "number", "money"})
HINTS = {
    "nik": N_("The 16 digits on your identity card (KTP-el)."),
    "mobile": N_("For example 0812 3456 7890."),
    "number": N_("Digits; decimals after a comma or a point, as your language writes them."),
    "money": N_("In rupiah, without decimals."),
}
OFFERED = N_("Type the code, or the beginning of its name and choose from the list.")

LEVELS = {
    "province": N_("Province"),
    "regency": N_("Regency or city"),
    "district": N_("District"),
    "village": N_("Village"),
}


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Input:
    """A box to be filled.

    `kind`: text, long, digits, decimal, date, email, tel, radios, checks, select, offered, waiting, hidden.

    An `offered` one is typed, and its options are shown meanwhile.
    A `waiting` one cannot be chosen yet: the region above it comes first. The value of `checks` is what is ticked,
    with commas between. `context`: what a list of errors says before the label, where labels stand twice on a page.
    """

    name: str
    label: str
    kind: str = "text"
    value: str = field(default="", repr=False)
    hint: str = ""
    error: str = ""
    required: bool = True
    options: tuple[Option, ...] = ()
    unit: str = ""
    max_length: int = 200
    autocomplete: str = "off"
    narrow: bool = False
    context: str = ""

    @property
    def described_by(self) -> str:
        """The ids of hint and error, for aria-describedby."""
        parts = [f"{self.name}-{part}" for part in ("hint", "error") if getattr(self, part)]
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Filled:
    """A fact as it is shown: `text` for people, whose record it is, and as of when."""

    name: str
    label: str
    text: str = field(repr=False)
    source: str
    as_of: str


def as_input(
    box: OpenedBox, words: Words, *, written: str = "", error: str = "", hint: str = "", above: str | None = None
) -> Input:
    """`written`: what stands in it, as it was typed. `above`: for a region box the code chosen in the box above it."""
    made = Input(
        name=box.name, label=words.both(box.label), kind=KINDS.get(box.type, "text"), value=written, error=error,
        hint=hint or (words(HINTS[box.type]) if box.type in HINTS else ""), required=box.required,
        unit={"IDR": "Rp", "m2": "m²"}.get(box.unit or "", box.unit or ""),
        max_length=LENGTHS.get(box.type, box.max_length), autocomplete=AUTOCOMPLETE.get(box.type, "off"),
        narrow=box.type in NARROW,
    )  # fmt: skip
    if box.type == "boolean":
        return replace(made, kind="radios", options=(Option("true", words("Yes")), Option("false", words("No"))))
    if box.type == "choice":
        options = tuple(Option(one.code, words.both(one.label)) for one in box.choices)
        return replace(made, kind="radios" if len(options) <= FEW else "select", options=options)
    if box.type in regions.LEVELS:
        return region_input(box.type, made, above)
    return _coded(box, words, made) if box.choices else made


def _coded(box: OpenedBox, words: Words, made: Input) -> Input:
    """A code of an agency's own list: chosen, or typed where the list is long or takes other codes too."""
    if box.others or len(box.choices) > MANY:
        options = tuple(Option(one.code, words.both(one.label)) for one in box.choices)
        return replace(made, kind="offered", options=options, hint=made.hint or words(OFFERED))
    options = tuple(Option(one.code, as_text(box, one.code, words)) for one in box.choices)
    return replace(made, kind="select", options=options)


def region_input(level: str, made: Input, above: str | None) -> Input:
    """A list of the regions under the one that is chosen above (its code); waiting until that is known."""
    found = regions.provinces() if level == "province" else regions.children(above) if above else ()
    options = tuple(Option(region.code, region_name(region)) for region in sorted(found, key=lambda one: one.name))
    if not options:
        return replace(made, kind="waiting", value="")
    known = made.value in {option.value for option in options}
    return replace(made, kind="select", options=options, value=made.value if known else "")


def region_name(region: regions.Region) -> str:
    """Cities say that they are: a regency beside may have the same name."""
    return f"Kota {region.name}" if region.kind == "kota" and not region.name.startswith("Kota ") else region.name


def as_filled(box: OpenedBox, words: Words, source: str) -> Filled:
    """A box with a value. `source`: what people call the owner."""
    return Filled(
        name=box.name, label=words.both(box.label), text=as_text(box, box.value, words), source=source,
        as_of=words.moment(box.as_of) if isinstance(box.as_of, datetime) else "",
    )  # fmt: skip


def as_text(box: OpenedBox, value: Any, words: Words) -> str:  # noqa: PLR0911
    """A box's JSON value as people read it."""
    if value is None or value == "":
        return words("nothing")
    if isinstance(value, bool):
        return words("Yes") if value else words("No")
    if box.choices:
        labels = {choice.code: words.both(choice.label) for choice in box.choices}
        label = labels.get(str(value), "")
        return label or str(value) if box.type == "choice" else f"{value} {label}".strip()
    if box.type in regions.LEVELS:
        region = regions.find(str(value))
        return region_name(region) if region else str(value)
    if box.type in {"number", "integer", "money"}:
        return _number(box, value, words)
    if box.type == "date":
        try:
            return words.day(str(value))
        except ValueError:
            return str(value)
    return str(value)


def _number(box: OpenedBox, value: Any, words: Words) -> str:
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        return str(value)
    if box.unit == "IDR":
        return words.money(number)
    return f"{words.number(number)} {'m²' if box.unit == 'm2' else box.unit or ''}".strip()


def as_written(box: OpenedBox, value: JsonValue, words: Words) -> str:
    """A value as it stands in an input: `answers.read` reads the same value again. What was no value stays as typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if box.type in {"number", "integer", "money"}:
        try:
            return words.number(Decimal(str(value)))
        except ArithmeticError:
            pass
    return str(value)


def chains(boxes: Sequence[OpenedBox]) -> Mapping[str, str]:
    """Region box -> the lowest box of its chain: home_province -> home_village. Postal codes are no links."""
    by_name = {box.name: box for box in boxes}
    lowest: dict[str, str] = {}
    for bottom in (box for box in boxes if box.type == "village"):
        link: OpenedBox | None = bottom
        while link is not None:
            lowest[link.name] = bottom.name
            link = by_name.get(link.within) if link.within else None
    return lowest


def address_inputs(prefix: str, written: Mapping[str, Any], words: Words) -> tuple[Input, ...]:
    """Four lists, each under the one above: `<prefix>province_code` … `<prefix>village_code`.

    Without a script the next list comes with the next answer of the server: give the form a button for that.
    """
    made: list[Input] = []
    above: str | None = None
    for level, label in LEVELS.items():
        name = f"{prefix}{level}_code"
        box = Input(name, words(label), value=str(written.get(name, "")), narrow=True)
        drawn = region_input(level, box, above)
        above = drawn.value or None
        made.append(drawn)
    return tuple(made)
