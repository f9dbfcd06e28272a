"""Code lists of the civil register.

The symbols are the names that Dukcapil prints on cards; its numeric SIAK codes are not published, so names are used.
"""

from enum import StrEnum


class Standing(StrEnum):
    """WITHDRAWN: erased by order. The register keeps its row by UU 23/2006; on the bus only a tombstone is left."""

    VALID = "VALID"
    ANNULLED = "ANNULLED"
    WITHDRAWN = "WITHDRAWN"


class Life(StrEnum):
    ALIVE = "ALIVE"
    DIED = "DIED"


class Sex(StrEnum):
    """L laki-laki (male), P perempuan (female)."""

    L = "L"
    P = "P"


class Religion(StrEnum):
    ISLAM = "ISLAM"
    KRISTEN = "KRISTEN"
    KATOLIK = "KATOLIK"
    HINDU = "HINDU"
    BUDDHA = "BUDDHA"
    KHONGHUCU = "KHONGHUCU"
    KEPERCAYAAN = "KEPERCAYAAN"


class MaritalStatus(StrEnum):
    """Single, married, divorced, widowed."""

    BELUM_KAWIN = "BELUM_KAWIN"
    KAWIN = "KAWIN"
    CERAI_HIDUP = "CERAI_HIDUP"
    CERAI_MATI = "CERAI_MATI"


class Nationality(StrEnum):
    """WNI Indonesian citizen, WNA foreign citizen with residence."""

    WNI = "WNI"
    WNA = "WNA"


class Relationship(StrEnum):
    """Relation to the head of the family (SHDK)."""

    KEPALA_KELUARGA = "KEPALA_KELUARGA"
    SUAMI = "SUAMI"
    ISTRI = "ISTRI"
    ANAK = "ANAK"
    MENANTU = "MENANTU"
    CUCU = "CUCU"
    ORANG_TUA = "ORANG_TUA"
    MERTUA = "MERTUA"
    FAMILI_LAIN = "FAMILI_LAIN"
    PEMBANTU = "PEMBANTU"
    LAINNYA = "LAINNYA"


class ChangeKind(StrEnum):
    """What last happened to a resident; for people to read."""

    TERDAFTAR = "TERDAFTAR"
    LAHIR = "LAHIR"
    MENINGGAL = "MENINGGAL"
    PINDAH = "PINDAH"
    KAWIN = "KAWIN"
    CERAI_HIDUP = "CERAI_HIDUP"
    CERAI_MATI = "CERAI_MATI"
    NAMA_DIUBAH = "NAMA_DIUBAH"
    KEWARGANEGARAAN_DIUBAH = "KEWARGANEGARAAN_DIUBAH"
    BIODATA_DIPERBARUI = "BIODATA_DIPERBARUI"
    KK_DITERBITKAN = "KK_DITERBITKAN"
    DIBATALKAN = "DIBATALKAN"
    """Annulled. It never travels: an annulled state has no groups."""
    DITARIK = "DITARIK"
    """Withdrawn. It never travels: what is said of the withdrawn is a tombstone."""


class Decision(StrEnum):
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"


class Reason(StrEnum):
    """Why a proposal was accepted or declined; free text stays with the register."""

    EVIDENCE_SUFFICIENT = "EVIDENCE_SUFFICIENT"
    EVIDENCE_MISSING = "EVIDENCE_MISSING"
    ALREADY_RIGHT = "ALREADY_RIGHT"
    RECORD_CHANGED = "RECORD_CHANGED"
    NOT_CORRECTABLE = "NOT_CORRECTABLE"
    RESIDENT_ANNULLED = "RESIDENT_ANNULLED"


class Issuer(StrEnum):
    """Who records a marriage: KUA that of Muslims, Dukcapil that of others."""

    KUA = "KUA"
    DUKCAPIL = "DUKCAPIL"
