"""What each type of box takes, and the value it becomes.

A rule reads an answer as JSON gave it. It raises Refused with sentences that never hold the answer.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from lokal.phone import parse_phone

from sekali import regions
from sekali.forms.declaration import Box, Choice
from sekali.identity import Kk, Nik, Npwp, Number
from sekali.lines import printable


class Refused(Exception):
    """An answer that a box does not take; English, the way out, Indonesian."""

    def __init__(self, detail: str, way_out: str = "", detail_id: str = "") -> None:
        super().__init__(detail)
        self.detail, self.way_out, self.detail_id = detail, way_out, detail_id


class Asked(NamedTuple):
    """The box that is answered, and the day on which."""

    box: Box
    today: date


class Listed(NamedTuple):
    """The codes of a registered type; `others`: whether its rule takes codes that are none of these."""

    choices: tuple[Choice, ...]
    others: bool = False


Read = Callable[[Any, Asked], Any]
Check = Callable[[str], str | tuple[str, str] | None]
"""An agency's own rule: None, or a sentence in English, or one in English and one in Indonesian; never the value."""

# Wide enough for anybody alive and for every column of that type.
_EARLIEST = date(1900, 1, 1)
_LARGEST = {"integer": Decimal(2_147_483_647), "money": Decimal(10**15), "number": Decimal(10**12)}
_DECIMALS = 4

# No library here: email-validator refuses the reserved domains that fictive people have.
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")


def line(answer: Any, longest: int) -> str:
    """One line of text in NFC, without the blanks around it."""
    if not isinstance(answer, str):
        raise Refused("This must be text.", "Put it in quotation marks.", "Isian ini harus berupa teks.")
    try:
        text = printable(answer).strip()
    except ValueError as error:
        raise Refused(str(error), "Type it again on one line.", "Ada karakter yang tidak dapat dicetak.") from None
    if len(text) > longest:
        raise Refused(f"It is longer than {longest} signs.", "Shorten it.", f"Lebih dari {longest} karakter.")
    return text


def text(answer: Any, asked: Asked) -> str:
    return line(answer, asked.box.max_length)


def number_of(kind: type[Number], word: str) -> Read:
    def read(answer: Any, _asked: Asked) -> Number:
        if isinstance(answer, kind):
            return answer
        try:
            return kind.parse(line(answer, 40))
        except ValueError as error:
            raise Refused(str(error), f"Copy it from the {word}.", f"{kind.NAME} ini tidak mungkin.") from None

    return read


def day(answer: Any, asked: Asked) -> date:
    text = line(answer, 10)
    try:
        # fromisoformat takes 20261122 and 2026-W47-7 too.
        found = date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        found = None
    if found is None:
        raise Refused("This is no date.", "Write a day that exists, as 2026-11-22.", "Ini bukan tanggal yang ada.")
    if found < _EARLIEST:
        raise Refused("This date is before 1900.", "Look at the year.", "Tanggal ini sebelum tahun 1900.")
    if asked.box.future == "refused" and found > asked.today:
        raise Refused("This date is in the future.", "Give a day up to today.", "Tanggal ini ada di masa depan.")
    return found


def decimal(answer: Any, asked: Asked) -> Decimal:
    value = _decimal(answer)
    box = asked.box
    lowest = box.minimum if box.minimum is not None else Decimal(0)
    highest = box.maximum if box.maximum is not None else _LARGEST[box.type]
    if value < lowest:
        raise Refused(f"It is less than {lowest}.", f"Give {lowest} or more.", f"Kurang dari {lowest}.")
    if value > highest:
        raise Refused(f"It is more than {highest}.", f"Give {highest} or less.", f"Lebih dari {highest}.")
    if value != round(value, _DECIMALS):
        raise Refused(f"It has more than {_DECIMALS} decimal places.", "Round it.", "Terlalu banyak desimal.")
    return value


def _decimal(answer: Any) -> Decimal:
    # bool is an int in Python; NaN and Infinity come through Python's JSON.
    if isinstance(answer, int | float | Decimal | str) and not isinstance(answer, bool):
        written = str(answer).strip()
        if re.fullmatch(r"-?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?", written):
            try:
                return Decimal(written)
            except InvalidOperation:  # pragma: no cover
                pass
    raise Refused("This is no number.", "Write digits only, with a point before decimals, as 12.5.",
                  "Ini bukan angka.")  # fmt: skip


def whole(answer: Any, asked: Asked) -> int:
    value = decimal(answer, asked)
    if value != value.to_integral_value():
        raise Refused("This must be a whole number.", "Leave out what stands after the point.",
                      "Harus bilangan bulat.")  # fmt: skip
    return int(value)


def boolean(answer: Any, _asked: Asked) -> bool:
    if not isinstance(answer, bool):
        raise Refused("This is neither true nor false.", "Answer true or false.", "Jawab true atau false.")
    return answer


def choice(answer: Any, asked: Asked) -> str:
    codes = [choice.code for choice in asked.box.choices]
    if not isinstance(answer, str) or answer not in codes:
        raise Refused("This is none of the choices.", f"Take one of {', '.join(codes)}.", "Bukan salah satu pilihan.")
    return answer


def email(answer: Any, _asked: Asked) -> str:
    text = line(answer, 254)
    local, _, domain = text.rpartition("@")
    if not _EMAIL.fullmatch(text) or ".." in local or local[:1] == "." or local[-1:] == ".":
        raise Refused("This is no e-mail address.", "Write it as name@domain.id.", "Ini bukan alamat surel.")
    return f"{local}@{domain.lower()}"


def mobile(answer: Any, _asked: Asked) -> str:
    found = parse_phone(line(answer, 30))
    if not found.valid or found.type != "mobile" or found.e164 is None:
        raise Refused("This is no Indonesian mobile number.", "Write it as 081234567890 or +6281234567890.",
                      "Ini bukan nomor ponsel Indonesia.")  # fmt: skip
    return found.e164


def region(level: str) -> Read:
    look_up = getattr(regions, level)

    def read(answer: Any, _asked: Asked) -> str:
        found: regions.Region | None = look_up(line(answer, 20))
        if found is None:
            digits = regions.LENGTHS[found_level(level)]
            raise Refused(f"There is no such {level}.", f"Choose one from the list; its code has {digits} digits.",
                          "Kode wilayah ini tidak ada dalam daftar.")  # fmt: skip
        return found.code

    return read


def found_level(level: str) -> regions.Level:
    return next(known for known in regions.LEVELS if known == level)


def postal_code(answer: Any, _asked: Asked) -> str:
    text = line(answer, 5)
    if not regions.is_postal_code(text):
        raise Refused("There is no such postal code.", "Give the five digits of the village's postal code.",
                      "Kode pos ini tidak ada.")  # fmt: skip
    return text


def registered(check: Check) -> Read:
    def read(answer: Any, asked: Asked) -> str:
        text = line(answer, asked.box.max_length)
        found = check(text)
        if found is None:
            return text
        detail, detail_id = (found, "") if isinstance(found, str) else found
        raise Refused(detail, detail_id=detail_id)

    return read


BUILT_IN_RULES: Mapping[str, Read] = {
    "text": text,
    "nik": number_of(Nik, "KTP-el"),
    "kk": number_of(Kk, "kartu keluarga"),
    "npwp": number_of(Npwp, "NPWP card"),
    "date": day,
    "number": decimal,
    "integer": whole,
    "money": whole,
    "boolean": boolean,
    "choice": choice,
    "email": email,
    "mobile": mobile,
    "postal_code": postal_code,
    **{level: region(level) for level in regions.LEVELS},
}
