"""The citizen's pages: services, forms, what became of them, and which agency knows and used what."""

from functools import partial
from pathlib import Path

from fastapi import APIRouter

from sekali.contracts import Catalogue
from sekali.forms import Form
from sekali.pages import Names, Pages
from services.portal import service
from services.portal.pages.applications import application_pages
from services.portal.pages.data import data_pages
from services.portal.pages.filling import filling_pages, keep_typed
from services.portal.pages.home import home_page
from services.portal.pages.previewing import previewing_pages
from services.portal.pages.reaching import Reach
from services.portal.pages.receipts import receipt_pages
from services.portal.pages.turns import turn_pages
from services.portal.pages.withdrawing import withdrawing_pages
from services.portal.prefill import Agencies

__all__ = ["TITLE", "citizens_pages", "pages"]

TITLE = {"id": "Portal warga", "en": "Citizen's portal"}


def pages(agencies: Agencies, handing: service.Handing, own: Form) -> Pages:
    """Templates and texts, and what keeps a form whose session has ended."""
    return Pages(TITLE, Path(__file__).parent, keep=partial(keep_typed, Reach(agencies, handing, own)))


def citizens_pages(
    catalogue: Catalogue, root: Path, agencies: Agencies, handing: service.Handing, own: Form
) -> list[APIRouter]:
    reach, names = Reach(agencies, handing, own), Names(catalogue, root)
    return [
        home_page(reach, names),
        filling_pages(reach, names),
        previewing_pages(reach, names),
        receipt_pages(reach, names),
        application_pages(names),
        turn_pages(agencies, names),
        withdrawing_pages(agencies, names),
        data_pages(agencies, names),
    ]
