"""The walk past all doors: each says who may enter, and no URL can hold a name or a number of a person."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from sekali.doors.callers import WHO_MAY_ENTER
from sekali.doors.open import OPEN_DOORS
from sekali.errors import SekaliError

# Names of things that the project itself names; every other part of a URL is a UUID.
PLAIN_NAMES = frozenset({"name", "form", "agency", "topic"})


def refuse_undeclared(app: FastAPI) -> None:
    """SekaliError with one sentence for each route that breaks a law of the doors."""
    broken = list(broken_laws(app))
    if broken:
        raise SekaliError("\n".join(broken))


def broken_laws(app: FastAPI) -> Iterator[str]:
    for context in iter_route_contexts(app.routes):
        path = context.path or ""
        if path in OPEN_DOORS:
            continue
        route = context.original_route
        if not isinstance(route, APIRoute):
            yield f"{path}: only routes of an APIRouter can say who may enter; make it one."
            continue
        if not who_may_enter(route):
            yield (
                f"{path}: say who may enter by a parameter of type Citizen, Officer, Operator, PeerAgency or "
                "AnyCaller; on a page SignedInCitizen, SignedInOfficer, SignedIn or Visitor."
            )
        for parameter in route.dependant.path_params:
            if parameter.name not in PLAIN_NAMES and parameter.field_info.annotation is not UUID:
                yield f"{path}: {parameter.name} must be a UUID; a URL is kept in histories and logs."


def who_may_enter(route: APIRoute) -> set[Callable[..., Any]]:
    """What the route's parameters declare, of `sekali.doors.callers` and `sekali.signin`; nothing: the door is shut."""
    return _callers(route.dependant) & WHO_MAY_ENTER


def _callers(dependant: Dependant) -> set[Callable[..., Any]]:
    found = {dependant.call} if dependant.call else set()
    for inner in dependant.dependencies:
        found |= _callers(inner)
    return found
