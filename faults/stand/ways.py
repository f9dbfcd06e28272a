"""By which address an agency's processes reach a server, where it is not the server's own.

Only they go that way: the checker, the administrator and whoever writes from outside go straight.
"""

from dataclasses import dataclass, replace

from faults.stand.folders import Folders, heard, say


@dataclass(frozen=True, slots=True)
class Ways:
    """Of one agency; empty: straight. A process goes by what is told when it begins."""

    kafka: str = ""
    """host:port, in place of the bootstrap address and of every one that a broker tells of itself."""
    database: str = ""
    """host:port."""
    registry: str = ""
    """Base of its Confluent API."""


def told(folders: Folders, agency: str) -> Ways:
    return Ways(**(heard(folders.of(agency, "ways")) or {}))


def tell(folders: Folders, agency: str, **changed: str) -> None:
    """What is not named stays as it is; "" is straight again. `Children.again` makes it followed."""
    say(folders.of(agency, "ways"), replace(told(folders, agency), **changed))
