"""A licence: one business activity at one place, under its holder's one NIB."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sekali.workdays import day_of
from services.licensing.model.kbli import Risk, Scale
from services.licensing.model.refusal import NotPossible


class LicenceStatus(StrEnum):
    """How a licence stands. *terbit* and *belum/terverifikasi* are in public use, the rest are demo values."""

    TERBIT = "TERBIT"
    BELUM_TERVERIFIKASI = "BELUM_TERVERIFIKASI"
    TERVERIFIKASI = "TERVERIFIKASI"
    TERBIT_OTOMATIS = "TERBIT_OTOMATIS"
    DITINJAU = "DITINJAU"
    DIBEKUKAN = "DIBEKUKAN"
    DICABUT = "DICABUT"


class Verifier(StrEnum):
    OFFICER = "OFFICER"
    DEADLINE = "DEADLINE"


class Document(StrEnum):
    NIB = "NIB"
    SERTIFIKAT_STANDAR = "SERTIFIKAT_STANDAR"
    IZIN = "IZIN"
    PERNYATAAN_SNI = "PERNYATAAN_SNI"
    PERNYATAAN_HALAL = "PERNYATAAN_HALAL"


_S = LicenceStatus
# A certificate that is not verified yet permits preparation; it is reviewed like the others when its holder dies.
IN_FORCE = frozenset({_S.TERBIT, _S.BELUM_TERVERIFIKASI, _S.TERVERIFIKASI, _S.TERBIT_OTOMATIS})
VERIFIED_BY = {_S.TERVERIFIKASI: Verifier.OFFICER, _S.TERBIT_OTOMATIS: Verifier.DEADLINE}
WAYS: dict[LicenceStatus, frozenset[LicenceStatus]] = {
    _S.TERBIT: frozenset({_S.DITINJAU, _S.DIBEKUKAN, _S.DICABUT}),
    _S.BELUM_TERVERIFIKASI: frozenset({_S.TERVERIFIKASI, _S.TERBIT_OTOMATIS, _S.DITINJAU, _S.DICABUT}),
    _S.TERVERIFIKASI: frozenset({_S.DITINJAU, _S.DIBEKUKAN, _S.DICABUT}),
    _S.TERBIT_OTOMATIS: frozenset({_S.DITINJAU, _S.DIBEKUKAN, _S.DICABUT}),
    _S.DITINJAU: frozenset({_S.DIBEKUKAN, _S.DICABUT}),
    _S.DIBEKUKAN: frozenset({_S.DICABUT}),
    _S.DICABUT: frozenset(),
}


class Change(StrEnum):
    """What an officer may do with a decided licence."""

    SUSPEND = "suspend"
    REVOKE = "revoke"
    REINSTATE = "reinstate"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Place:
    street: str
    village_code: str
    district_code: str
    regency_code: str
    province_code: str
    postal_code: str | None

    @property
    def key(self) -> str:
        """Two applications with the same key are for the same place: village, and street without case and gaps."""
        return f"{self.village_code} {' '.join(self.street.casefold().split())}"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Licence:
    """`resumes_as` is the status that a suspended or reviewed licence goes back to.

    `verified_on`, `verified_by`: of a licence that needs it and has it, whatever became of it later.
    """

    licence_id: UUID
    holder_id: UUID
    nib: str
    status: LicenceStatus
    resumes_as: LicenceStatus | None
    kbli_version: str
    kbli_code: str
    scale: Scale
    risk: Risk
    documents: tuple[Document, ...]
    issued_on: date
    trade_name: str
    employee_count: int
    place: Place
    version: int
    said_at: datetime
    verified_on: date | None = None
    verified_by: Verifier | None = None

    def become(self, status: LicenceStatus, at: datetime) -> Licence:
        """The licence one version later; raises NotPossible where no way leads."""
        if status not in WAYS[self.status]:
            raise NotPossible(f"A licence that is {self.status} cannot become {status}.")
        back = self.status if self.status in IN_FORCE else self.resumes_as
        changed = replace(self, status=status, resumes_as=back, version=self.version + 1, said_at=at)
        by = VERIFIED_BY.get(status)
        return changed if by is None else replace(changed, verified_on=day_of(at), verified_by=by)

    def withdraw(self, status: LicenceStatus, at: datetime) -> Licence:
        """Suspend or revoke; one whose application is still open is decided there, not here."""
        if self.status is _S.BELUM_TERVERIFIKASI:
            raise NotPossible("This licence waits for its application; reject the application instead.")
        return self.become(status, at)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What an officer may do with it now."""
        if self.status is _S.BELUM_TERVERIFIKASI:
            return ()
        back = (Change.REINSTATE,) if self.status in {_S.DITINJAU, _S.DIBEKUKAN} and self.resumes_as else ()
        ways = {Change.SUSPEND: _S.DIBEKUKAN, Change.REVOKE: _S.DICABUT}
        return (*back, *(change for change, status in ways.items() if status in WAYS[self.status]))

    def reinstate(self, at: datetime) -> Licence:
        if self.resumes_as is None or self.status not in {_S.DITINJAU, _S.DIBEKUKAN}:
            raise NotPossible(f"A licence that is {self.status} cannot be reinstated.")
        return replace(self, status=self.resumes_as, resumes_as=None, version=self.version + 1, said_at=at)


def first_status(risk: Risk) -> LicenceStatus:
    """Low and medium-low risk may operate at once; above that the document permits preparation only (PP 28/2025)."""
    return _S.BELUM_TERVERIFIKASI if needs_verification(risk) else _S.TERBIT


def needs_verification(risk: Risk) -> bool:
    return risk in {Risk.MENENGAH_TINGGI, Risk.TINGGI}


def documents_for(risk: Risk, scale: Scale) -> tuple[Document, ...]:
    """The documents of PP 28/2025; micro and small businesses of low risk add their SNI and halal statements."""
    if risk is Risk.RENDAH:
        statements = (Document.PERNYATAAN_SNI, Document.PERNYATAAN_HALAL)
        return (Document.NIB, *(statements if scale in {Scale.MIKRO, Scale.KECIL} else ()))
    return (Document.NIB, Document.IZIN if risk is Risk.TINGGI else Document.SERTIFIKAT_STANDAR)
