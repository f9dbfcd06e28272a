"""Another agency with a real form behind a real HTTP door: it fills it, checks what comes, and can be shut."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import JSONResponse

from sekali.errors import Problem
from sekali.forms import Check, Fact, Form, Listed
from sekali.forms.declaration import Text
from sekali.testing_doors import Stand

RESIDENT = "population.resident.v1"
AS_OF = datetime(2026, 11, 18, 2, 30, tzinfo=UTC)
MELATI: Mapping[str, Any] = {
    "identity.nik": "9999996507900002",
    "identity.full_name": "MELATI PUSPA CONTOH",
    "identity.sex": "P",
    "birth.date": "1990-07-25",
    "birth.place": "JAKARTA",
    "address.street": "JALAN CONTOH 12",
    "address.village_code": "3171031001",
    "address.district_code": "317103",
    "address.regency_code": "3171",
    "address.province_code": "31",
    "address.postal_code": "10640",
    "civil.religion": "ISLAM",
    "civil.marital_status": "KAWIN",
    "civil.nationality": "WNI",
    "family.kk_number": "9999990101260001",
    "family.relationship": "ISTRI",
}


@dataclass
class Neighbour(Stand):
    """`answers` are given to submissions one after the other before it checks them itself."""

    form: Form
    facts: dict[str, Fact] = field(default_factory=lambda: {RESIDENT: Fact(MELATI, AS_OF, 3)})
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Submission id -> what was answered."""
    held: dict[str, Any] = field(default_factory=lambda: {"copies": [], "owns": []})
    officer_says: str = "The sketch of the place is missing."
    mended: dict[str, str | None] = field(default_factory=dict)
    """Application id -> what was said of it."""
    withdrawn: dict[str, str | None] = field(default_factory=dict)
    """Application id -> why. Nobody has decided on any, unless `decided`."""
    decided: bool = False
    used: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def with_form(
        cls, file: Path, rules: Mapping[str, Check], lists: Mapping[str, Listed] | None = None
    ) -> "Neighbour":
        return cls(Form.load(file, rules, lists))

    def says(self, **changed: Any) -> None:
        """The civil registry says something new of Melati: `full_name="…"` by the field's last word."""
        fact = self.facts[RESIDENT]
        told = {path: changed.get(path.rpartition(".")[2], value) for path, value in fact.values.items()}
        self.facts[RESIDENT] = Fact(told, fact.as_of.replace(day=19), fact.version + 1)

    def app(self) -> FastAPI:
        app = FastAPI()
        app.include_router(self._form())
        app.include_router(self._applications())

        @app.get("/facts/me")
        async def facts() -> dict[str, Any]:
            return self.held

        @app.get("/uses")
        async def uses() -> dict[str, Any]:
            return {"uses": self.used, "next": None}

        return app

    def _form(self) -> APIRouter:
        app, name = APIRouter(), self.form.name

        @app.get("/forms")
        async def forms() -> dict[str, Any]:
            return {"forms": [{"name": name, "title": self.form.title}]}

        @app.get(f"/forms/{name}/declaration")
        async def declaration() -> Any:
            return self.form.declaration()

        @app.get(f"/forms/{name}")
        async def opened() -> Any:
            return self.form.open(self.facts, _unrecorded)

        @app.post(f"/forms/{name}")
        async def submit(request: Request) -> JSONResponse:
            return self._submit(await request.json())

        return app

    def _applications(self) -> APIRouter:
        app = APIRouter()

        @app.get("/applications/{application_id}")
        async def application(application_id: str) -> dict[str, Any]:
            told = {"application_id": application_id, "officer_says": self.officer_says}
            return told | {"may_withdraw": not self.decided and application_id not in self.withdrawn}

        @app.post("/applications/{application_id}/answer")
        async def answer(application_id: str, request: Request) -> JSONResponse:
            if self.answers:
                status, told = self.answers.pop(0)
                return JSONResponse(told, status)
            self.mended[application_id] = (await request.json())["text"]
            return JSONResponse({"application_id": application_id})

        @app.post("/applications/{application_id}/withdraw")
        async def withdraw(application_id: str, request: Request) -> JSONResponse:
            if self.decided:
                return JSONResponse({"type": "urn:sekali:problem:not-possible", "detail": "It is decided."}, 409)
            self.withdrawn.setdefault(application_id, (await request.json())["text"])
            return JSONResponse({"application_id": application_id})

        return app

    def _submit(self, body: dict[str, Any]) -> JSONResponse:
        if self.answers:
            status, told = self.answers.pop(0)
            return JSONResponse(told, status)
        if body["submission_id"] in self.taken:
            return JSONResponse({"type": "urn:sekali:problem:already-submitted", "application_id": None}, 409)
        try:
            checked = self.form.preview(body["answers"], self.facts)
        except Problem as problem:
            return JSONResponse(problem.document(), problem.status)
        self.taken[body["submission_id"]] = body["answers"]
        corrected = [
            {"box": one.box, "topic": one.topic, "field": one.field, "seen_version": one.seen_version}
            for one in checked.corrected
        ]
        counts = {name: getattr(checked.counts, name) for name in ("asked", "key", "filled", "typed", "left_empty")}
        told = {"application_id": str(uuid4()), "status": "TERBIT", "counts": counts, "corrected": corrected}
        return JSONResponse(told, 201)


def _unrecorded(_title: Text, _shown: Mapping[str, list[str]]) -> None:
    """A neighbour of tests keeps no record of uses."""
