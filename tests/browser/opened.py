"""One browser for all browser tests of a session, wherever they stand; each test gets pages of its own.

A plugin, which the root's conftest names.
Everything here lives in the session's event loop: a test module says `pytestmark = IN_SESSION_LOOP`.
"""

import os
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.chromium import FLAGS, chromium


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    program, environment = chromium()
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(
            executable_path=program, args=list(FLAGS), env={**os.environ, **environment}
        )
        yield opened
        await opened.close()
