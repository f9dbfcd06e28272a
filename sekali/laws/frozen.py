"""A published revision never changes: its checksum, and that of its golden bytes, stand in a list of its owner's.

`schemas/<agency>/published.sha256` is in `sha256sum`'s format: `sha256sum -c` beside it says the same.
Each agency has a list of its own, so that a new agency edits no file that stands.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from sekali.laws import golden
from sekali.laws.ground import Ground

FILE = "published.sha256"


def published(root: Path) -> dict[str, str]:
    """path under schemas/ -> SHA-256, of all agencies."""
    known = {}
    for file in sorted((root / "schemas").glob(f"*/{FILE}")):
        for line in file.read_text(encoding="utf-8").splitlines():
            checksum, _, name = line.partition("  ")
            known[f"{file.parent.name}/{name}"] = checksum
    return known


def unchanged(ground: Ground, topic: str) -> Iterator[str]:
    """Each revision and its golden bytes are listed, and as they were when they were listed."""
    known = published(ground.root)
    for revision in ground.catalogue.revisions[topic]:
        for file in _files(ground, topic, revision.number):
            name = _name(ground, file)
            if name not in known:
                yield f"{ground.place(revision)}: {name} is not frozen. Run `sekali schemas freeze` and commit."
            elif not file.exists() or _checksum(file) != known[name]:
                yield (
                    f"{ground.place(revision)}: {name} was published and has changed. Put it back; what is new "
                    f"goes into {revision.number + 1}.avsc."
                )


def is_frozen(ground: Ground, topic: str, number: int) -> bool:
    """The revision is listed as published."""
    return _name(ground, _files(ground, topic, number)[0]) in published(ground.root)


def all_there(ground: Ground) -> Iterator[str]:
    """No published file has gone."""
    for name in published(ground.root):
        if not (ground.root / "schemas" / name).exists():
            owner = name.partition("/")[0]
            yield f"{owner}: schemas/{name} was published and is gone. Put it back; readers still hold its records."


def freeze(ground: Ground) -> list[str]:
    """Write golden bytes where they are missing and list new files; returns the names of what was listed."""
    known = published(ground.root)
    new = []
    for topic, revisions in ground.catalogue.revisions.items():
        for revision in revisions:
            file = golden.path(ground, revision)
            if not file.exists():
                file.parent.mkdir(exist_ok=True)
                file.write_text(json.dumps(golden.make(ground, revision), indent=1) + "\n", encoding="utf-8")
            new += [each for each in _files(ground, topic, revision.number) if _name(ground, each) not in known]
    known |= {_name(ground, file): _checksum(file) for file in new}
    for owner in sorted({_name(ground, file).partition("/")[0] for file in new}):
        _list(ground.root / "schemas" / owner, known)
    return [_name(ground, file) for file in new]


def _list(folder: Path, known: Mapping[str, str]) -> None:
    own = {name.removeprefix(f"{folder.name}/"): name for name in sorted(known) if name.startswith(f"{folder.name}/")}
    text = "".join(f"{known[name]}  {short}\n" for short, name in own.items())
    (folder / FILE).write_text(text, encoding="utf-8")


def _files(ground: Ground, topic: str, number: int) -> tuple[Path, Path]:
    folder = ground.folder(topic)
    return folder / f"{number}.avsc", folder / "golden" / f"{number}.json"


def _name(ground: Ground, file: Path) -> str:
    return file.relative_to(ground.root / "schemas").as_posix()


def _checksum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
