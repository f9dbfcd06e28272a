"""What the register hears: corrections that citizens propose."""

from sekali.inbox import Inbox
from services.population.store.tables import proposal

inbox = Inbox()

# An officer decides on it; nothing happens by itself when a proposal arrives or closes.
inbox.projection(
    "portal.correction.v1",
    into=proposal,
    columns={
        "standing": "standing",
        "said_at": "said_at",
        "resident_id": "proposal.resident_id",
        "field": "proposal.field",
        "proposed": "proposal.proposed",
        "seen_version": "proposal.seen_version",
    },
    ended=proposal.c.standing == "CLOSED",
    person="resident_id",
)
