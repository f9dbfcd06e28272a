"""The ten steps, and the spans that the trace of each must hold."""

from demo.story import beginning, business, life
from demo.story.telling import Hop, Step

RESIDENT = "population.resident.v1"
CONTACT_V1, CONTACT_V2 = "portal.contact.v1", "portal.contact.v2"
LICENCE, LICENSING_APPLICATION = "licensing.licence.v1", "licensing.application.v1"
TAXPAYER, TAX_APPLICATION = "tax.taxpayer.v1", "tax.application.v1"
KSWP_REQUESTED, KSWP_ANSWERED = "licensing.kswp-requested.v1", "tax.kswp-answered.v1"


def carried(topic: str, *hearers: str) -> frozenset[Hop]:
    """The way of an event: created and sent by its owner, processed by each hearer."""
    owner = topic.partition(".")[0]
    said = {(owner, f"create {topic}"), (owner, f"send {topic}")}
    return frozenset(said | {(hearer, f"process {topic}") for hearer in hearers})


MOVED = carried(RESIDENT, "licensing", "tax", "portal")
REACHED = carried(CONTACT_V1, "licensing") | carried(CONTACT_V2, "tax")
LICENSED = carried(LICENCE, "tax") | carried(LICENSING_APPLICATION, "portal")
ACTIVATED = carried(TAXPAYER, "licensing") | carried(TAX_APPLICATION, "portal")
ASKED = carried(KSWP_REQUESTED, "tax") | carried(KSWP_ANSWERED, "licensing")

STEPS = (
    Step(1, "three residents are registered", beginning.register, MOVED | REACHED | LICENSED | ACTIVATED),
    Step(2, "Melati's first licence", business.first_licence, REACHED | LICENSED),
    Step(3, "her taxpayer number, nothing typed twice", business.activate, ACTIVATED),
    Step(4, "second licence, KSWP asked and answered", business.second_licence, LICENSED | ASKED),
    Step(5, "an officer verifies", business.verify, LICENSED),
    Step(6, "card A moves", life.move, MOVED),
    Step(7, "a new e-mail address", life.change_email, REACHED),
    Step(8, "Melati marries Rangga", life.marry, MOVED),
    Step(9, "Rangga dies", life.die, MOVED | carried(LICENCE, "tax")),
    Step(10, "a double registration is annulled", life.annul, MOVED),
)
