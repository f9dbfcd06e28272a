"""A guide of docs/ as a program: its `sh` blocks run in one shell, in order; a `text` block is what they print.

In a `text` block … stands for whatever may differ: times, ids, further lines.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "--- the end of block"


@dataclass(frozen=True)
class Step:
    """Commands, and what they are to print; None where the guide shows nothing."""

    line: int
    commands: str
    shown: str | None


@dataclass(frozen=True)
class Done:
    """What a step printed, and the seconds until its last command ended; None: it was not reached."""

    printed: str
    seconds: float | None


def steps(guide: Path) -> list[Step]:
    text = guide.read_text(encoding="utf-8")
    found: list[Step] = []
    for block in BLOCK.finditer(text):
        if block[1] == "sh":
            found.append(Step(text.count("\n", 0, block.start()) + 2, block[2], None))
        else:
            assert found and found[-1].shown is None, "a text block stands below the commands that print it"
            found[-1] = Step(found[-1].line, found[-1].commands, block[2])
    return found


def follow(told: list[Step], tree: Path, environment: Mapping[str, str], limit: float) -> list[Done]:
    """All steps in one bash in `tree`, which ends at the first command that fails, as a reader would stop."""
    parts = [f"{step.commands}\necho '{MARK}' $EPOCHREALTIME" for step in told]
    script = "set -euo pipefail\nexec 2>&1\n" + "\n".join(parts)
    began = time.time()
    bash = subprocess.Popen(
        ["bash", "-c", script], cwd=tree, env=dict(environment), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
        text=True, start_new_session=True,
    )  # fmt: skip
    try:
        printed, _ = bash.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(bash.pid, signal.SIGKILL)
        printed = f"{bash.communicate()[0]}(It took longer than {limit:.0f} s.)\n"
    *ended, rest = re.split(rf"^{MARK} ([\d.]+)\n", printed, flags=re.MULTILINE)
    done: list[Done] = []
    for text, moment in zip(ended[::2], ended[1::2], strict=True):
        done.append(Done(text, float(moment) - began))
        began = float(moment)
    return done if len(done) == len(told) else [*done, Done(rest, None)]


def is_shown(shown: str, printed: str) -> bool:
    """Whether a text block tells what was printed: … within a line is any text, a line of … alone is any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else "[^\n]*".join(map(re.escape, line.split("…"))) + r"\n"
        for line in shown.splitlines()
    )
    return re.fullmatch(pattern, printed) is not None
