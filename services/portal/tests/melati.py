"""Melati at the portal's doors."""

from typing import Any
from uuid import UUID, uuid4

import httpx

CONTACT = "/forms/portal/contact"
REQUEST = "/forms/counter/request"
EMAIL, MOBILE = "melati@contoh.example", "+6281200000001"
ANSWERS: dict[str, Any] = {
    "full_name": "MELATI PUSPA CONTOH",
    "email_address": EMAIL,
    "mobile": MOBILE,
    "wish": "A licence",
}


def token(resident_id: UUID) -> dict[str, str]:
    return {"Authorization": f"Bearer citizen:{resident_id}"}


def sent(answers: dict[str, Any], submission_id: UUID | None = None) -> dict[str, Any]:
    return {"submission_id": str(submission_id or uuid4()), "answers": answers}


async def submission(door: httpx.AsyncClient, resident_id: UUID, submission_id: UUID) -> dict[str, Any]:
    answer = await door.get(f"/submissions/{submission_id}", headers=token(resident_id))
    assert answer.status_code == 200
    return dict(answer.json())


def fields(answer: httpx.Response) -> list[str]:
    return [one["field"] for one in answer.json().get("fields", [])]
