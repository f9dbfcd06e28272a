"""The portal's use cases, each one transaction that its door gives."""

from services.portal.service.contact import ensure_standing
from services.portal.service.corrections import bury_old_corrections, close_correction
from services.portal.service.current import CURRENT
from services.portal.service.declarations import (
    door_down,
    known_or_asked,
    read_ahead,
    remember,
    remember_news,
    unknown_form,
)
from services.portal.service.drafts import Typed, bury_old_drafts, draft_comes_back, draft_is_sent, save_draft
from services.portal.service.handing import Handing
from services.portal.service.residents import residents_changed
from services.portal.service.submissions import Filled, keep, say_contact
from services.portal.service.succession import bury_v1, say_on_v2
from services.portal.service.tracker import track

__all__ = [
    "CURRENT",
    "Filled",
    "Handing",
    "Typed",
    "bury_old_corrections",
    "bury_old_drafts",
    "bury_v1",
    "close_correction",
    "door_down",
    "draft_comes_back",
    "draft_is_sent",
    "ensure_standing",
    "keep",
    "known_or_asked",
    "read_ahead",
    "remember",
    "remember_news",
    "residents_changed",
    "save_draft",
    "say_contact",
    "say_on_v2",
    "track",
    "unknown_form",
]
