"""NIK, KK, NIB, NPWP and NITKU as values that mask themselves.

``str``, ``repr`` and formatting never show a digit, so that a number cannot slip into a log line, a span or an error.
The digits are given on explicit use only: ``.digits``, and pydantic's JSON (``model_dump_json``), because an
authorised door answers with them. So never log the JSON of a model that holds one.
A number is an opaque key: nothing is derived from a NIK, since it follows neither a move nor a correction.
Structure checks cannot prove that a number is registered.
"""

from datetime import date
from typing import Any, ClassVar, Literal, Self

from lokal.nik import NikInfo, parse_nik
from lokal.provinces import PROVINCES
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

FICTIVE_PROVINCE = "99"
"""Kemendagri's codes run 11 to 96, so that no real person has a number of region 99.99.99."""

_fictive_taken = True


def take_fictive_region(taken: bool) -> None:
    """Whether numbers of region 99 are taken in this process: on for demonstrations, off in production."""
    global _fictive_taken  # noqa: PLW0603
    _fictive_taken = taken


class Number:
    """Base of the numbers: an immutable value; ValueError with a sentence that does not hold the value.

    No dataclass: pydantic's model_dump and dataclasses.asdict would lay the digits open.
    """

    __slots__ = ("_digits",)
    _digits: str
    NAME: ClassVar[str]
    LENGTH: ClassVar[int]

    def __init__(self, digits: str) -> None:
        # isascii: str.isdecimal takes Arabic-Indic and other digits too.
        if not (len(digits) == self.LENGTH and digits.isascii() and digits.isdecimal()):
            raise ValueError(f"A {self.NAME} has {self.LENGTH} digits and nothing else.")
        object.__setattr__(self, "_digits", digits)
        self._check()

    @property
    def digits(self) -> str:
        """The number itself, for the database and for an authorised answer."""
        return self._digits

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"A {self.NAME} does not change.")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.digits == self.digits

    def __hash__(self) -> int:
        return hash((type(self), self.digits))

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:
        return type(self), (self.digits,)

    def _check(self) -> None:
        """What this kind of number asks beyond its length."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Takes it as people write it: spaces, dots and hyphens between the digits do not count."""
        return cls("".join(sign for sign in text if sign not in " .-"))

    def __str__(self) -> str:
        return "*" * self.LENGTH

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self})"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: type[Any], _handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema(max_length=40))
        return core_schema.json_or_python_schema(
            json_schema=text,
            # No union: its branch would stand in the path of a refused field.
            python_schema=core_schema.no_info_before_validator_function(
                lambda value: value.digits if isinstance(value, cls) else value, text
            ),
            serialization=core_schema.plain_serializer_function_ser_schema(_digits_of, info_arg=True),
        )


def _digits_of(number: Number, info: core_schema.SerializationInfo) -> str | Number:
    return number.digits if info.mode == "json" else number


class Nik(Number):
    """Nomor induk kependudukan: region, birth date (day + 40 for women), serial 0001 to 9999; no check digit."""

    __slots__ = ()
    NAME = "NIK"
    LENGTH = 16

    def _check(self) -> None:
        for issue in _structure(self.digits).errors:
            if issue.code != "province" or not self._is_fictive():
                raise ValueError(_NIK_SENTENCES[issue.code])

    def _is_fictive(self) -> bool:
        return _fictive_taken and self.digits.startswith(FICTIVE_PROVINCE)

    def warnings(self, *, birth_date: date | None = None, sex: Literal["L", "P"] | None = None) -> list[str]:
        """What is odd but no reason to refuse: an old region code, a birth date or a sex unlike the biodata's."""
        info = _structure(self.digits)
        found = []
        if not self._is_fictive() and not _region_is_current(self.digits[:6]):
            found.append("The region of this NIK is not in today's list; it may be an old code.")
        if sex is not None and info.gender != sex:
            found.append("The sex in this NIK is not the one of the biodata.")
        if birth_date is not None and _date_part(self.digits) != birth_date.strftime("%d%m%y"):
            found.append("The birth date in this NIK is not the one of the biodata.")
        return found


_NIK_SENTENCES = {
    "format": "A NIK has 16 digits and nothing else.",
    "province": "The first two digits of this NIK are no province's.",
    "wilayah": "This NIK names no regency or no district (00).",
    "birth_date": "This NIK holds a birth date that does not exist.",
    "serial": "The last four digits of a NIK are 0001 to 9999.",
}


def _structure(digits: str) -> NikInfo:
    # reference_date: lokal guesses the century from today's date; whether a date exists does not depend on it,
    # since 2000 was a leap year, and the guess itself is never used.
    return parse_nik(digits, reference_date=date(2099, 12, 31))


def _region_is_current(code: str) -> bool:
    from sekali import regions

    return regions.district(code) is not None


def _date_part(digits: str) -> str:
    """DDMMYY without the 40 of women."""
    day = int(digits[6:8])
    return f"{day - 40 if day > 40 else day:02d}{digits[8:12]}"


class Kk(Number):
    """Nomor kartu keluarga: region, date of recording, serial. It changes in life, so it is never a person's key."""

    __slots__ = ()
    NAME = "KK number"
    LENGTH = 16

    def _check(self) -> None:
        province, day, month, year = (self.digits[at : at + 2] for at in (0, 6, 8, 10))
        if province not in PROVINCES and not (_fictive_taken and province == FICTIVE_PROVINCE):
            raise ValueError("The first two digits of this KK number are no province's.")
        try:
            date(2000 + int(year), int(month), int(day))
        except ValueError:
            raise ValueError("This KK number holds a date that does not exist.") from None
        if self.digits.endswith("0000"):
            raise ValueError("The last four digits of a KK number are 0001 to 9999.")


class Nib(Number):
    """Nomor induk berusaha: 13 digits without meaning."""

    __slots__ = ()
    NAME = "NIB"
    LENGTH = 13


class Npwp(Number):
    """Nomor pokok wajib pajak: a resident's NIK, or 0 and the old 15 digits (PMK 112/2022)."""

    __slots__ = ()
    NAME = "NPWP"
    LENGTH = 16

    def _check(self) -> None:
        # A NIK never starts with 0, so the first digit decides.
        if not self.digits.startswith("0"):
            Nik(self.digits)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Takes the old 15 digits too, as 09.254.294.3-407.000."""
        digits = "".join(sign for sign in text if sign not in " .-")
        return cls(f"0{digits}" if len(digits) == 15 else digits)

    @classmethod
    def of(cls, nik: Nik) -> Self:
        return cls(nik.digits)


class Nitku(Number):
    """Nomor identitas tempat kegiatan usaha: the NPWP and the place's serial, 000000 for the main one."""

    __slots__ = ()
    NAME = "NITKU"
    LENGTH = 22

    def _check(self) -> None:
        Npwp(self.digits[:16])

    @classmethod
    def of(cls, npwp: Npwp, serial: int) -> Self:
        return cls(f"{npwp.digits}{serial:06d}")

    @property
    def npwp(self) -> Npwp:
        return Npwp(self.digits[:16])

    @property
    def serial(self) -> int:
        return int(self.digits[16:])
