"""The doors for people. No rules here: each opens a transaction, calls one use case, shows what came of it."""

from services.licensing.forms.citizen import citizen
from services.licensing.forms.desk import desk
from services.licensing.forms.verifying import verifying

__all__ = ["citizen", "desk", "verifying"]
