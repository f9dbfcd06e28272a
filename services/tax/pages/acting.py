"""What an officer records of a taxpayer: a return, a name that is held or released, a task that is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import uuid_utils.compat as uuids
from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from sekali import uses
from sekali.doors import TheBus
from sekali.errors import FieldError, Problem, invalid, not_found
from sekali.pages import N_, Input, Page, Posted, Sheet, ThePage, Words, page_router, posted
from sekali.signin import SignedInOfficer
from services.tax import service
from services.tax.model import ReturnState, TaskKind
from services.tax.pages import labels
from services.tax.prefill import card
from services.tax.store.register import Recorded

Kind = Annotated[str, Query(max_length=40)]
ONCE = "once"


@dataclass(frozen=True, slots=True)
class Scene:
    """`kind`: of the task that is closed."""

    taxpayer: Mapping[str, Any]
    words: Words
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    title: Callable[[Scene], str]
    boxes: Callable[[Scene], tuple[Input, ...]]
    button: str


def acting() -> APIRouter:
    router = page_router()

    @router.get("/office/people/{resident_id}/{name}")
    async def form(
        resident_id: UUID, name: str, *, officer: SignedInOfficer, bus: TheBus, page: ThePage, kind: Kind = ""
    ) -> Response:
        act = known(name)
        scene = await scene_of(bus, resident_id, officer.name, page, kind)
        return show(act, scene, page, name, sheet_of(act, scene))

    @router.post("/office/people/{resident_id}/{name}")
    async def done(
        resident_id: UUID, name: str, *, officer: SignedInOfficer, bus: TheBus, page: ThePage, form: Posted
    ) -> Response:
        act = known(name)
        scene = await scene_of(bus, resident_id, officer.name, page, posted(form, "kind"))
        try:
            by = by_of(form, officer.name, required=is_reason_needed(name, form))
            async with bus.transaction() as session:
                await carry_out(session, name, resident_id, form, by)
        except Problem as problem:
            sheet = sheet_of(act, scene).typed(form).refused(problem, page.words, {"status": ""})
            return show(act, scene, page, name, sheet, status=problem.status)
        return page.to(f"/office/people/{resident_id}")

    return router


async def scene_of(bus: TheBus, resident_id: UUID, officer: str, page: Page, kind: str) -> Scene:
    async with bus.transaction() as session:
        await card.refuse_restricted(session, resident_id)
        shown = await card.taxpayer_card(session, resident_id, uses.by_officer(officer))
    return Scene(shown, page.words, kind)


def known(name: str) -> Act:
    if name not in ACTS:
        raise not_found("act", "The taxpayer's page lists what can be recorded.")
    return ACTS[name]


def is_reason_needed(name: str, form: Mapping[str, Any]) -> bool:
    """Only a return that has come in speaks for itself."""
    return name != "return" or posted(form, "state") == ReturnState.DUE


def by_of(form: Mapping[str, Any], officer: str, *, required: bool) -> service.By:
    try:
        once = UUID(posted(form, ONCE))
    except ValueError:
        once = None
    return service.By(officer, service.reason_of(posted(form, "reason"), required=required), once)


async def carry_out(
    session: AsyncSession, name: str, resident_id: UUID, form: Mapping[str, Any], by: service.By
) -> None:
    if name == "return":
        await service.record_return(session, resident_id, recorded(form, by.officer), by)
    elif name == "name":
        await service.hold_name(session, resident_id, by, held=posted(form, "held") == "true")
    else:
        await service.close_task(session, resident_id, task_kind(form), by)


def recorded(form: Mapping[str, Any], officer: str) -> Recorded:
    year, state = posted(form, "tax_year"), posted(form, "state")
    wrong = []
    if not (year.isascii() and year.isdecimal() and len(year) == 4):
        wrong.append(FieldError("tax_year", "This is no year.", "Write four digits.", "Ini bukan tahun."))
    if state not in set(ReturnState):
        wrong.append(FieldError("state", "Nothing is chosen.", "Choose one.", "Belum dipilih."))
    if wrong:
        raise invalid(*wrong)
    return Recorded(int(year), ReturnState(state), officer)


def task_kind(form: Mapping[str, Any]) -> TaskKind:
    kind = posted(form, "kind")
    if kind not in set(TaskKind):
        raise not_found("task of this kind")
    return TaskKind(kind)


def sheet_of(act: Act, scene: Scene) -> Sheet:
    return Sheet((Input(ONCE, "", kind="hidden", value=str(uuids.uuid7())), *act.boxes(scene)))


def show(act: Act, scene: Scene, page: Page, name: str, sheet: Sheet, *, status: int = 200) -> Response:
    return page(
        "act.html", status, sheet=sheet, title=act.title(scene), button=page.words(act.button), name=name,
        taxpayer=scene.taxpayer,
    )  # fmt: skip


def _reason(words: Words, *, required: bool = True) -> Input:
    return Input("reason", words("Reason"), max_length=500, required=required, hint=words("It stays here."))


def _return(scene: Scene) -> tuple[Input, ...]:
    words = scene.words
    return (
        Input("tax_year", words("Tax year"), kind="digits", max_length=4, narrow=True),
        Input("state", words("The return"), kind="radios", options=labels.options(labels.STATE, words)),
        _reason(words, required=False),
    )


def _name(scene: Scene) -> tuple[Input, ...]:
    held = "false" if scene.taxpayer["name_held"] else "true"
    return Input("held", "", kind="hidden", value=held), _reason(scene.words)


def _name_title(scene: Scene) -> str:
    words = scene.words
    return words("Release the registered name") if scene.taxpayer["name_held"] else words("Hold the registered name")


def _task(scene: Scene) -> tuple[Input, ...]:
    return Input("kind", "", kind="hidden", value=scene.kind), _reason(scene.words)


def _task_title(scene: Scene) -> str:
    task = labels.said(labels.TASK, scene.kind, scene.words)
    return scene.words("Close the task: %(task)s", task=task)


ACTS = {
    "return": Act(lambda scene: scene.words("Record a return"), _return, N_("Record it")),
    "name": Act(_name_title, _name, N_("Confirm")),
    "task": Act(_task_title, _task, N_("Close it")),
}
