"""Verify: an agency gets no value and no key, but asks the owner *match / no match* for each field of its contract."""

from collections.abc import Collection
from pathlib import Path

from sekali.agreement import Agreement, ContractEnded
from sekali.contracts import Catalogue
from sekali.database import Clock
from sekali.errors import FieldError, Problem


class Permits:
    """Which agency may ask about which fields of one topic: what its contract lists under `verify`, while it stands."""

    def __init__(self, catalogue: Catalogue, topic: str, root: Path, clock: Clock) -> None:
        contracts = [one for one in catalogue.contracts.values() if one.topic == topic]
        self._topic = topic
        self._listed = {one.agency: {field.path for field in one.verify} for one in contracts}
        self._agreements = {one.agency: Agreement(one, root, clock) for one in contracts}
        latest = catalogue.latest(topic)
        self._known = {f"{group.name}.{field['name']}" for group in latest.sealed for field in group.inner["fields"]}

    def check(self, agency: str, fields: Collection[str]) -> None:
        """Problem 403 that names the contract's file and each field that it does not list; also where it has ended."""
        place = f"contracts/{agency}/{self._topic}.avsc"
        if agency not in self._agreements:
            raise _not_agreed(f"{agency} has no contract on {self._topic}: it would be {place}.")
        try:
            self._agreements[agency].check()
        except ContractEnded as ended:
            raise _not_agreed(str(ended)) from None
        missing = sorted(set(fields) - self._listed[agency])
        if missing:
            # A name that the topic does not have was made up by the caller, and is not repeated.
            errors = [FieldError(f"answers.{one}" if one in self._known else "answers",
                                 f"{place} does not list this field under verify.",
                                 "Agree on it with the owner and list it there, or leave it out.",
                                 f"{place} tidak mencantumkan isian ini pada verify.")
                      for one in missing]  # fmt: skip
            named = ", ".join(one for one in missing if one in self._known) or "a field that the topic does not have"
            raise _not_agreed(f"{place} does not list under verify: {named}.", *errors)


def _not_agreed(detail: str, *errors: FieldError) -> Problem:
    return Problem(
        403, "verify-not-agreed", "The contract does not agree to this", detail, errors,
        detail_id="Perjanjian tidak mencantumkan pertanyaan ini.",
    )  # fmt: skip
