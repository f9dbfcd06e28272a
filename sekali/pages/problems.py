"""A problem, said on a page to whoever came with a browser."""

from starlette.requests import Request
from starlette.responses import Response

from sekali.errors import TYPE_PREFIX, Problem
from sekali.pages.rendering import Page
from sekali.pages.words import N_

_NOWHERE = N_("This page does not exist"), N_("The address leads nowhere, or to something that is not yours.")
_SILENT = N_("This does not work at the moment"), N_("Nothing was stored. Try again in a few seconds.")
TEXTS = {
    "not-found": _NOWHERE,
    "no-such-door": _NOWHERE,
    "wrong-method": _NOWHERE,
    "forbidden": (N_("This page is not for you"), N_("Sign in as somebody who may enter here.")),
    "foreign-form": (
        N_("This form cannot be taken"),
        N_("It was not sent from a page of ours, or that page is too old. Open the page again, then send it."),
    ),
    "unauthenticated": (N_("Please sign in"), N_("This page is shown only to whom it belongs.")),
    "too-large": (N_("That is too much at once"), N_("Send less text.")),
    "asked-too-often": (N_("Please wait a little"), N_("This was asked too often. Try again in a few minutes.")),
    "door-down": (
        N_("An agency does not answer"),
        N_("It does not answer at the moment. What you typed is kept; try again later."),
    ),
    "not-heard-yet": (
        N_("Your data are on their way"),
        N_("This agency has not heard of you yet. Usually it takes seconds: try again."),
    ),
    "resident-not-in-force": (
        N_("Your record is not in force"),
        N_("The civil registry has annulled or erased it. Ask there which record holds."),
    ),
    "use-not-recorded": (
        N_("Nothing can be shown now"),
        N_("Every use of your data is recorded before it is shown. That cannot be done now; try again later."),
    ),
    "database-unavailable": _SILENT,
    "unavailable": _SILENT,
    "internal": (N_("Something went wrong here"), N_("Nothing was stored. It has been noted.")),
    "not-possible": (
        N_("This cannot be done now"),
        N_("The case has moved on, and this step does not lead on from where it stands. Look at it again."),
    ),
    "stale-version": (
        N_("Somebody was faster"),
        N_("The record has changed since this page was shown. Look at it again."),
    ),
}
"""Slug of a problem -> what a page says of it. Others are said in the problem's own English words."""


def wants_a_page(request: Request) -> bool:
    """Browsers say text/html; programs at the JSON doors do not."""
    return getattr(request.app.state, "pages", None) is not None and "text/html" in request.headers.get("accept", "")


def problem_page(request: Request, problem: Problem, trace: str = "") -> Response:
    page = Page(request)
    title, detail = TEXTS.get(problem.slug, (problem.title, problem.detail))
    lines = [field.detail_id if page.language == "id" and field.detail_id else field.detail for field in problem.fields]
    return page(
        "sekali/problem.html", problem.status, title=page.words(title), detail=page.words(detail), lines=lines,
        trace=trace.removeprefix("urn:sekali:trace:"),
    )  # fmt: skip


def slug_of(type_: str) -> str:
    """The slug of a problem document's `type`."""
    return type_.removeprefix(TYPE_PREFIX)
