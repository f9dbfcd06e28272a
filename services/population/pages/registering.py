"""Form F-1.01: a family card with its members."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from sekali.doors import TheBus
from sekali.errors import Problem
from sekali.pages import Input, Page, Posted, Sheet, ThePage, Words, address_inputs, page_router, posted
from sekali.signin import SignedInOfficer
from services.population import prefill, service
from services.population.model.orders import MOST_MEMBERS, CardOrder
from services.population.pages import labels
from services.population.pages.events import day
from services.population.pages.sending import ONCE, make, once_box, once_of

STEP, COUNT = "step", "count"


def registering(region: str) -> APIRouter:
    router = page_router()

    @router.get("/office/register")
    async def form(_officer: SignedInOfficer, page: ThePage) -> Response:
        return show(page, card_sheet(page.words, {}, 1), 1)

    @router.post("/office/register")
    async def register(officer: SignedInOfficer, bus: TheBus, page: ThePage, form: Posted) -> Response:
        count, once = count_of(form), once_of(posted(form, ONCE))
        sheet = card_sheet(page.words, form, count).typed(form)
        if posted(form, STEP):
            return show(page, sheet, count)
        try:
            order = make(CardOrder, {"members": [], **without(sheet.nested(), ONCE, COUNT)})
            async with bus.transaction() as session:
                new = await service.register_cards(session, [("", order)], service.Desk(officer.name, region, once))
            card_id = new.cards[0].card_id
        except Problem as problem:
            earlier = await card_of(bus, once, officer.name)
            if earlier is not None:  # the same form came twice
                return page.to(f"/office/cards/{earlier}")
            return show(page, sheet.refused(problem, page.words), count, problem.status)
        return page.to(f"/office/cards/{card_id}")

    return router


async def card_of(bus: TheBus, once: UUID | None, officer: str) -> UUID | None:
    """The card that this very form has registered."""
    async with bus.transaction() as session:
        member = await prefill.done_by(session, once) if once else None
        return (await prefill.resident(session, member, officer)).card.card_id if member else None


def without(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


def count_of(form: Mapping[str, Any]) -> int:
    """How many members the form has, after the button that was pressed."""
    written = posted(form, COUNT)
    count = int(written) if written.isdecimal() and len(written) < 4 else 1
    count += {"add": 1, "less": -1}.get(posted(form, STEP), 0)
    return max(1, min(count, MOST_MEMBERS))


def card_sheet(words: Words, form: Mapping[str, Any], count: int) -> Sheet:
    return Sheet((
        once_box(),
        Input(COUNT, "", kind="hidden", value=str(count)),
        Input("kk_number", words("Family card number (KK)"), kind="digits", max_length=22,
              hint=words("The 16 digits at the top of the family card.")),
        *address_inputs("address.", form, words),
        Input("address.street", words("Street and number"), max_length=120),
        Input("address.rt", "RT", kind="digits", max_length=3, required=False, narrow=True),
        Input("address.rw", "RW", kind="digits", max_length=3, required=False, narrow=True),
        Input("address.postal_code", words("Postal code"), kind="digits", max_length=5, required=False, narrow=True),
        *(box for index in range(count) for box in member_boxes(words, index)),
    ))  # fmt: skip


def member_boxes(words: Words, index: int) -> tuple[Input, ...]:
    at, context = f"members.{index}.", words("Member %(number)s", number=index + 1)

    def coded(name: str, label: str, table: Mapping[str, str], value: str = "") -> Input:
        options = labels.options(table, words)
        kind = "select" if len(options) > 5 else "radios"
        return Input(at + name, label, kind=kind, options=options, value=value, context=context)

    def text(name: str, label: str, longest: int, *, required: bool = True, kind: str = "text") -> Input:
        return Input(at + name, label, kind=kind, max_length=longest, required=required, context=context)

    born = day(at + "birth_date", words("Date of birth"))
    return (
        text("nik", words("NIK"), 22, kind="digits"),
        text("full_name", words("Full name"), 60),
        coded("relationship", words("Family relationship"), labels.RELATIONSHIP,
              "KEPALA_KELUARGA" if index == 0 else ""),
        coded("sex", words("Sex"), labels.SEX),
        Input(born.name, born.label, kind="date", max_length=10, narrow=True, context=context),
        text("birth_place", words("Place of birth"), 120, required=False),
        coded("religion", words("Religion"), labels.RELIGION),
        coded("marital_status", words("Marital status"), labels.MARITAL),
        coded("nationality", words("Nationality"), labels.NATIONALITY, "WNI"),
        text("occupation", words("Occupation"), 120, required=False),
        text("mother_name", words("Mother's name"), 60, required=False),
    )  # fmt: skip


def show(page: Page, sheet: Sheet, count: int, status: int = 200) -> Response:
    # The buttons change how many there are; the box that counts says what stands on the page.
    boxes = tuple(Input(COUNT, "", kind="hidden", value=str(count)) if box.name == COUNT else box for box in sheet)
    return page("register.html", status, sheet=Sheet(boxes, sheet.errors), count=count)
