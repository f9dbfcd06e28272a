"""Risk of a business activity: KBLI code, scale of the business and area of its land together give it.

The table is data (`kbli.yaml`), every row with its source.
Scale is from the capital without land and building (PP 7/2021).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

TABLE = Path(__file__).parent.parent / "kbli.yaml"
BILLION = Decimal(1_000_000_000)


class Scale(StrEnum):
    MIKRO = "MIKRO"
    KECIL = "KECIL"
    MENENGAH = "MENENGAH"
    BESAR = "BESAR"


class Risk(StrEnum):
    RENDAH = "RENDAH"
    MENENGAH_RENDAH = "MENENGAH_RENDAH"
    MENENGAH_TINGGI = "MENENGAH_TINGGI"
    TINGGI = "TINGGI"


UPPER_LIMITS = ((Scale.MIKRO, 1 * BILLION), (Scale.KECIL, 5 * BILLION), (Scale.MENENGAH, 10 * BILLION))


def scale_of(capital_plan: Decimal) -> Scale:
    """Scale by capital in rupiah; each limit belongs to the smaller scale."""
    return next((scale for scale, limit in UPPER_LIMITS if capital_plan <= limit), Scale.BESAR)


@dataclass(frozen=True, slots=True)
class RiskRule:
    """One row: for these scales, on land smaller than `below_m2` (None: any area), the risk."""

    scales: frozenset[Scale]
    below_m2: Decimal | None
    risk: Risk
    source: str
    demo: bool

    def fits(self, scale: Scale, land_area: Decimal) -> bool:
        return scale in self.scales and (self.below_m2 is None or land_area < self.below_m2)


@dataclass(frozen=True, slots=True)
class Activity:
    code: str
    title: Mapping[str, str]
    source: str
    rules: tuple[RiskRule, ...]

    def risk(self, scale: Scale, land_area: Decimal) -> Risk:
        """The first row that fits; the loader has proved that one does."""
        return next(rule.risk for rule in self.rules if rule.fits(scale, land_area))


class BadTable(ValueError):
    """A row of the table that cannot be used; the sentence names the code and the way out."""


@dataclass(frozen=True, slots=True)
class KbliTable:
    version: str
    activities: Mapping[str, Activity]

    def check(self, code: str) -> tuple[str, str] | None:
        """The rule of the form's box: None when the code is known, else English and Indonesian, without the value."""
        if code in self.activities:
            return None
        known = ", ".join(self.activities)
        return (
            f"This code is not in the table of KBLI {self.version}; choose one of: {known}.",
            f"Kode ini tidak ada dalam tabel KBLI {self.version}; pilih salah satu: {known}.",
        )

    @classmethod
    def load(cls, path: Path = TABLE) -> KbliTable:
        raw = yaml.safe_load(path.read_text("utf-8"))
        return cls(str(raw["kbli_version"]), {str(row["code"]): _activity(row) for row in raw["activities"]})


@cache
def kbli_table() -> KbliTable:
    return KbliTable.load()


def _activity(row: Mapping[str, Any]) -> Activity:
    rules = tuple(
        RiskRule(
            frozenset(Scale(scale) for scale in rule["scales"]),
            Decimal(str(rule["below_m2"])) if "below_m2" in rule else None,
            Risk(rule["risk"]),
            rule["source"],
            bool(rule.get("demo", False)),
        )
        for rule in row["risks"]
    )
    activity = Activity(str(row["code"]), row["title"], row["source"], rules)
    uncovered = [s for s in Scale if not any(rule.below_m2 is None and s in rule.scales for rule in rules)]
    if uncovered:
        raise BadTable(f"kbli.yaml: {activity.code} has no row of any land area for {uncovered}; add one.")
    return activity
