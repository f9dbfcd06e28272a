"""The portal's pages for a browser: the real app and database, and beside it agencies with their real forms."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

from sekali.contracts import Catalogue
from sekali.doors import application
from sekali.forms import Choice, Listed, Text
from sekali.rehearsal import rehearsing
from sekali.settings import AgencySettings
from sekali.testing_doors import served
from sekali.tokens import Speaker
from services.portal import service
from services.portal.inbox import hearing
from services.portal.pages import TITLE, citizens_pages, pages
from services.portal.prefill import Agencies, contact_form
from services.portal.settings import Settings
from services.portal.tests.neighbour import Neighbour
from services.portal.tests.office import Office

ROOT = Path(__file__).parents[2]
LICENCE, ACTIVATION = ("services/licensing/business-licence.form.yaml", "services/tax/activation.form.yaml")
HELD = {
    "owns": [{"topic": "tax.taxpayer.v1", "tells": {"id": "Pendaftaran wajib pajak.", "en": "Taxpayers."}}],
    "copies": [
        {
            "topic": "population.resident.v1",
            "owner": "population",
            "version": 3,
            "as_of": "2026-11-18T02:30:00+00:00",
            "heard_at": "2026-11-18T02:30:01+00:00",
            "fields": ["address.street", "birth.date", "civil.religion", "family.kk_number", "identity.full_name"],
            "contract": {
                "purpose": {"id": "Mengisi formulir pajak", "en": "Fill the tax form, keep the taxpayer right"},
                "legal_basis": "UU 27/2022 art. 20(2)(c); Perpres 83/2021 art. 8, PMK 112/2022",
                "agreement": "PKS/CONTOH/2026/10",
                "retention_days": 3650,
                "valid_until": "2028-12-31",
                "fingerprint": "0123456789abcdef",
            },
        }
    ],
}
USE = {
    "number": 7,
    "at": "2026-11-19T03:15:00+00:00",
    "by": {"kind": "OFFICER", "agency": "tax"},
    "topic": "population.resident.v1",
    "fields": ["identity.full_name", "address.street"],
    "way": "DISCLOSE",
    "purpose": {"id": "Mengisi formulir pajak", "en": "Fill the tax form, keep the taxpayer right"},
    "legal_basis": "UU 27/2022 art. 20(2)(c); Perpres 83/2021 art. 8",
}


@dataclass
class House:
    """`office` hears what agencies say; `licensing` and `tax` can be shut."""

    url: str
    office: Office
    licensing: Neighbour
    tax: Neighbour

    async def busy(self) -> UUID:
        """Melati, with applications at both agencies."""
        melati = await self.office.melati()
        for topic, status, actor, due in (
            ("licensing.application.v1", "MENUNGGU_VERIFIKASI", "OFFICER", "2026-11-27"),
            ("licensing.application.v1", "PERLU_PERBAIKAN", "APPLICANT", None),
            ("tax.application.v1", "TERBIT", "NOBODY", None),
        ):
            await self.office.hear(topic, uuid4(), progress(melati, topic, status, actor, due))
        return melati


def progress(melati: UUID, topic: str, status: str, actor: str, due: str | None) -> dict[str, Any]:
    steps = [
        {"status": "DIAJUKAN", "at": datetime(2026, 11, 18, 3, tzinfo=UTC)},
        {"status": status, "at": datetime(2026, 11, 19, 4, tzinfo=UTC)},
    ]
    service_ = "PERIZINAN_BERUSAHA" if topic.startswith("licensing") else "AKTIVASI_NPWP"
    return {
        "progress": {
            "resident_id": melati,
            "service": service_,
            "status": status,
            "steps": steps,
            "due_on": datetime.fromisoformat(due).date() if due else None,
            "clock": "RUNNING" if due else "STOPPED",
            "next_actor": actor,
            "reason_code": "KSWP_NOT_VALID" if actor == "APPLICANT" else None,
        }
    }


@asynccontextmanager
async def portal_house(url: str, folder: Path) -> AsyncIterator[House]:
    """`url`: of a fresh database."""
    refuse = {"kbli": _five_digits, "klu": _five_digits, "phone": lambda _: None}
    shops = Choice(code="47112", label=Text(id="Toko kelontong", en="Grocery shops"))
    lists = {"kbli": Listed((shops,)), "klu": Listed((shops,), others=True)}
    licensing, tax = (Neighbour.with_form(ROOT / file, refuse, lists) for file in (LICENCE, ACTIVATION))
    tax.held, tax.used = HELD, [USE]
    opened = rehearsing(
        "portal", Settings, hearing(Catalogue.load(ROOT)), database_url=url, root=ROOT, keys=folder,
        door_timeout=timedelta(seconds=2),
    )  # fmt: skip
    try:
        async with opened as portal, _neighbours(portal.settings, licensing, tax) as agencies:
            at_once = timedelta(0)
            handing = service.Handing(agencies, ["population"], at_once, at_once, at_once, timedelta(days=1))
            office, own = Office(**vars(portal), handing=handing), contact_form()
            shown = citizens_pages(portal.catalogue, ROOT, agencies, handing, own)
            app = application(office, *shown, title=TITLE, pages=pages(agencies, handing, own))
            async with served(app) as home:
                yield House(home, office, licensing, tax)
    finally:
        for one in (licensing, tax):
            one.shut()


@asynccontextmanager
async def _neighbours(settings: AgencySettings, licensing: Neighbour, tax: Neighbour) -> AsyncIterator[Agencies]:
    doors = {"licensing": licensing.url, "tax": tax.url}
    agencies = Agencies(doors, cast(Settings, settings).door_timeout, Speaker(settings))
    try:
        yield agencies
    finally:
        await agencies.close()


def _five_digits(code: str) -> str | None:
    return None if len(code) == 5 and code.isdecimal() else "A code has five digits."
