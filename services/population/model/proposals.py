"""What citizens propose, and whether an officer may decide so."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from sekali.errors import FieldError, conflict, invalid
from services.population.model.codes import Decision, Life, MaritalStatus, Reason, Standing
from services.population.model.corrections import OF_CARD, OF_RESIDENT, Correction
from services.population.model.records import Resident
from services.population.model.register import Register

# What no correction changes, but life events do: field -> field of the record, type of its value.
BY_LIFE_EVENTS: dict[str, tuple[str, Any]] = {
    "identity.nik": ("nik", str),
    "life.status": ("life", Life),
    "civil.marital_status": ("marital_status", MaritalStatus),
}


def check_decision(decision: Decision, reason: Reason | None, resident: Resident | None) -> None:
    """A refusal says why; what is about nobody can only be refused."""
    if decision is Decision.DECLINED and reason is None:
        way_out = "Choose one of: " + ", ".join(Reason) + "."
        raise invalid(FieldError("reason_code", "A proposal is declined for a reason.", way_out))
    if decision is Decision.ACCEPTED and (resident is None or resident.standing is not Standing.VALID):
        way_out = "Decline it with RESIDENT_ANNULLED."
        raise conflict("annulled", "decision", "The resident's registration does not count.", way_out)


def is_right_already(register: Register, resident: Resident, proposal: Correction) -> bool:
    """Whether the register says what is proposed, whatever brought it there: another proposal, a move, a marriage."""
    now, kind = _registered(register, resident, proposal.field)
    try:
        proposed = TypeAdapter(kind).validate_python(proposal.value)
    except ValidationError:
        return False
    return now is not None and bool(now == proposed)


def _registered(register: Register, resident: Resident, field: str) -> tuple[Any, Any]:
    """The value and its type; None for a field that is not kept."""
    card = register.cards[resident.card_id]
    group, _, name = field.partition(".")
    if group == "address":
        return getattr(card.address, name, None), OF_CARD.get(field, str)
    if field == "family.kk_number":
        return card.kk_number, str
    attribute, kind = (OF_RESIDENT | BY_LIFE_EVENTS).get(field, (None, str))
    return (getattr(resident, attribute) if attribute else None), kind
