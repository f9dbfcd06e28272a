"""Steps 6 to 10: a move, a new e-mail address, a marriage, a death, an annulment."""

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from demo.story import answers
from demo.story.cast import BANDUNG, JAKARTA, NEW_STREET, RANGGA_STREET, SARI_STREET
from demo.story.checking import each, expect, expect_same
from demo.story.telling import Story, Told, expect_counts, watch
from demo.story.views import shows

CONTACT = "/forms/portal/contact"
NOT_FOR_LICENSING = ("religion", "marital_status", "kk_number", "relationship", "mother_name", "rt", "rw")


def today() -> str:
    return date.today().isoformat()


def move(story: Story, told: Told) -> None:
    """Card A moves as a whole; its number stays."""
    sari, melati, views = story.id("sari"), story.id("melati"), story.views
    before = views.tax_copy(melati)["kk_number"]
    officer = story.doors.officer("population")
    order = {"resident_id": str(sari), "moved_on": today(), "address": {"street": NEW_STREET, **JAKARTA}}
    changed = officer.post("population", "/moves", order, 200)
    expect("residents who moved", {str(sari), str(melati)}, {one["resident_id"] for one in changed["residents"]})
    new = {"street": NEW_STREET, "village_code": JAKARTA["village_code"]}
    watch(told, officer.answered_at, {
        "licensing": each(*(partial(shows, views.licensing_copy, who, **new) for who in (sari, melati))),
        "tax": each(*(partial(shows, views.tax_copy, who, **new) for who in (sari, melati))),
    })  # fmt: skip
    expect_same("the card's number", before, views.tax_copy(melati)["kk_number"])
    expect_same("her street in the licence form", NEW_STREET, views.oss(melati)["home_street"])
    expect_same("her street in the tax form", NEW_STREET, views.activation(melati)["street"])


def change_email(story: Story, told: Told) -> None:
    """One box in the contact form; both agencies' forms show it."""
    melati, views = story.id("melati"), story.views
    citizen = story.doors.citizen(melati)
    email = story.cast.email("melati", 2)
    receipt = citizen.post("portal", CONTACT, {"submission_id": str(uuid4()), "answers": {"email": email}})
    expect_counts(told, receipt, asked=2, key=0, filled=1, typed=1, left_empty=0)
    watch(told, citizen.answered_at, {
        "licensing": lambda: views.oss(melati).get("email") == email,
        "tax": lambda: views.activation(melati).get("email") == email,
    })  # fmt: skip


def marry(story: Story, told: Told) -> None:
    """Melati joins Rangga's card: tax hears of the marriage, licensing of the address only."""
    melati, rangga, views = story.id("melati"), story.id("rangga"), story.views
    officer = story.doors.officer("population")
    order = {
        "husband_id": str(rangga),
        "wife_id": str(melati),
        "married_on": today(),
        "certificate": {"issuer": "KUA", "number": f"{story.cast.run}/CONTOH"},
        "household": "HUSBAND_CARD",
    }
    changed = officer.post("population", "/marriages", order, 200)
    expect(
        "residents in one transaction", {str(melati), str(rangga)}, {one["resident_id"] for one in changed["residents"]}
    )
    family = {
        "marital_status": "KAWIN",
        "relationship": "ISTRI",
        "kk_number": story.cast.kk(1),
        "street": RANGGA_STREET,
    }
    watch(told, officer.answered_at, {
        "licensing": lambda: shows(views.licensing_copy, melati, street=RANGGA_STREET),
        "tax": each(
            partial(shows, views.tax_copy, melati, **family),
            partial(shows, views.tax_copy, rangga, marital_status="KAWIN"),
            lambda: "PILIH_KATEGORI" in views.open_tasks(melati),
        ),
    })  # fmt: skip
    _expect_no_key(views.licensing_copy(melati))


def die(story: Story, told: Told) -> None:
    """Rangga dies: his licence is reviewed, his reminders end; Melati heads a new card."""
    melati, rangga, views = story.id("melati"), story.id("rangga"), story.views
    expect("reminders before", True, bool(views.taxpayer(rangga)["reminders"]))
    officer = story.doors.officer("population")
    order = {"resident_id": str(rangga), "died_on": today(), "succession": {"new_head_id": str(melati)}}
    changed = officer.post("population", "/deaths", order, 200)
    expect(
        "residents in one transaction", {str(melati), str(rangga)}, {one["resident_id"] for one in changed["residents"]}
    )
    widow = {"marital_status": "CERAI_MATI", "relationship": "KEPALA_KELUARGA"}
    watch(told, officer.answered_at, {
        "licensing": lambda: [one["status"] for one in views.licences(rangga)] == ["DITINJAU"],
        "tax": each(
            partial(shows, views.tax_copy, melati, **widow),
            lambda: "WARIS" in views.open_tasks(rangga),
            partial(shows, views.taxpayer, rangga, reminders=[]),
        ),
    })  # fmt: skip
    expect("a new card number", False, views.tax_copy(melati)["kk_number"] == story.cast.kk(1))
    expect("her licences stand", ["TERBIT", "TERVERIFIKASI"], sorted(one["status"] for one in views.licences(melati)))


def annul(story: Story, told: Told) -> None:
    """A double registration is seen at both agencies, then annulled: the copies shrink to key and version."""
    views = story.views
    officer = story.doors.officer("population")
    registered = officer.post("population", "/family-cards", story.cast.double())
    double = UUID(registered["residents"][0]["resident_id"])
    story.cast.ids["double"] = double
    before = {"street": SARI_STREET, "village_code": BANDUNG["village_code"], "version": 1}
    watch(Told(10, "", ""), officer.answered_at, {
        "licensing": lambda: shows(views.licensing_copy, double, **before),
        "tax": lambda: shows(views.tax_copy, double, **before),
        "portal": lambda: views.is_known_at_portal(double),
    })  # fmt: skip
    order = {"resident_id": str(double), "duplicate_of": str(story.id("sari")), "reason": "Pendaftaran ganda"}
    officer.post("population", "/annulments", order, 200)
    watch(told, officer.answered_at, {
        "licensing": lambda: is_shrunk(views.licensing_copy(double)),
        "tax": lambda: is_shrunk(views.tax_copy(double)),
        "portal": lambda: views.portal_status(double) == 409,
    })  # fmt: skip
    expect("Sari's own record", "VALID", views.tax_copy(story.id("sari"))["standing"])
    refused = story.doors.citizen(double).refused("portal", CONTACT, _contact(story))
    expect("a contact of the annulled", 409, refused.status_code)


KEPT_OF_THE_ANNULLED = {"resident_id", "version", "standing", "gone", "as_of", "heard_at", "registered_at"}


def is_shrunk(copy: dict[str, Any]) -> bool:
    """Annulled, and nothing is left but key, version and times."""
    left = {name for name, value in copy.items() if value is not None}
    return copy.get("standing") == "ANNULLED" and left <= KEPT_OF_THE_ANNULLED


def _expect_no_key(copy: dict[str, Any]) -> None:
    held = [name for name in NOT_FOR_LICENSING if copy.get(name) is not None]
    expect("what licensing has no key to", [], held)


def _contact(story: Story) -> dict[str, Any]:
    return {"submission_id": str(uuid4()), "answers": answers.contact(story.cast, "double")}
