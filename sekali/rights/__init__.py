"""Rights that follow from cards and contracts: users and rules on the broker, keys in the keyrings, identities."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from confluent_kafka.admin import AclBinding

from sekali.contracts import Catalogue, Contract
from sekali.errors import SekaliError
from sekali.keystore import KeyStore, Ring
from sekali.rights import acls, identities, keyrings

__all__ = ["NoPassword", "Prepared", "apply", "in_force", "prepare"]


class NoPassword(SekaliError):
    """An agency has no password for the broker."""


def in_force(catalogue: Catalogue, today: date) -> list[Contract]:
    """Contracts that have not ended; one that has grants nothing."""
    return [contract for contract in catalogue.contracts.values() if contract.valid_until >= today]


@dataclass(frozen=True)
class Prepared:
    """What is to be done, not done yet. `said`: a sentence for each difference."""

    said: list[str] = field(repr=False)
    _broker: acls.Broker
    _store: KeyStore
    _passwords: Mapping[str, str] = field(repr=False)
    _wanted: set[acls.Rule]
    _held: Mapping[acls.Rule, AclBinding]
    _strangers: Collection[acls.User]
    _before: Mapping[str, Ring] = field(repr=False)
    _rings: Mapping[str, Ring] = field(repr=False)
    _identities: identities.Planned | None = None

    def carry_out(self) -> None:
        """Safe to break and to repeat: what is taken away goes first, keys come before the right to read with them."""
        self._broker.remove_rules(self._held[rule] for rule in sorted(self._held.keys() - self._wanted))
        self._broker.remove_users(self._strangers)
        keyrings.write(self._store, self._rings, self._before)
        if self._identities is not None:
            self._identities.carry_out()
        # The broker tells no password, so each is put again; connections that stand are not asked for it.
        self._broker.put_users(self._passwords)
        self._broker.add_rules(sorted(self._wanted - self._held.keys()))
        self._broker.await_rules(self._wanted)


def prepare(
    admin: Mapping[str, str],
    catalogue: Catalogue,
    passwords: Mapping[str, str],
    keys: Path | KeyStore,
    *,
    today: date,
    kept: Collection[str] = (),
    files: identities.Files | None = None,
) -> Prepared:
    """Compare the broker's users and rules and the keyrings with what they should be; changes nothing.

    `admin`: confluent-kafka's settings of the administrator. `passwords`: agency -> password. `keys`: the store of the
    keyrings, or their folder. `kept`: users that are left alone. `files`: where identities lie; without them none are
    made. What no longer follows is removed.
    """
    missing = [agency for agency in catalogue.agencies if agency not in passwords]
    if missing:
        raise NoPassword(f"No password for {', '.join(missing)}: run `sekali up`, which makes it.")
    contracts, store = in_force(catalogue, today), keyrings.store_of(keys)
    before = keyrings.read_all(store)
    rings, said = keyrings.plan(catalogue, contracts, before)
    broker = acls.Broker(admin, kept)
    wanted, held, users = acls.follow(catalogue, contracts), broker.rules(), broker.users()
    ours = {acls.User(agency) for agency in catalogue.agencies}
    said += [f"new {user}" for user in sorted(ours - users)] + [f"{user} goes" for user in sorted(users - ours)]
    said += [f"new: {rule}" for rule in sorted(wanted - held.keys())]
    said += [f"gone: {rule}" for rule in sorted(held.keys() - wanted)]
    own = {agency: passwords[agency] for agency in catalogue.agencies}
    who = identities.plan(catalogue.agencies, files, datetime.now(UTC)) if files else None
    said += who.said if who else []
    return Prepared(said, broker, store, own, wanted, held, users - ours, before, rings, who)


def apply(
    admin: Mapping[str, str],
    catalogue: Catalogue,
    passwords: Mapping[str, str],
    keys: Path | KeyStore,
    *,
    today: date,
    kept: Collection[str] = (),
    dry_run: bool = False,
) -> list[str]:
    """Make everything what it should be; arguments as in `prepare`. Returns a sentence for each difference."""
    prepared = prepare(admin, catalogue, passwords, keys, today=today, kept=kept)
    if not dry_run:
        prepared.carry_out()
    return prepared.said
