"""Which keys each agency holds: they follow from cards and contracts.

The owner of a topic seals; its ring says which keys a keyset has and which one is current.
A key is taken from an agency by a new one that it is not given, and stays in the rings of all others: sealed values
stay readable as long as their topic is.
"""

import base64
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from sekali.contracts import Catalogue, Contract
from sekali.keystore import FileStore, Keyset, KeyStore, Ring

__all__ = ["Ring", "follow", "known", "plan", "read", "read_all", "store_of", "with_new_key", "write"]

KEY_BYTES = 32


def _utc_now() -> datetime:
    return datetime.now(UTC)


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


def plan(
    catalogue: Catalogue,
    contracts: Iterable[Contract],
    present: Path | Mapping[str, Ring],
    *,
    renew: Collection[str] = (),
    clock: Callable[[], datetime] = _utc_now,
) -> tuple[dict[str, Ring], list[str]]:
    """The rings as they should be, and a sentence for each difference from the present ones; changes nothing.

    `present`: agency -> ring, or the folder of their files. `renew`: keysets that get a new key in any case.
    """
    if isinstance(present, Path):
        present = read_all(FileStore(present))
    wanted = follow(catalogue, contracts)
    for agency, names in wanted.items():
        # A keyset that these files do not know came with later ones, and its owner's ring is the last that opens it.
        names |= {name for name in present.get(agency, {}) if name.partition(".")[0] == agency}
    keysets = known(catalogue, present)
    said = []
    for name in sorted(set().union(*wanted.values())):
        if name not in keysets:
            keysets[name] = with_new_key({"current": 0, "keys": {}}, clock())
            said.append(f"made a key for {name}")
        elif lost := list(_shut_out(name, keysets[name], present, wanted)):
            keysets[name] = with_new_key(keysets[name], clock())
            said.append(f"a new key for {name}: what is sealed from now on is closed to {', '.join(lost)}")
        elif name in renew:
            keysets[name] = with_new_key(keysets[name], clock())
            said.append(f"a new key for {name}")
    rings = {agency: {name: keysets[name] for name in sorted(names)} for agency, names in wanted.items()}
    rings |= {agency: {} for agency in present.keys() - rings.keys()}
    for agency, ring in sorted(rings.items()):
        before = present.get(agency, {})
        said += [f"{agency} gets the key of {name}" for name in sorted(ring.keys() - before.keys())]
        said += [f"{agency} loses the key of {name}" for name in sorted(before.keys() - ring.keys())]
        said += [f"{agency}'s key of {n} is renewed" for n in sorted(ring) if n in before and before[n] != ring[n]]
    return rings, said


def read(path: Path) -> Ring:
    """The ring in a file; empty where there is none."""
    return FileStore(path.parent).read(path.stem)


def read_all(store: KeyStore) -> dict[str, Ring]:
    return {agency: store.read(agency) for agency in store.agencies()}


def write(where: Path | KeyStore, rings: Mapping[str, Ring], before: Mapping[str, Ring] | None = None) -> None:
    """Bring the store from `before` to these rings; a break in the middle loses no value and leaves no door open.

    First every key is given, then the owners' `current` moves, then keys are taken away: an agency still holds what it
    is to lose until nothing is sealed under that any more, so the next `apply` sees the work that is left.
    Raises `KeyStoreChanged` where somebody else has written since `before` was read.
    """
    store = store_of(where)
    known = read_all(store) if before is None else before
    old = {agency: known.get(agency, {}) for agency in rings}
    given = {
        agency: old[agency] | {name: _given(old[agency].get(name), keyset) for name, keyset in ring.items()}
        for agency, ring in rings.items()
    }
    moved = {agency: old[agency] | ring for agency, ring in rings.items()}
    for last, step in ((old, given), (given, moved), (moved, rings)):
        for agency, ring in step.items():
            store.write(agency, ring, before=last[agency])


def store_of(where: Path | KeyStore) -> KeyStore:
    """A folder stands for the files in it."""
    return FileStore(where) if isinstance(where, Path) else where


def _given(before: Keyset | None, new: Keyset) -> Keyset:
    if before is None or str(before["current"]) not in new["keys"]:
        return new
    return {**new, "current": before["current"]}


def _shut_out(name: str, keyset: Keyset, present: Mapping[str, Ring], wanted: Mapping[str, set[str]]) -> Iterator[str]:
    """Who holds the current key without a right to it."""
    for agency, ring in sorted(present.items()):
        if name in ring and name not in wanted.get(agency, ()) and str(keyset["current"]) in ring[name]["keys"]:
            yield agency


def _sealed(catalogue: Catalogue) -> dict[str, set[str]]:
    return {
        topic: {f"{topic}/{field.name}" for revision in revisions for field in revision.sealed}
        for topic, revisions in catalogue.revisions.items()
    }


def known(catalogue: Catalogue, present: Mapping[str, Ring]) -> dict[str, Keyset]:
    """Every keyset that is in a ring; the owner's word counts where rings differ."""
    found: dict[str, Keyset] = {}
    for agency, ring in present.items():
        for name, keyset in ring.items():
            card = catalogue.cards.get(name.rsplit("/", 1)[0])
            if name not in found or (card and card.owner == agency):
                found[name] = keyset
    return found


def with_new_key(keyset: Keyset, now: datetime) -> Keyset:
    key_id = secrets.randbelow(2**31 - 1) + 1
    while str(key_id) in keyset["keys"]:
        key_id = secrets.randbelow(2**31 - 1) + 1
    key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    made = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {
        "current": key_id,
        "keys": {**keyset["keys"], str(key_id): key},
        "made": {**keyset.get("made", {}), str(key_id): made},
    }
