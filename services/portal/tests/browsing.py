"""Melati at the portal's pages: she reads pages and presses buttons, with no script."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sekali.testing_pages import Form, Visit


@dataclass
class Browser(Visit):
    language: str = "en"

    def form(self, action: str = "") -> Form:
        """Without `action`: the first but for signing out."""
        return next(form for form in self.forms if form.action.endswith(action) and "sign-out" not in form.action)

    async def press(self, button: str = "", form: Form | None = None, /, **typed: Any) -> Visit:
        """Sends the page's form, or one seen before, with `_step` as the button says, and lands where that leads."""
        form = form or self.form()
        answers = {name: str(value) for name, value in typed.items()} | ({"_step": button} if button else {})
        return await self.post(form.action, form.fields | answers)

    async def sign_in(self, resident_id: UUID, to: str = "/") -> None:
        await self.open(f"/sign-in?next={quote(to)}")
        await self.press("", self.form("development"), resident_id=resident_id)
        assert (self.status, self.at) == (200, to), self.html
