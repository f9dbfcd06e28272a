"""Heads of all agencies' chains in a file that is kept where no administrator of their databases can write.

Shape: {"format": "sekali.uses.checkpoint.1", "at": "2026-11-22T03:00:00+00:00",
        "agencies": {"licensing": {"count": 12, "hash": "64 hex digits"}}}
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sekali.errors import SekaliError
from sekali.uses.check import Head

FORMAT = "sekali.uses.checkpoint.1"


def written(heads: Mapping[str, Head], at: datetime) -> str:
    agencies = {agency: {"count": head.count, "hash": head.hash.hex()} for agency, head in sorted(heads.items())}
    return json.dumps({"format": FORMAT, "at": at.isoformat(), "agencies": agencies}, indent=2)


def read(path: Path) -> dict[str, Head]:
    """Raises SekaliError where the file is no checkpoint."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        known = content["format"] == FORMAT
        kept = {name: Head(int(one["count"]), bytes.fromhex(one["hash"])) for name, one in content["agencies"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        known, kept = False, {}
    if not known:
        raise SekaliError(f"{path.name} is no checkpoint: `sekali uses checkpoint` prints one.")
    return kept
