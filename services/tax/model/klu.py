"""KLU: DJP's own list of activities, and how a licence's KBLI becomes one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class KluTable:
    """DJP's own list of activities, as far as this demo needs it; `klu.yaml` names the sources."""

    by_kbli: Mapping[tuple[str, str], str]
    divisions: frozenset[str]
    titles: Mapping[str, Mapping[str, str]]
    """Code -> {"id", "en"}, of the codes that are offered."""

    @classmethod
    def load(cls, path: Path) -> "KluTable":
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        rows = {(str(row["kbli_version"]), str(row["kbli_code"])): str(row["klu"]) for row in data["mapping"]}
        titles = {str(code): dict(title) for code, title in data["titles"].items()}
        return cls(rows, frozenset(str(division) for division in data["divisions"]), titles)

    def of(self, kbli_version: str | None, kbli_code: str | None) -> str | None:
        """The KLU of a KBLI code in its edition; None: the citizen is asked."""
        return self.by_kbli.get((kbli_version or "", kbli_code or ""))

    def refuse(self, code: str) -> tuple[str, str] | None:
        """What is wrong with a typed KLU, in words; None if nothing."""
        if len(code) != 5 or not (code.isascii() and code.isdigit()):
            return "A KLU has five digits.", "KLU terdiri atas lima angka."
        if code[:2] in self.divisions:
            return None
        return "The first two digits are no division of the KLU list.", "Dua angka pertama bukan golongan pokok KLU."
