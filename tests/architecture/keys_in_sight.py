"""The law of secrets: nothing that is committed opens a door, in the tree or anywhere in its history."""

import math
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.committed import BINARY
from tests.architecture.house import files, short

# Written so that this file does not hold what it looks for.
SHAPES = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KE[Y]-----"),
    "a private JWK": re.compile(r"[\"']d[\"']\s*:\s*[\"'][A-Za-z0-9_-]{40,}[\"']"),
    "a signed token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}"),
    "an access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bhv[sb]\.[\w-]{24,}"),
    "a password in an address": re.compile(
        r"\b\w+(?:\+\w+)?://[\w.-]+:([^\s@/:{}<>$\"'`]{8,})@(?!127\.0\.0\.1|localhost)"
    ),
}
NAMED = re.compile(
    r"(?i)\b\w*(?:password|passwd|secret|token|api_?key|keyset)\w*[\"']?\s*[:=]\s*[\"']?([A-Za-z0-9+/=_-]{20,})[\"']?"
)
WORDS = re.compile(r"[a-z]+\d?(?:[-_/][a-z]+\d?)*")
LEAST_BITS = 3.6
"""By character: words and paths have less, random letters and digits more."""


def holds_no_secret(root: Path) -> Iterator[str]:
    for file in files(root):
        if file.suffix in BINARY or file.name == "requirements.lock":
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            for what in secrets_in(line):
                yield f"{short(file, root)}:{number}: it holds {what}. Make it new where it is used, and take it out."


def history_holds_no_secret(root: Path) -> Iterator[str]:
    """Every line that any commit ever added: what was taken out later was read by everybody before."""
    # Texts of other encodings do not matter: what is looked for is ASCII.
    told = subprocess.run(
        ["git", "log", "--all", "-p", "--unified=0", "--no-color", "--no-ext-diff", "--format=commit %h", "--",
         ".", ":!requirements.lock"],
        cwd=root, capture_output=True, check=True,
    ).stdout.decode("utf-8", "replace")  # fmt: skip
    commit = ""
    for line in told.splitlines():
        if line.startswith("commit "):
            commit = line[7:]
        elif line.startswith("+") and not line.startswith("+++"):
            for what in secrets_in(line[1:]):
                yield f"commit {commit} added {what}. Renew it: it is known."


def secrets_in(line: str) -> Iterator[str]:
    for what, shape in SHAPES.items():
        if shape.search(line):
            yield what
    for found in NAMED.finditer(line):
        if _is_random(found[1]):
            yield "what looks like a password or key"


def _is_random(text: str) -> bool:
    counts = Counter(text)
    bits = -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())
    mixed = any(sign.isdigit() for sign in text) and any(sign.isalpha() for sign in text)
    return mixed and bits >= LEAST_BITS and not WORDS.fullmatch(text)
