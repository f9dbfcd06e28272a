"""Errors that people can act on: RFC 9457 problem documents.

No text here ever holds the value that was refused: it may be personal data, and these texts reach logs and spans.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

TYPE_PREFIX = "urn:sekali:problem:"


class SekaliError(Exception):
    """Everything that Sekali raises on purpose; its text is a sentence without personal data."""


class Unavailable(SekaliError):
    """A part that is needed does not answer now; the same request may work later. Doors answer it with 503."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field. ``detail`` and ``way_out`` are English, ``detail_id`` is Indonesian."""

    field: str
    detail: str
    way_out: str = ""
    detail_id: str = ""

    def document(self) -> dict[str, str]:
        members = {"field": self.field, "detail": self.detail, "way_out": self.way_out, "detail_id": self.detail_id}
        return {name: text for name, text in members.items() if text}


class Problem(SekaliError):
    """An error that a door answers as application/problem+json.

    ``extra`` are further members of the document, JSON-serialisable, as ``application_id=…, receipt=…``.
    """

    def __init__(
        self, status: int, slug: str, title: str, detail: str, fields: Sequence[FieldError] = (), **extra: Any
    ) -> None:
        super().__init__(f"{title}: {detail}")
        self.status = status
        self.slug = slug
        self.title = title
        self.detail = detail
        self.fields = tuple(fields)
        self.extra = extra

    def document(self) -> dict[str, Any]:
        """Shape: {type, title, status, detail, fields: [{field, detail, way_out, detail_id}], …extra}."""
        document: dict[str, Any] = {
            "type": TYPE_PREFIX + self.slug,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.fields:
            document["fields"] = [field.document() for field in self.fields]
        return document | self.extra


def invalid(*fields: FieldError) -> Problem:
    """422: all wrong fields at once."""
    names = ", ".join(dict.fromkeys(field.field for field in fields))
    return Problem(422, "invalid", "Some fields are not right", f"Please look at: {names}.", fields)


def conflict(slug: str, field: str, detail: str, way_out: str = "", **extra: Any) -> Problem:
    """409: the request is well formed, but what is stored already says otherwise."""
    return Problem(
        409, slug, "This does not fit what is already there", detail, [FieldError(field, detail, way_out)], **extra
    )


def stale_version(field: str = "version") -> Problem:
    """409: the record has changed since the caller read it."""
    return conflict("stale-version", field, "The record has changed since it was read.", "Read it again, then repeat.")


def not_found(what: str = "record", way_out: str = "") -> Problem:
    """404. ``what`` is a kind of thing ("application"), never its id or name."""
    detail = f"There is no such {what}." + (f" {way_out}" if way_out else "")
    return Problem(404, "not-found", "Not found", detail)


def not_heard_yet(topic: str) -> Problem:
    """409: this agency's own copy does not hold the record yet; it is on its way."""
    return Problem(
        409, "not-heard-yet", "Record not heard yet",
        f"This agency has not heard of this person through {topic} yet. Usually it takes seconds: please try again.",
        topic=topic,
    )  # fmt: skip


def unauthenticated(detail: str = "Send a token: Authorization: Bearer <token>.") -> Problem:
    return Problem(401, "unauthenticated", "Who are you?", detail)


def forbidden(detail: str) -> Problem:
    return Problem(403, "forbidden", "This door is not for you", detail)
