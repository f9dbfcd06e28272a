"""The declaration of 33 boxes, with its counts, and which contract fills it."""

from datetime import UTC, datetime
from typing import Any

from sekali.contracts import Catalogue
from sekali.forms import Fact
from services.licensing.prefill import RESIDENT, business_licence_form
from services.licensing.prefill.facts import FIELDS
from services.licensing.tests import people

AT = datetime(2026, 11, 20, tzinfo=UTC)


def known(*, second_time: bool = False) -> dict[str, Fact]:
    of = people.resident()
    values: dict[str, Any] = {
        f"{group}.{name}": value for group in ("identity", "birth", "address") for name, value in of[group].items()
    }
    facts = {RESIDENT: Fact(values, AT, 3)}
    if second_time:
        contact = {"contact.email": "melati@contoh.id", "contact.mobile": "+6281234567890"}
        facts["portal.contact.v1"] = Fact(contact, AT, 1)
        facts["tax.taxpayer.v1"] = Fact({"registration.npwp": "9999996507900002"}, AT, 1)
    return facts


def test_the_first_time_nine_boxes_are_filled_and_twenty_two_typed() -> None:
    form = business_licence_form()
    opened = form.open(known(), lambda title, shown: None)
    assert opened.counts.model_dump() == {"asked": 33, "key": 1, "filled": 9, "open": 23}
    counts = form.check(people.answers(), known(), today=AT.date()).counts
    assert (counts.asked, counts.key, counts.filled, counts.typed, counts.left_empty) == (33, 1, 9, 22, 1)


def test_the_second_time_twelve_are_filled_and_twenty_typed() -> None:
    form = business_licence_form()
    facts = known(second_time=True)
    answers = {name: value for name, value in people.answers().items() if name not in people.CONTACT_BOXES}
    counts = form.check(answers, facts, today=AT.date()).counts
    assert form.open(facts, lambda title, shown: None).counts.filled == 12
    assert (counts.asked, counts.key, counts.filled, counts.typed, counts.left_empty) == (33, 1, 12, 20, 0)


def test_every_filled_box_is_in_a_contract_and_in_the_copy(catalogue: Catalogue) -> None:
    for box in business_licence_form().boxes:
        if box.source is None:
            continue
        group, name = box.source.field.split(".")
        sealed = {field.name: field.inner for field in catalogue.contracts["licensing", box.source.topic].sealed}
        assert name in {field["name"] for field in sealed[group]["fields"]}, box.name
        assert box.source.field in FIELDS[box.source.topic].values(), box.name


def test_the_copies_hold_what_the_contracts_list_and_no_more(catalogue: Catalogue) -> None:
    for topic, fields in FIELDS.items():
        listed = {
            f"{group.name}.{field['name']}"
            for group in catalogue.contracts["licensing", topic].sealed
            for field in group.inner["fields"]
        }
        used_beside = {"life.status", "registration.status"}
        assert listed - used_beside == set(fields.values())
