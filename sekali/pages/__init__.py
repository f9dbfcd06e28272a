"""Pages: HTML made at the server, in two languages, that work with JavaScript off.

An agency's room `pages` lies in `services/<agency>/pages/`: routes in Python, templates beside them, its Indonesian
texts in `locale/id/LC_MESSAGES/messages.po`. It holds no rules: it calls `service` and `prefill`, as `forms` does.

    # services/health/pages/desk.py
    from sekali.pages import Input, ThePage, page_router

    def desk() -> APIRouter:
        router = page_router()

        @router.get("/desk/visits")
        async def waiting(_officer: SignedInOfficer, bus: TheBus, page: ThePage) -> Response:
            async with bus.transaction() as session:
                rows = await prefill.waiting(session)
            reason = Input("reason", page.words("Reason"), kind="long")
            return page("waiting.html", rows=rows, reason=reason)

        @router.post("/desk/visits/{visit_id}/return")
        async def give_back(
            visit_id: UUID, officer: SignedInOfficer, bus: TheBus, page: ThePage, form: Posted
        ) -> Response:
            async with bus.transaction() as session:
                await service.give_back(session, visit_id, officer.name, posted(form, "reason"))
            return page.to("/desk/visits")

    {# services/health/pages/waiting.html #}
    {% extends "sekali/layout.html" %}
    {% block title %}{{ _("Visits that wait") }}{% endblock %}
    {% block nav %}{{ pieces.entry("/desk/visits", _("Visits")) }}{% endblock %}
    {% block main %}
    <h1>{{ _("Visits that wait") }}</h1>
    {{ pieces.table(_("Most urgent first"), [_("Visit"), _("Until")], rows) }}
    <form method="post" action="…" novalidate>
    {{ pieces.csrf() }}{{ pieces.box(reason) }}{{ pieces.button(_("Return")) }}
    </form>
    {% endblock %}

    # services/health/app.py
    application(bus, *routers, desk(), title=TITLE, pages=Pages(TITLE, Path(pages.__file__).parent))

Texts are English sentences inside `_("…")` in templates, `page.words("…")` in Python, `N_("…")` in a table of Python;
`ngettext("%(num)s day", "%(num)s days", n)` where they count. `sekali texts` then writes the catalogues anew.
Pairs {"id", "en"} that data bring are shown by `words.both(pair)`; days, moments, numbers and money by `words.day` …
All pieces: templates/pieces.html. A form that shows errors has `novalidate`, and `pieces.errors(…)` above it.
"""

from sekali.pages.answers import posted, read
from sekali.pages.assets import asset, assets_door
from sekali.pages.boxes import (
    Filled,
    Input,
    Option,
    address_inputs,
    as_filled,
    as_input,
    as_text,
    as_written,
    chains,
    region_name,
)
from sekali.pages.languages import COOKIE, LANGUAGES, Language
from sekali.pages.names import Names
from sekali.pages.posting import Posted, page_router
from sekali.pages.problems import problem_page, slug_of, wants_a_page
from sekali.pages.rendering import Page, Pages, ThePage
from sekali.pages.sheets import Sheet, sentence_of, told
from sekali.pages.words import N_, Words

__all__ = [
    "COOKIE", "LANGUAGES", "N_", "Filled", "Input", "Language", "Names", "Option", "Page", "Pages", "Posted", "Sheet",
    "ThePage", "Words", "address_inputs", "as_filled", "as_input", "as_text", "as_written", "asset", "assets_door",
    "chains", "page_router", "posted", "problem_page", "read", "region_name", "sentence_of", "slug_of", "told",
    "wants_a_page",
]  # fmt: skip
