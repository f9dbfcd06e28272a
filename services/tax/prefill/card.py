"""What a taxpayer and an officer are shown."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import uses
from sekali.erasure import absent, restricted
from sekali.errors import FieldError, Problem
from services.tax.model import HOME, Status, nitku
from services.tax.prefill.form import LICENCE, RESIDENT
from services.tax.store import acts as store_acts
from services.tax.store import applications, copies, register, tasks

NOT_ACTIVATED = "Activate the taxpayer number first: POST /forms/activation."


async def taxpayer_card(session: AsyncSession, resident_id: UUID, who: uses.Who) -> dict[str, Any]:
    """{resident_id, status, npwp, activated_on, category, declared, nitkus, reminders, tasks, version, as_of}; 404.

    It holds what other agencies said of the person, so showing it is a use, which is recorded.
    """
    row = await register.taxpayer_row(session, resident_id)
    if row is None:
        raise await absent(session, resident_id, "taxpayer", NOT_ACTIVATED)
    nitkus = await _nitkus(session, row)
    uses.record(session, who, resident_id, _heard(row, nitkus))
    return {
        "resident_id": resident_id,
        "version": row["version"],
        "status": row["status"],
        "npwp": row["npwp"],
        "registered_name": row["registered_name"],
        "name_held": row["name_held"],
        "activated_on": row["activated_on"],
        "category": row["category"],
        "marital_status": row["marital_status"],
        "relationship": row["relationship"],
        "declared": row["declared"],
        "nitkus": nitkus,
        "reminders": [_plain(one, "tax_year", "due_on") for one in await register.reminders(session, resident_id)],
        "tasks": await task_list(session, resident_id=resident_id),
    }


_FOLLOWED = {
    "registered_name": "identity.full_name",
    "marital_status": "civil.marital_status",
    "relationship": "family.relationship",
}


def _heard(row: RowMapping, nitkus: list[dict[str, Any]]) -> dict[str, list[str]]:
    """What a taxpayer's card shows of other agencies' facts: topic -> fields."""
    shown = {RESIDENT: uses.filled(row, _FOLLOWED), LICENCE: list[str]()}
    for one in nitkus:
        at_home = one["licence_id"] is None
        columns = {name: (copies.RESIDENT if at_home else copies.LICENCE)[name] for name in _address(at_home=at_home)}
        shown[RESIDENT if at_home else LICENCE] += uses.filled(one["place"], columns) if one["place"] else []
    return shown


async def _nitkus(session: AsyncSession, taxpayer: RowMapping) -> list[dict[str, Any]]:
    """Each: number, serial, place, its as of. The number itself ends with the registration."""
    home = await copies.resident_row(session, taxpayer["resident_id"])
    given = await register.places(session, taxpayer["resident_id"])
    licences = await copies.licence_rows(session, [row["licence_id"] for row in given if row["licence_id"]])
    shown = []
    for row in given:
        at_home = row["serial"] == HOME
        source = home if at_home else licences.get(row["licence_id"])
        number = None if taxpayer["status"] == Status.ENDED else nitku(taxpayer["npwp"], row["serial"])
        shown.append({
            "nitku": number,
            "serial": f"{row['serial']:06d}",
            "licence_id": row["licence_id"],
            "place": None if source is None else {name: source[name] for name in _address(at_home=at_home)},
            "as_of": None if source is None else source["as_of"],
            "given_at": row["given_at"],
        })  # fmt: skip
    return shown


def _address(*, at_home: bool) -> tuple[str, ...]:
    return copies.HOME if at_home else copies.PLACE


async def refuse_restricted(session: AsyncSession, resident_id: UUID) -> None:
    """451 where a law holds what was registered of an erased person."""
    if held := await restricted(session, resident_id):
        raise held


async def resident_copy(session: AsyncSession, resident_id: UUID, who: uses.Who) -> dict[str, Any]:
    """The agency's copy of a person's record, with its version and as of; 404 while it has not been heard.

    A use, which is recorded.
    """
    row = await copies.resident_row(session, resident_id)
    if row is None or row["gone"]:
        raise await absent(session, resident_id, "resident in this agency's copy", "It may be on its way.")
    uses.record(session, who, resident_id, {RESIDENT: uses.filled(row, copies.RESIDENT)})
    return dict(row)


async def task_list(
    session: AsyncSession, *, resident_id: UUID | None = None, open_only: bool = False
) -> list[dict[str, Any]]:
    found = await tasks.tasks(session, resident_id=resident_id, open_only=open_only)
    return [_plain(row, "task_id", "resident_id", "kind", "opened_at", "closed_at", "outcome") for row in found]


async def application_list(session: AsyncSession, resident_id: UUID) -> list[dict[str, Any]]:
    names = ("application_id", "version", "service", "status", "steps", "said_at", "ended_at")
    return [_plain(row, *names) for row in await applications.of_resident(session, resident_id) if not row["buried"]]


async def return_list(session: AsyncSession, resident_id: UUID) -> list[dict[str, Any]]:
    return [_plain(row, "tax_year", "state", "recorded_at") for row in await register.return_rows(session, resident_id)]


async def kswp_list(session: AsyncSession, resident_id: UUID) -> list[dict[str, Any]]:
    names = ("request_id", "service", "result", "reason_code", "requested_at", "answered_at")
    return [_plain(row, *names) for row in await applications.answers_of(session, resident_id)]


async def acts(session: AsyncSession, resident_id: UUID) -> list[dict[str, Any]]:
    """Who did what with the registration, when and why; for officers only."""
    found = await store_acts.of_resident(session, resident_id)
    return [_plain(row, "officer", "deed", "about", "reason", "done_at") for row in found]


async def find(session: AsyncSession, npwp: str, officer: str) -> UUID:
    """Whose NPWP, which is the NIK, this is; that it was asked is recorded."""
    found = await register.by_npwp(session, npwp)
    if found is None:
        missing = FieldError("nik", "No taxpayer is registered with this NIK.", "Check the digits on the card.",
                             "Tidak ada wajib pajak terdaftar dengan NIK ini.")  # fmt: skip
        raise Problem(404, "not-found", "Not found", "There is no such taxpayer.", [missing])
    uses.record(session, uses.by_officer(officer), found, {RESIDENT: ["identity.nik"]})
    return found


def _plain(row: Mapping[Any, Any], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}
