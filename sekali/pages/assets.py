"""What a page fetches beside itself: one style sheet and one icon, under names that hold their fingerprint.

A name that changes with its content may be kept by browsers for a year, and no page is ever shown in old clothes.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import Response

from sekali.errors import not_found

FOLDER = Path(__file__).with_name("assets")
TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
DOOR = "/assets/{name}"
FOREVER = "public, max-age=31536000, immutable"


@cache
def _assets() -> Mapping[str, tuple[str, bytes]]:
    """File's own name -> its fingerprinted name and its bytes."""
    found = {}
    for file in sorted(FOLDER.iterdir()):
        content = file.read_bytes()
        mark = hashlib.sha256(content).hexdigest()[:10]
        found[file.name] = (f"{file.stem}.{mark}{file.suffix}", content)
    return found


def asset(name: str) -> str:
    """The path of an asset; KeyError for one that is not there."""
    return DOOR.replace("{name}", _assets()[name][0])


def assets_door() -> APIRouter:
    """Open to anyone: the same bytes for everybody."""
    router = APIRouter(tags=["pages"])
    named = dict(_assets().values())

    @router.get(DOOR, include_in_schema=False)
    async def one(name: str) -> Response:
        if name not in named:
            raise not_found("file")
        headers = {"Cache-Control": FOREVER, "X-Content-Type-Options": "nosniff"}
        return Response(named[name], media_type=TYPES[Path(name).suffix], headers=headers)

    return router
