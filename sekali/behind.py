"""An owner whose database was set back: its own topics hold later versions of its records than it has itself.

To publish then would say versions a second time with other content: who has heard them ignores that, and compaction
keeps it, so that old copies and new ones would differ for good.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import avro, beats
from sekali.cards import Card
from sekali.codec import HEADER_FINGERPRINT, LARGEST, Record, told_version
from sekali.contracts import Catalogue
from sekali.errors import SekaliError
from sekali.reading import MAGIC, PREFIX, VERSION

PENDING = text("""
    select aggregateid as key, max(version) as version from outbox
    where aggregatetype = :topic and aggregateid = any(cast(:keys as text[])) group by aggregateid
""")


class Written(NamedTuple):
    """A record of a key in the log: its version, 0 where it is not wholly the agency's own, and its place."""

    version: int
    place: str


class BehindOwnLog(SekaliError):
    """Nothing is published until the database has what the log has; then it goes on by itself."""

    def __init__(self, agency: str, later: Sequence[Written]) -> None:
        super().__init__(
            f"{agency}'s database is behind its own topic: of {len(later)} records the log holds a later version than "
            f"the database, the first at {later[0].place}. It was restored to an earlier point, and nothing is "
            "published meanwhile. Restore it to its last point, or follow docs/restored.md; then it goes on by itself."
        )


class OwnVersions:
    """What an agency's own log says of versions. `cards`: the topics that it says."""

    def __init__(self, catalogue: Catalogue, cards: Iterable[Card]) -> None:
        states = [card for card in cards if card.kind == "state"]
        self._readers = {
            (card.topic, one.fingerprint): avro.reader(one.schema, one.schema, [card.key, VERSION])
            for card in states
            for one in catalogue.revisions[card.topic]
        }
        self._beats = {key for card in states for key in beats.keys_of(card)}

    def note(self, found: dict[UUID, Written], record: Record) -> None:
        """The highest version of the record's key; a key that is no UUID is nobody's, a beat says nothing."""
        try:
            key = UUID((record.key or b"").decode())
        except ValueError:
            return
        version = 0 if key in self._beats else self._version(record, key)
        before = found.get(key)
        if before is None or before.version < version:
            found[key] = Written(version, f"{record.topic}[{record.partition}]@{record.offset}")

    def _version(self, record: Record, key: UUID) -> int:
        """Header and body must agree: what a stranger has bent proves nothing of our own past."""
        headers: Mapping[str, bytes] = dict(record.headers)
        version = told_version(headers)
        if record.value is None:
            return version
        read = self._readers.get((record.topic, (headers.get(HEADER_FINGERPRINT) or b"").decode("ascii", "replace")))
        if read is None or not PREFIX.size <= len(record.value) <= LARGEST or record.value[0] != MAGIC:
            return 0
        try:
            said = read(record.value, PREFIX.size)
        except Exception:  # not Avro of that schema: each reader raises its own kind
            return 0
        return version if (str(said[0]), said[1]) == (str(key), version) else 0


async def refuse(
    session: AsyncSession, agency: str, topic: str, found: Mapping[UUID, Written], present: Mapping[UUID, int]
) -> None:
    """Raises `BehindOwnLog` where the log holds a later version than the database.

    `present`: the versions of the agency's own rows and graves. What waits in the outbox counts too: a relay that
    died behind an acknowledgement finds its own records in the log.
    """
    pending = await session.execute(PENDING, {"topic": topic, "keys": [str(key) for key in found]})
    known = {UUID(row.key): row.version for row in pending}
    later = [
        one
        for key, one in sorted(found.items(), key=lambda item: item[1].place)
        if one.version > max(present.get(key, 0), known.get(key) or 0)
    ]
    if later:
        raise BehindOwnLog(agency, later)
