"""Registering what happened to a resident: one page for each kind of event, one use case behind it."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from sekali.doors import TheBus
from sekali.errors import FieldError, Problem, invalid, not_found
from sekali.identity import Nik
from sekali.pages import Names, Page, Posted, Sheet, ThePage, page_router, posted
from sekali.signin import SignedInOfficer
from services.population import prefill
from services.population.pages.correcting import FIELDS
from services.population.pages.events import Event, Scene
from services.population.pages.finding import number
from services.population.pages.kinds import BY_SLUG
from services.population.pages.sending import ONCE, make, once_of
from services.population.service import Desk, Done

STEP = "step"
Field = Annotated[str, Query(max_length=60)]
VERSIONS = ("version", "husband_version", "wife_version")


def reporting(names: Names, region: str) -> APIRouter:
    router = page_router()

    @router.get("/office/residents/{resident_id}/{name}")
    async def event(
        resident_id: UUID, name: str, *, officer: SignedInOfficer, bus: TheBus, page: ThePage, field: Field = ""
    ) -> Response:
        kind = known(name)
        async with bus.transaction() as session:
            scene = await scene_of(session, resident_id, officer.name, page, path=field_of(kind, field))
        return show(kind, scene, page, Sheet(tuple(kind.boxes(scene))), names)

    @router.post("/office/residents/{resident_id}/{name}")
    async def register(
        resident_id: UUID, name: str, *, officer: SignedInOfficer, bus: TheBus, page: ThePage, form: Posted
    ) -> Response:
        kind, once = known(name), once_of(posted(form, ONCE))
        async with bus.transaction() as session:
            scene = await scene_of(
                session, resident_id, officer.name, page, form, path=field_of(kind, posted(form, "field"))
            )
        sheet = Sheet(tuple(kind.boxes(scene))).typed(form)
        if posted(form, STEP):
            return show(kind, scene, page, sheet, names)
        try:
            async with bus.transaction() as session:
                order = await order_of(session, kind, scene, sheet, officer.name)
                done = await kind.act(session, order, Desk(officer.name, region, once))
        except Problem as problem:
            async with bus.transaction() as session:
                earlier = await prefill.done_by(session, once) if once else None
            if earlier is not None:  # the same form came twice
                return page.to(f"/office/residents/{earlier}")
            refused = sheet.refused(problem, page.words, box_names(kind, scene))
            return show(kind, scene, page, refused, names, status=problem.status)
        return page.to(f"/office/residents/{next_of(done, resident_id)}")

    return router


def known(name: str) -> Event:
    if name not in BY_SLUG:
        raise not_found("event", "The resident's page lists what can be registered.")
    return BY_SLUG[name]


def field_of(kind: Event, field: str) -> str:
    """The field that is corrected; Problem 404 for one that is not corrected by itself."""
    if kind.slug != "correction":
        return ""
    if field not in FIELDS:
        raise not_found("field to correct", "The resident's page lists the fields.")
    return field


async def scene_of(
    session: AsyncSession, resident_id: UUID, officer: str, page: Page, form: Mapping[str, Any] | None = None, *,
    path: str = "",
) -> Scene:  # fmt: skip
    found = await prefill.resident(session, resident_id, officer)
    _, members = await prefill.card(session, found.card.card_id, officer)
    return Scene(found, [one for one in members if one.is_present], page.words, form or {}, path)


async def order_of(session: AsyncSession, kind: Event, scene: Scene, sheet: Sheet, officer: str) -> Any:
    """The order as the use case takes it, with ids for NIKs; Problem 422 names the boxes."""
    values = sheet.nested()
    values.pop(ONCE, None)
    for name in VERSIONS:
        if name in values:
            values[name] = int(values[name]) if str(values[name]).isdecimal() else values[name]
    for box, target in kind.niks(scene).items():
        written = values.pop(box, "")
        if written:
            _put(values, target, await _resolved(session, box, written, officer))
    return make(kind.order, kind.finish(values, scene))


async def _resolved(session: AsyncSession, box: str, written: str, officer: str) -> UUID:
    try:
        return (await prefill.find(session, number(Nik, box, written), officer)).resident.resident_id
    except Problem as problem:
        if problem.fields:
            raise
        raise invalid(FieldError(box, "Nobody has this NIK.", "Check the digits on the card.")) from None


def _put(values: dict[str, Any], path: str, value: Any) -> None:
    group, _, name = path.rpartition(".")
    (values.setdefault(group, {}) if group else values)[name] = value


def box_names(kind: Event, scene: Scene) -> dict[str, str]:
    return {field: box for box, field in kind.niks(scene).items()} | dict(kind.names)


def next_of(done: Done | dict[str, Any], resident_id: UUID) -> UUID:
    """Where to look after: a newborn's own page, else the resident's."""
    if isinstance(done, Done) and len(done.residents) == 1:
        return done.residents[0].resident_id
    return resident_id


def show(kind: Event, scene: Scene, page: Page, sheet: Sheet, names: Names, *, status: int = 200) -> Response:
    words = page.words
    field = names.field(prefill.RESIDENT, scene.path, words) if scene.path else ""
    return page(
        "event.html", status, event=kind, sheet=sheet, resident=scene.resident,
        title=words("Correct: %(field)s", field=field) if field else words(kind.title),
        about=words(kind.about) if kind.about else "",
    )  # fmt: skip
