"""The form of a market stall, which several tests open, answer and break."""

import re
from pathlib import Path

from sekali.forms import Form

STALL = (Path(__file__).parent / "stall.form.yaml").read_text(encoding="utf-8")


def load(folder: Path, text: str = STALL) -> Form:
    """The form, or what a change of its text makes of it."""
    path = folder / "stall.form.yaml"
    path.write_text(text, encoding="utf-8")
    return Form.load(path, rules={"guild": guild_rule})


def guild_rule(value: str) -> str | None:
    return None if re.fullmatch(r"G-[0-9]", value) else "There is no such guild."
