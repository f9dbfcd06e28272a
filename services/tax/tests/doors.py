"""The agency's HTTP doors over its real database, with nothing behind them that would need Kafka."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from sekali.doors import application
from services.tax import forms
from services.tax.app import TITLE
from services.tax.store import REGISTERS
from services.tax.tests.office import Office


@asynccontextmanager
async def doors(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    app = application(office, forms.citizen, forms.desk, title=TITLE, registers=REGISTERS)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tax") as client:
        yield client
