"""Step 1: three residents are registered, and Rangga starts from nothing as everyone does."""

from functools import partial
from uuid import UUID

from demo.story import answers
from demo.story.cast import RANGGA
from demo.story.checking import each, expect, until
from demo.story.doors import Caller
from demo.story.telling import Story, Told, expect_counts, watch
from demo.story.views import shows

OSS, ACTIVATION = "business-licence", "activation"


def register(story: Story, told: Told) -> None:
    """Population's officer registers card A (Sari, Melati) and card B (Rangga)."""
    officer = story.doors.officer("population")
    story.cast.ids["sari"], story.cast.ids["melati"] = _register(officer, story.cast.card_a())
    (story.cast.ids["rangga"],) = _register(officer, story.cast.card_b())
    residents = list(story.cast.ids.values())
    expect("residents registered", 3, len(set(residents)))
    views = story.views
    watch(told, officer.answered_at, {
        "licensing": each(*(partial(shows, views.licensing_copy, one, version=1) for one in residents)),
        "tax": each(*(partial(shows, views.tax_copy, one, version=1) for one in residents)),
        "portal": each(*(partial(views.is_known_at_portal, one) for one in residents)),
    })  # fmt: skip
    _start_business(story)


def _register(officer: Caller, card: dict[str, object]) -> list[UUID]:
    registered = officer.post("population", "/family-cards", card)
    return [UUID(one["resident_id"]) for one in registered["residents"]]


def _start_business(story: Story) -> None:
    """Rangga gets a low-risk licence and is activated: nothing of him is known but what population says."""
    typed = answers.shop(story.cast, RANGGA) | answers.contact(story.cast, "rangga")
    receipt, _ = story.submit("rangga", "licensing", OSS, typed)
    expect("status of Rangga's application", "TERBIT", receipt["status"])
    rangga = story.id("rangga")
    until("Rangga's licence at tax", lambda: story.views.activation(rangga).get("trade_name") is not None)
    typed = answers.activation(story.cast, RANGGA)
    receipt, _ = story.submit("rangga", "tax", ACTIVATION, typed)
    expect_counts(Told(1, "", ""), receipt, asked=30, key=1, filled=24, typed=5, left_empty=0)
    until("Rangga's NPWP at licensing", lambda: story.views.oss(rangga).get("npwp") is not None)
    until("reminders of Rangga's returns", lambda: bool(story.views.taxpayer(rangga).get("reminders")))
