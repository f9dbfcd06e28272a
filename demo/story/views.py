"""What agencies show of a person: quiet reads, None while there is nothing to see."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from demo.story.doors import Doors

OSS, ACTIVATION, CONTACT = "/forms/business-licence", "/forms/activation", "/forms/portal/contact"


class Views:
    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._licensing = doors.officer("licensing")
        self._tax = doors.officer("tax")

    def oss(self, resident_id: UUID) -> dict[str, Any]:
        """Box -> value of the licence form as licensing opens it for the citizen."""
        return boxes(self._doors.citizen(resident_id).look("licensing", OSS))

    def activation(self, resident_id: UUID) -> dict[str, Any]:
        return boxes(self._doors.citizen(resident_id).look("tax", ACTIVATION))

    def portal_status(self, resident_id: UUID) -> int:
        """Status code of the portal's own form: 200 once it has heard of the resident, 409 before and once annulled."""
        return self._doors.citizen(resident_id).status("portal", CONTACT)

    def is_known_at_portal(self, resident_id: UUID) -> bool:
        return self.portal_status(resident_id) == 200

    def licensing_copy(self, resident_id: UUID) -> dict[str, Any]:
        """Licensing's copy of the resident's record."""
        found = self._licensing.look("licensing", f"/desk/residents/{resident_id}") or {}
        return dict(found.get("population.resident.v1", {}))

    def tax_copy(self, resident_id: UUID) -> dict[str, Any]:
        return dict(self._tax.look("tax", f"/residents/{resident_id}") or {})

    def taxpayer(self, resident_id: UUID) -> dict[str, Any]:
        return dict(self._tax.look("tax", f"/taxpayers/{resident_id}") or {})

    def serials(self, resident_id: UUID) -> list[str]:
        """Serials of the places that tax has numbered."""
        return [one["serial"] for one in self.taxpayer(resident_id).get("nitkus", [])]

    def open_tasks(self, resident_id: UUID) -> list[str]:
        tasks = self.taxpayer(resident_id).get("tasks", [])
        return [task["kind"] for task in tasks if task["closed_at"] is None]

    def kswp(self, resident_id: UUID) -> list[str]:
        """Results that tax has answered."""
        found = self._tax.look("tax", f"/taxpayers/{resident_id}/kswp") or {}
        return [answer["result"] for answer in found.get("answers", [])]

    def licences(self, resident_id: UUID) -> list[dict[str, Any]]:
        found = self._licensing.look("licensing", f"/desk/residents/{resident_id}/licences") or {}
        return list(found.get("licences", []))

    def case(self, application_id: str) -> dict[str, Any]:
        return dict(self._licensing.look("licensing", f"/desk/applications/{application_id}") or {})

    def tracked(self, resident_id: UUID) -> dict[str, str]:
        """Application -> status, as the portal's tracker shows them."""
        found = self._doors.citizen(resident_id).look("portal", "/applications") or {}
        return {one["application_id"]: one["status"] for one in found.get("applications", [])}


def boxes(opened: Mapping[str, Any] | None) -> dict[str, Any]:
    """Box -> value of an opened form; {} where the form did not open."""
    return {box["name"]: box["value"] for box in opened["boxes"]} if opened else {}


def shows(view: Callable[[UUID], Mapping[str, Any]], resident_id: UUID, **values: Any) -> bool:
    """Whether the view of this resident shows all these values."""
    seen = view(resident_id)
    return all(name in seen and seen[name] == value for name, value in values.items())
