"""Forms as pages need them, whoever's they are: the portal's own, or another agency's over its door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from sqlalchemy import RowMapping

from sekali import tracing, uses
from sekali.doors import RunningBus
from sekali.errors import TYPE_PREFIX, Problem, not_found
from sekali.forms import Form, OpenedForm
from sekali.tokens import CitizenCaller
from services.portal import service
from services.portal.model import Answer, Verdict, is_form_name, why_kept
from services.portal.prefill import Agencies, contact_fact

OWN = "portal"


@dataclass(frozen=True, slots=True)
class Reach:
    """What pages ask for forms: every agency's, and the portal's own."""

    agencies: Agencies
    handing: service.Handing
    own: Form
    seen: dict[tuple[str, str], Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    """Boxes of forms that this process has opened, so that opening one asks the database for none."""

    def ensure_known(self, agency: str, form: str) -> None:
        """Before anything is asked or stored: both are typed by somebody. Problem 404."""
        known = form == self.own.name if agency == OWN else agency in self.agencies.names and is_form_name(form)
        if not known:
            raise not_found("form")

    async def opened(self, bus: RunningBus, agency: str, form: str, citizen: CitizenCaller) -> OpenedForm:
        """The form, filled. Raises the agency's problem, `door-down` (503) where it does not answer."""
        if agency == OWN:
            async with bus.transaction() as session:
                await service.ensure_standing(session, citizen.resident_id)
                facts = await contact_fact(session, citizen.resident_id)
                return self.own.open(facts, uses.opening(session, citizen.resident_id))
        known = self.seen.get((agency, form))
        if known is None:
            known = await service.known_or_asked(bus.transaction, self.agencies, agency, form)
        answer = await self.agencies.opened(agency, form, citizen)
        if answer.status != 200:
            raise as_problem(agency, answer)
        opened, boxes = _understood(agency, answer), answer.body["boxes"]
        self.seen[agency, form] = await service.remember_news(bus.transaction, agency, form, boxes, known)
        return opened

    async def declared(self, bus: RunningBus, agency: str, form: str) -> OpenedForm | None:
        """The boxes without values, as they were read last; None where nobody has heard of them yet."""
        if agency == OWN:
            return self.own.declaration()
        try:
            boxes = await service.known_or_asked(bus.transaction, self.agencies, agency, form)
        except Problem as problem:
            if problem.status == 404:
                raise
            return None
        title = {"id": form, "en": form}
        counts = {"asked": len(boxes), "key": 0, "filled": 0, "open": len(boxes)}
        try:
            return OpenedForm.model_validate({"form": form, "title": title, "boxes": boxes, "counts": counts})
        except ValidationError:
            return None  # kept by code from before pages, names and sources only; it is read again soon

    async def send(self, bus: RunningBus, draft: RowMapping, answers: dict[str, Any]) -> tuple[Verdict, Problem | None]:
        """Hands the answers over. REFUSED comes with its problem; the draft is there again to be mended."""
        filled = service.Filled(
            draft["submission_id"], draft["resident_id"], draft["agency"], draft["form"], answers
        )  # fmt: skip
        if filled.agency == OWN:
            async with bus.transaction() as session:
                await service.say_contact(session, filled, self.own)
            return Verdict.TAKEN, None
        boxes = await service.known_or_asked(bus.transaction, self.agencies, filled.agency, filled.form)
        async with bus.transaction() as session:
            trace = tracing.traceparent()
            kept = await service.keep(session, filled, self.own, boxes, traceparent=trace, lease=self.handing.lease)
            await service.draft_is_sent(session, filled.submission_id)
        meaning, answer = await self.handing.over(bus.transaction, kept, promised=kept["attempts"] > 0)
        refused = as_problem(filled.agency, answer) if meaning is Verdict.REFUSED else None
        return meaning, refused


def as_problem(agency: str, answer: Answer) -> Problem:
    """An agency's answer that is no form: its own problem, or that its door is down."""
    if answer.status == 0 or answer.status >= 500:
        return service.door_down(agency, answer)
    told = answer.body
    slug = str(told.get("type", "")).removeprefix(TYPE_PREFIX) or f"refused-{answer.status}"
    detail = str(told.get("detail") or why_kept(agency, answer))
    return Problem(answer.status, slug, str(told.get("title", "Refused")), detail, agency=agency)


def _understood(agency: str, answer: Answer) -> OpenedForm:
    try:
        return OpenedForm.model_validate(answer.body)
    except ValidationError:
        cause = f"The door of {agency} answered something that is no form."
        raise service.door_down(agency, Answer(502, cause=cause)) from None
