"""The laws of what is committed: the project speaks of itself alone, and of no machine that it was made on."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.house import files, is_test, short

# Written so that this file does not hold what it looks for.
PATHS = re.compile(r"(?<![\w./*~-])/(?:[w]ork|[r]oot|[h]ome|[U]sers)/[\w.-]")
TEMPORARY = re.compile(r"(?<![\w./])/[t]mp/")
HOSTS = re.compile(
    r"(?:[p]ypi\.org|[p]ythonhosted\.org|[n]pmjs\.(?:org|com)|[r]epo1?\.maven\.|[m]aven\.org/maven2|[c]rates\.io"
    r"|[p]roxy\.golang\.org|[a]rtifactory|[n]exus)\b",
    re.IGNORECASE,
)
MAKERS = re.compile(
    r"\b(?:[c]laude|[a]nthropic|[c]hatgpt|[o]penai|[c]opilot|[l]lms?|A[I]|[a]ssistants?|[s]ubagents?)\b"
    r"|\.\./[s]hared|\b[b]rief\.md\b"
)
OF_LOCK = re.compile(r"^\s*(--(?:extra-)?index-url|--find-links|-[if]\b)|https?://", re.MULTILINE)
BINARY = (".png", ".webp", ".jar", ".ico", ".gz")


def speaks_of_itself_alone(root: Path) -> Iterator[str]:
    for file in files(root):
        if file.suffix in BINARY:
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            for what, way_out in _strange(line, test=is_test(file, root)):
                yield f"{short(file, root)}:{number}: {what}. {way_out}"


def _strange(line: str, *, test: bool) -> Iterator[tuple[str, str]]:
    if found := PATHS.search(line):
        yield (
            f"it names a folder of one machine ({found[0]}…)",
            "Take a path from the settings or the working directory.",
        )
    if not test and TEMPORARY.search(line):
        yield "it names the machine's temporary folder", "Take tempfile, or the state folder."
    if found := HOSTS.search(line):
        yield f"it names a package registry ({found[0]})", "Leave the choice of registry to whoever installs."
    if found := MAKERS.search(line):
        yield f"it speaks of how it was made ({found[0]})", "Say what the thing is and why."


def lock_names_no_index(root: Path) -> Iterator[str]:
    """Hashes say which file it must be; where it comes from is the installer's choice."""
    for number, line in enumerate((root / "requirements.lock").read_text(encoding="utf-8").splitlines(), 1):
        if found := OF_LOCK.search(line):
            yield f"requirements.lock:{number}: it names an index ({found[0].strip()}). Run `make lock`."


def licence_is_there(root: Path) -> Iterator[str]:
    file, project = root / "LICENSE", (root / "pyproject.toml").read_text(encoding="utf-8")
    said = re.search(r'^license = "(.+)"$', project, re.MULTILINE)
    if said is None:
        yield 'pyproject.toml: no licence is named. Add `license = "…"` by its SPDX name.'
    text = " ".join(file.read_text(encoding="utf-8").split()) if file.exists() else ""
    if said and not all(word in text for word in said[1].split("-")):
        yield f"LICENSE: it is not the text of {said[1]}, which pyproject.toml names. Put that text there."
