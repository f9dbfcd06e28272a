"""What officers ask for, as the doors take it: shapes only; the rules stand in the files beside this one."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from sekali.identity import Kk, Nik
from services.population.model.codes import (
    Decision,
    Issuer,
    MaritalStatus,
    Nationality,
    Reason,
    Relationship,
    Religion,
    Sex,
)
from services.population.model.fields import Day, Name, Text, Unit, Version

MOST_MEMBERS = 40
MOST_CARDS = 500


class Order(BaseModel):
    """Unknown fields are refused, and no value is shown by repr()."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return ()


class AddressOrder(Order):
    """The village says the rest; the other region codes may be given and must then agree with it."""

    street: Text
    rt: Unit | None = None
    rw: Unit | None = None
    village_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{10}$")]
    district_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")] | None = None
    regency_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")] | None = None
    province_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")] | None = None
    postal_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")] | None = None


class Member(Order):
    nik: Nik
    full_name: Name
    sex: Sex
    birth_date: Day
    birth_place: Text | None = None
    religion: Religion
    marital_status: MaritalStatus
    occupation: Text | None = None
    nationality: Nationality = Nationality.WNI
    relationship: Relationship
    mother_name: Name | None = None


class CardOrder(Order):
    """Form F-1.01: a family card with its members."""

    kk_number: Kk
    address: AddressOrder
    members: Annotated[list[Member], Field(min_length=1, max_length=MOST_MEMBERS)]


class CardsOrder(Order):
    cards: Annotated[list[CardOrder], Field(min_length=1, max_length=MOST_CARDS)]


class Document(Order):
    """A court ruling: which court, its number, its day."""

    court: Text
    number: Text
    issued_on: Day


class Certificate(Order):
    """A marriage certificate."""

    issuer: Issuer
    number: Text


class Succession(Order):
    """What becomes of those who stay when a head dies, leaves or is annulled.

    A new adult head of a new card at the same address, or the card of another resident that all of them join.
    """

    new_head_id: UUID | None = None
    new_head_kk_number: Kk | None = None
    """Issued if it is not given; the same holds for every card number below."""

    join_card_of: UUID | None = None
    relationships: dict[UUID, Relationship] = {}
    """To the new head, where the usual ones are not right."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.new_head_id and self.join_card_of:
            raise ValueError("Name a new head or a card to join, not both.")
        return self

    @property
    def is_given(self) -> bool:
        return self.new_head_id is not None or self.join_card_of is not None


NOBODY_SUCCEEDS = Succession()


class MoveOrder(Order):
    """Form F-1.03. Without `member_ids` the whole card moves and keeps its number; else those named get a new card."""

    resident_id: UUID
    version: Version | None = None
    moved_on: Day
    address: AddressOrder
    member_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_MEMBERS)] | None = None
    head_id: UUID | None = None
    kk_number: Kk | None = None
    relationships: dict[UUID, Relationship] = {}
    succession: Succession = NOBODY_SUCCEEDS


class NameChangeOrder(Order):
    resident_id: UUID
    version: Version | None = None
    full_name: Name
    effective_on: Day
    ruling: Document


class MarriageOrder(Order):
    husband_id: UUID
    husband_version: Version | None = None
    wife_id: UUID
    wife_version: Version | None = None
    married_on: Day
    certificate: Certificate
    household: Literal["HUSBAND_CARD", "WIFE_CARD", "NEW_CARD", "APART"]
    """Whose card the couple shares; APART leaves both where they are."""

    address: AddressOrder | None = None
    """Of a new card; the husband's if it is not given."""

    kk_number: Kk | None = None
    child_ids: Annotated[list[UUID], Field(max_length=MOST_MEMBERS)] = []
    """Who comes along to the shared card."""

    succession: Succession = NOBODY_SUCCEEDS


class DivorceOrder(Order):
    husband_id: UUID
    husband_version: Version | None = None
    wife_id: UUID
    wife_version: Version | None = None
    effective_on: Day
    ruling: Document
    leaver_id: UUID | None = None
    """Which of the two leaves the shared card for a new one."""

    address: AddressOrder | None = None
    kk_number: Kk | None = None
    child_ids: Annotated[list[UUID], Field(max_length=MOST_MEMBERS)] = []


class BirthOrder(Order):
    """The NIK is issued by the register."""

    mother_id: UUID
    father_id: UUID | None = None
    card_of: Literal["MOTHER", "FATHER"] = "MOTHER"
    full_name: Name
    sex: Sex
    birth_date: Day
    birth_place: Text
    religion: Religion | None = None
    """The mother's if it is not given."""

    nationality: Nationality | None = None
    """That of an Indonesian parent if it is not given."""


class DeathOrder(Order):
    resident_id: UUID
    version: Version | None = None
    died_on: Day
    succession: Succession = NOBODY_SUCCEEDS


class CorrectionOrder(Order):
    """`field` is a field of population.resident.v1 in dots; `value` is text, codes and ISO dates too."""

    resident_id: UUID
    version: Version | None = None
    field: Annotated[str, StringConstraints(max_length=60)]
    value: Text
    reason: Text


class AnnulmentOrder(Order):
    """Of a double registration; the other record of the same person stays."""

    resident_id: UUID
    version: Version | None = None
    duplicate_of: UUID
    reason: Text
    succession: Succession = NOBODY_SUCCEEDS


class ErasureOrder(Order):
    """The record is withdrawn and everyone who hears of it erases the person. `reason`: the order's ground."""

    resident_id: UUID
    version: Version | None = None
    reason: Text
    succession: Succession = NOBODY_SUCCEEDS


class DecisionOrder(Order):
    decision: Decision
    reason_code: Reason | None = None
    version: Version | None = None
