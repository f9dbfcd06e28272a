"""What fictive families look like. Weights are rough, so that lists and charts look alive; they are no statistics."""

from typing import NamedTuple


class Role(NamedTuple):
    """A member. `born`: the head's range of birth years; for the others a range of years after the head's."""

    relationship: str
    born: tuple[int, int]
    marital_status: str
    sex: str = ""
    nationality: str = "WNI"
    one_word: bool = False


class Family(NamedTuple):
    weight: int
    roles: tuple[Role, ...]


def _children(number: int) -> tuple[Role, ...]:
    # At least 24 years after the head: the dates that are chosen lie up to 4 years before these.
    return tuple(Role("ANAK", (24 + 3 * one, 27 + 3 * one), "BELUM_KAWIN") for one in range(number))


HUSBAND = Role("KEPALA_KELUARGA", (1950, 1985), "KAWIN", "L")
WIFE = Role("ISTRI", (-2, 4), "KAWIN", "P")
WIDOW = Role("KEPALA_KELUARGA", (1940, 1975), "CERAI_MATI", "P")
DIVORCED = Role("KEPALA_KELUARGA", (1960, 1985), "CERAI_HIDUP", "P")
SINGLE = Role("KEPALA_KELUARGA", (1970, 2004), "BELUM_KAWIN")
GRANDMOTHER = Role("ORANG_TUA", (-30, -22), "CERAI_MATI", "P")

FAMILIES = (
    Family(12, (SINGLE,)),
    Family(12, (HUSBAND, WIFE)),
    Family(22, (HUSBAND, WIFE, *_children(1))),
    Family(26, (HUSBAND, WIFE, *_children(2))),
    Family(12, (HUSBAND, WIFE, *_children(3))),
    Family(4, (HUSBAND, WIFE, *_children(4))),
    Family(7, (HUSBAND, WIFE, *_children(2), GRANDMOTHER)),
    Family(5, (WIDOW, *_children(1))),
    Family(3, (WIDOW, *_children(2))),
    Family(3, (DIVORCED, *_children(1))),
)

SPECIAL_FAMILIES = (
    # Born before 1930; a guess of the century from the NIK would be wrong.
    (HUSBAND._replace(born=(1950, 1952)), WIFE, GRANDMOTHER._replace(born=(-23, -23))),
    # A name of one word is a whole name.
    (SINGLE._replace(one_word=True),),
    # Foreigners who reside here have a NIK too.
    (SINGLE._replace(nationality="WNA", born=(1970, 1990)),),
    # Born after 2000.
    (HUSBAND._replace(born=(1978, 1980)), WIFE._replace(born=(0, 4)), *_children(2)),
)

RELIGIONS = {
    "ISLAM": 87,
    "KRISTEN": 7,
    "KATOLIK": 3,
    "HINDU": 2,
    "BUDDHA": 1,
    "KHONGHUCU": 0.2,
    "KEPERCAYAAN": 0.2,
}

UNEMPLOYED = "BELUM/TIDAK BEKERJA"
STUDENT = "PELAJAR/MAHASISWA"
OCCUPATIONS = (
    "PETANI/PEKEBUN",
    "KARYAWAN SWASTA",
    "WIRASWASTA",
    "PEGAWAI NEGERI SIPIL",
    "GURU",
    "PEDAGANG",
    "BURUH HARIAN LEPAS",
    "NELAYAN/PERIKANAN",
    "MENGURUS RUMAH TANGGA",
    "PENSIUNAN",
    "PERAWAT",
    "SOPIR",
)

PROVINCE_WEIGHTS = {
    "11": 2, "12": 5, "13": 2, "14": 2, "15": 1, "16": 3, "17": 1, "18": 3, "19": 1, "21": 1,
    "31": 4, "32": 18, "33": 13, "34": 1, "35": 15, "36": 4, "51": 2, "52": 2, "53": 2,
    "61": 2, "62": 1, "63": 2, "64": 1, "65": 1, "71": 1, "72": 1, "73": 3, "74": 1, "75": 1, "76": 1,
    "81": 1, "82": 1, "91": 1, "92": 1, "93": 1, "94": 1, "95": 1, "96": 1,
}  # fmt: skip
