"""Rights that follow from cards and contracts: users and rules on the broker, keys in the keyrings."""

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

from sekali.contracts import Catalogue, Contract
from sekali.errors import SekaliError
from sekali.rights import acls, keyrings

__all__ = ["NoPassword", "apply", "in_force"]


class NoPassword(SekaliError):
    """An agency has no password for the broker."""


def in_force(catalogue: Catalogue, today: date) -> list[Contract]:
    """Contracts that have not ended; one that has grants nothing."""
    return [contract for contract in catalogue.contracts.values() if contract.valid_until >= today]


def apply(
    admin: Mapping[str, str],
    catalogue: Catalogue,
    passwords: Mapping[str, str],
    keys: Path,
    *,
    today: date,
    kept: Collection[str] = (),
    dry_run: bool = False,
) -> list[str]:
    """Make the broker's users and rules and the keyrings what they should be; returns a sentence for each difference.

    `admin`: confluent-kafka's settings of the administrator. `passwords`: agency -> password. `keys`: folder of the
    keyrings. `kept`: users that are left alone. What no longer follows is removed.
    """
    missing = [agency for agency in catalogue.agencies if agency not in passwords]
    if missing:
        raise NoPassword(f"No password for {', '.join(missing)}: run `sekali up`, which makes it.")
    contracts = in_force(catalogue, today)
    rings, said = keyrings.plan(catalogue, contracts, keys)
    broker = acls.Broker(admin, kept)
    wanted, held = acls.follow(catalogue, contracts), broker.rules()
    users = broker.users()
    agencies = set(catalogue.agencies)
    added, gone = sorted(wanted - held.keys()), sorted(held.keys() - wanted)
    said += [f"new user {user}" for user in sorted(agencies - users)]
    said += [f"user {user} goes" for user in sorted(users - agencies)]
    said += [f"new: {rule}" for rule in added] + [f"gone: {rule}" for rule in gone]
    if not dry_run:
        # What is taken away goes first, and keys come before the right to read what they open.
        broker.remove_rules(held[rule] for rule in gone)
        broker.remove_users(users - agencies)
        keyrings.write(keys, rings)
        broker.put_users({agency: passwords[agency] for agency in catalogue.agencies})
        broker.add_rules(added)
        broker.await_rules(wanted)
    return said
