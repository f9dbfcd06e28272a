"""Canaries: made-up values that one person has, looked for in everything that a run leaves where others read it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.story.cast import MELATI, SARI, Cast

LETTERS = "BDFGHKLMRT"
PIECE = 1 << 20


class Marked(Cast):
    """A family whose names, street and numbers nobody else has."""

    @property
    def mark(self) -> str:
        """Letters, as a name has them."""
        return "".join(LETTERS[int(digit)] for digit in str(self.run))

    def card_a(self) -> dict[str, Any]:
        card = super().card_a()
        card["address"] |= {"street": f"JALAN {self.mark} NOMOR 7"}
        for member, name in zip(card["members"], ("SARI", "MELATI"), strict=True):
            member["full_name"] = f"{name} {self.mark} CONTOH"
            member["mother_name"] = f"RATNA {self.mark}A CONTOH"
        return card

    @property
    def canaries(self) -> list[str]:
        numbers = [self.nik(MELATI), self.nik(SARI), self.kk(0), self.mobile.removeprefix("+62")]
        return [*numbers, self.mark, self.email("melati")]


@dataclass(frozen=True)
class Search:
    """In every spelling that a log, a segment or a database may have."""

    spellings: tuple[bytes, ...]

    @classmethod
    def of(cls, canaries: Iterable[str]) -> "Search":
        found = set()
        for canary in canaries:
            for spelt in (canary, canary.lower(), canary.title()):
                found |= {spelt.encode(), spelt.encode("utf-16-le"), spelt.encode().hex().encode()}
        return cls(tuple(sorted(found)))

    def hits(self, data: bytes) -> list[str]:
        return [spelling.decode("latin-1") for spelling in self.spellings if spelling in data]

    def in_files(self, folder: Path, but: Iterable[Path] = ()) -> Iterator[tuple[str, str]]:
        """(file, what was found): every file under the folder, those that are about to be deleted too."""
        left_out = [path.resolve() for path in but]
        for file in sorted(folder.rglob("*")):
            if any(file.resolve().is_relative_to(path) for path in left_out):
                continue
            try:
                if file.is_file() and not file.is_symlink():
                    for hit in self._in_file(file):
                        yield str(file.relative_to(folder)), hit
            except FileNotFoundError:  # a segment that Kafka deletes meanwhile
                continue

    def _in_file(self, file: Path) -> set[str]:
        found: set[str] = set()
        longest = max(map(len, self.spellings))
        with file.open("rb") as read:
            before = b""
            while piece := read.read(PIECE):
                found |= set(self.hits(before + piece))
                before = piece[-longest:]
        return found
