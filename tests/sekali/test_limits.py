"""What strangers send that no door takes: refused in words, and no cause for an operator to be woken."""

import logging
from typing import Any

import pytest
from fastapi import FastAPI

from tests.fuzz.strangers import Asked, ask
from tests.sekali.test_doors import CITIZEN, OFFICER, app, bus, entered, problem

__all__ = ["app", "bus"]


@pytest.mark.parametrize("url", ["/mine?after=a%00b", "/falls/a%00b", "/health/ready?%00", "/nowhere%00"])
async def test_an_address_with_a_nul_is_refused_before_any_door(app: FastAPI, url: str) -> None:
    async with entered(app, CITIZEN) as melati:
        problem(await melati.get(url), 400, "bad-url")
        assert (await melati.get("/mine?after=a%2500b")).status_code == 200, "a percent sign and digits are text"


async def test_who_goes_away_in_the_middle_of_a_body_is_no_error_of_ours(
    app: FastAPI,
    caplog: pytest.LogCaptureFixture,
) -> None:
    headers: Any = [(b"authorization", f"Bearer {OFFICER}".encode()), (b"content-type", b"application/json")]
    with caplog.at_level(logging.DEBUG):
        answer = await ask(app, Asked("POST", "/moves", headers, [b'{"nik": ', b"..."], cut=True))
    assert answer.status == 400
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
