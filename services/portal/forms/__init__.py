"""The portal's doors for people: every agency's forms, the contact form, what became of what was sent."""

from services.portal.forms.agencies import agencies_doors
from services.portal.forms.contact import contact_doors
from services.portal.forms.mine import mine

__all__ = ["agencies_doors", "contact_doors", "mine"]
