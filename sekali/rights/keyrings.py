"""Keyrings: the keys of sealed fields, each agency's own file.

Shape: {"keysets": {"<topic>/<field>": {"current": 17, "keys": {"17": "<base64, 32 bytes>"}}}}.
A key once made is never made again: sealed values stay readable as long as their topic is.
"""

import base64
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sekali.contracts import Catalogue, Contract

Keyset = dict[str, Any]
Ring = dict[str, Keyset]
KEY_BYTES = 32


def follow(catalogue: Catalogue, contracts: Iterable[Contract]) -> dict[str, set[str]]:
    """agency -> names of the keysets that it may hold: of its own sealed fields and of those in its contracts."""
    held: dict[str, set[str]] = {agency: set() for agency in catalogue.agencies}
    sealed = _sealed(catalogue)
    for topic, names in sealed.items():
        held[catalogue.cards[topic].owner] |= names
    for contract in contracts:
        listed = {f"{contract.topic}/{field.name}" for field in contract.sealed}
        held[contract.agency] |= listed & sealed.get(contract.topic, set())
    return held


def plan(catalogue: Catalogue, contracts: Iterable[Contract], folder: Path) -> tuple[dict[str, Ring], list[str]]:
    """The rings as they should be, and a sentence for each difference from those in the folder."""
    wanted = follow(catalogue, contracts)
    present = {path.stem: read(path) for path in sorted(folder.glob("*.json"))}
    keysets = _known(catalogue, present)
    said = []
    for name in sorted({name for names in wanted.values() for name in names} - keysets.keys()):
        keysets[name] = _new()
        said.append(f"made a key for {name}")
    rings = {agency: {name: keysets[name] for name in sorted(names)} for agency, names in wanted.items()}
    rings |= {agency: {} for agency in present.keys() - rings.keys()}
    for agency, ring in sorted(rings.items()):
        before = present.get(agency, {})
        said += [f"{agency} gets the key of {name}" for name in sorted(ring.keys() - before.keys())]
        said += [f"{agency} loses the key of {name}" for name in sorted(before.keys() - ring.keys())]
        said += [f"{agency}'s key of {n} is renewed" for n in sorted(ring) if n in before and before[n] != ring[n]]
    return rings, said


def read(path: Path) -> Ring:
    ring: Ring = json.loads(path.read_text(encoding="utf-8"))["keysets"]
    return ring


def write(folder: Path, rings: Mapping[str, Ring]) -> None:
    """Each file appears whole or not at all, readable by its owner only; an unchanged one is not touched."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for agency, ring in rings.items():
        path = folder / f"{agency}.json"
        if path.exists() and read(path) == ring and path.stat().st_mode & 0o077 == 0:
            continue
        _replace(path, json.dumps({"keysets": ring}, indent=1) + "\n")


def _replace(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)


def _sealed(catalogue: Catalogue) -> dict[str, set[str]]:
    return {
        topic: {f"{topic}/{field.name}" for revision in revisions for field in revision.sealed}
        for topic, revisions in catalogue.revisions.items()
    }


def _known(catalogue: Catalogue, present: Mapping[str, Ring]) -> dict[str, Keyset]:
    """Every keyset that is on disk; the owner's word counts where rings differ."""
    found: dict[str, Keyset] = {}
    for agency, ring in present.items():
        for name, keyset in ring.items():
            card = catalogue.cards.get(name.rsplit("/", 1)[0])
            if name not in found or (card and card.owner == agency):
                found[name] = keyset
    return found


def _new() -> Keyset:
    key_id = secrets.randbelow(2**31 - 1) + 1
    return {"current": key_id, "keys": {str(key_id): base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}}
