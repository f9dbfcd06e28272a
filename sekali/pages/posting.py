"""What a page's form sends, and the router that pages hang on."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse

MOST_FIELDS = 300


async def posted_form(request: Request) -> FormData:
    """At most 300 fields and no file: 400 by Starlette for more."""
    return await request.form(max_files=0, max_fields=MOST_FIELDS)


Posted = Annotated[FormData, Depends(posted_form)]
"""Type of a route's parameter: the fields of the form; read them by `posted(form, "name")`."""


def page_router() -> APIRouter:
    """Its routes answer HTML, and programs do not see them in /openapi.json."""
    return APIRouter(default_response_class=HTMLResponse, include_in_schema=False, tags=["pages"])
