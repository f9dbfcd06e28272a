"""What follows at the tax agency from a person's record: marriage, death, annulment, a new name."""

from typing import Any

from services.tax.tests.office import CONTACT, LICENCE, RESIDENT, Office
from services.tax.tests.people import (
    MELATI,
    MELATIS_NIK,
    RANGGA,
    RANGGAS_NIK,
    annulled,
    contact,
    licence,
    melati,
    rangga,
)

MARRIED = {"civil": {"marital_status": "KAWIN"}, "family": {"relationship": "ISTRI", "kk_number": "9999990101260002"}}
DIED = {"life": {"status": "DIED"}}


async def _tasks(office: Office) -> list[tuple[Any, ...]]:
    found = await office.rows("select kind, outcome, closed_at is null as open from task order by opened_at, kind")
    return [(row["kind"], row["open"], row["outcome"]) for row in found]


async def test_melati_marries_and_is_asked_for_her_category_once(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    await office.activate()
    await office.hear(RESIDENT, MELATI, melati(**MARRIED), version=2)
    await office.hear(RESIDENT, MELATI, melati(**MARRIED), version=2)
    await office.hear(RESIDENT, MELATI, melati(**MARRIED, address={"rt": "009"}), version=3)
    assert await _tasks(office) == [("PILIH_KATEGORI", True, None)]
    assert len(await office.said("tax.taxpayer.v1")) == 1, "a marriage says nothing: no other agency needs it of us"


async def test_a_rebuilt_copy_asks_nothing_again(office: Office) -> None:
    """The log still holds the unmarried version: read again, it must not make a second marriage."""
    await office.hear(RESIDENT, MELATI, melati())
    await office.activate()
    await office.hear(RESIDENT, MELATI, melati(**MARRIED), version=2)
    await office.rows("update task set closed_at = now(), outcome = 'DONE' returning 1")
    await office.rows("delete from resident returning 1")
    await office.hear(RESIDENT, MELATI, melati(), version=1)
    await office.hear(RESIDENT, MELATI, melati(**MARRIED), version=2)
    assert await _tasks(office) == [("PILIH_KATEGORI", False, "DONE")]


async def test_a_marriage_in_a_skipped_version_is_still_met(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    await office.activate()
    await office.hear(RESIDENT, MELATI, melati(**MARRIED, address={"rt": "009"}), version=9)
    assert await _tasks(office) == [("PILIH_KATEGORI", True, None)]


async def test_who_is_no_taxpayer_gets_no_task(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    await office.hear(RESIDENT, MELATI, melati(**MARRIED))
    await office.hear(RESIDENT, MELATI, melati(**MARRIED, **DIED))
    assert await _tasks(office) == []


async def test_a_widow_no_longer_has_to_choose(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    await office.activate()
    await office.hear(RESIDENT, MELATI, melati(**MARRIED))
    widowed = {"civil": {"marital_status": "CERAI_MATI"}, "family": {"relationship": "KEPALA_KELUARGA"}}
    await office.hear(RESIDENT, MELATI, melati(**widowed))
    assert await _tasks(office) == [("PILIH_KATEGORI", False, "MOOT")]


async def test_rangga_dies(office: Office) -> None:
    await office.hear(RESIDENT, RANGGA, rangga())
    await office.activate(RANGGA, nik=RANGGAS_NIK)
    assert len(await office.rows("select * from reminder")) == 1
    await office.hear(RESIDENT, RANGGA, rangga(**DIED), version=2)
    await office.hear(RESIDENT, RANGGA, rangga(**DIED, address={"rt": "009"}), version=3)
    assert await office.rows("select * from reminder") == []
    assert await _tasks(office) == [("WARIS", True, None)]
    said = await office.said("tax.taxpayer.v1")
    assert [(one["version"], one["registration"]["status"]) for one in said if one] == [(1, "AKTIF"), (2, "NON_AKTIF")]


async def test_a_death_recorded_in_error_is_taken_back(office: Office) -> None:
    await office.hear(RESIDENT, RANGGA, rangga())
    await office.activate(RANGGA, nik=RANGGAS_NIK)
    await office.hear(RESIDENT, RANGGA, rangga(**DIED))
    await office.hear(RESIDENT, RANGGA, rangga())
    assert await _tasks(office) == [("WARIS", False, "MOOT")]
    assert len(await office.rows("select * from reminder")) == 1
    await office.hear(RESIDENT, RANGGA, rangga(**DIED))
    assert await _tasks(office) == [("WARIS", True, None)]


async def test_an_annulled_person_leaves_key_and_version(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    await office.hear(CONTACT, MELATI, contact())
    await office.hear(LICENCE, RANGGA, licence(MELATI))
    await office.activate()
    await office.hear(RESIDENT, MELATI, melati(**MARRIED))
    for _ in range(2):
        await office.hear(RESIDENT, MELATI, annulled(MELATI))
    (copy,) = await office.rows("select * from resident")
    kept = {"resident_id", "version", "gone", "as_of", "heard_at", "standing"}
    assert all(value is None for name, value in copy.items() if name not in kept)
    (taxpayer,) = await office.rows("select * from taxpayer")
    assert (taxpayer["status"], taxpayer["npwp"], taxpayer["registered_name"], taxpayer["declared"]) == (
        "ENDED", None, None, {},
    )  # fmt: skip
    assert await _tasks(office) == [("PILIH_KATEGORI", False, "MOOT")]
    assert await office.rows("select * from reminder") == []
    said = await office.said("tax.taxpayer.v1")
    assert [one["registration"] is None for one in said if one] == [False, True]
    (kept_receipt,) = await office.rows("select receipt::text as receipt from application")
    assert MELATIS_NIK not in kept_receipt["receipt"]
