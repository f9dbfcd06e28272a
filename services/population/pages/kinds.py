"""The life events and orders themselves: which boxes each asks, and which use case takes it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sekali.pages import N_, Input, Option, address_inputs
from services.population import service
from services.population.model import orders
from services.population.model.codes import MaritalStatus, Sex, Standing
from services.population.model.records import Resident
from services.population.pages import labels
from services.population.pages.correcting import CORRECTION
from services.population.pages.events import (
    JOIN,
    Event,
    Scene,
    day,
    frame,
    joining,
    nik,
    people,
    ruling,
    succession,
)


def _lives(one: Resident) -> bool:
    return one.is_present


def _in_force(one: Resident) -> bool:
    return one.standing is Standing.VALID


def _move(scene: Scene) -> Sequence[Input]:
    words = scene.words
    who: tuple[Input, ...] = ()
    if scene.others:
        hint = words("Nobody ticked: all move together and the card keeps its number.")
        head = words("If only some move, they get a new card: its head is one of them.")
        who = (
            Input("member_ids", words("Who moves"), kind="checks", required=False, hint=hint,
                  options=people(scene.members, words)),
            Input("head_id", words("Head of the new card"), kind="select", required=False, hint=head,
                  options=people(scene.members, words)),
        )  # fmt: skip
    return (
        *frame(scene), day("moved_on", words("Day of the move")), *address_boxes(scene), *who, *_stay(scene),
    )  # fmt: skip


def _stay(scene: Scene) -> tuple[Input, ...]:
    """Anybody of the card may move, its head among them."""
    words = scene.words
    if not scene.others:
        return ()
    hint = words("Only if the head moves and others stay.")
    return (
        Input("succession.new_head_id", words("New head of those who stay"), kind="select", required=False, hint=hint,
              options=people(scene.members, words)),
        nik("join_nik", words("Or: NIK of somebody whose card they join"), required=False),
    )  # fmt: skip


def address_boxes(scene: Scene) -> tuple[Input, ...]:
    words = scene.words
    return (
        *address_inputs("address.", scene.form, words),
        Input("address.street", words("Street and number"), max_length=120),
        Input("address.rt", "RT", kind="digits", max_length=3, required=False, narrow=True),
        Input("address.rw", "RW", kind="digits", max_length=3, required=False, narrow=True),
        Input("address.postal_code", words("Postal code"), kind="digits", max_length=5, required=False, narrow=True),
    )


def _death(scene: Scene) -> Sequence[Input]:
    return *frame(scene), day("died_on", scene.words("Day of death")), *succession(scene)


def _birth(scene: Scene) -> Sequence[Input]:
    words = scene.words
    hint = words("Leave it empty if no father is registered.")
    return (
        frame(scene)[0],
        Input("full_name", words("Full name of the child"), max_length=60),
        Input("sex", words("Sex"), kind="radios", options=labels.options(labels.SEX, words)),
        day("birth_date", words("Date of birth")),
        Input("birth_place", words("Place of birth"), max_length=120),
        nik("father_nik", words("NIK of the father"), hint, required=False),
        Input("card_of", words("On whose card"), kind="radios", value="MOTHER",
              options=(Option("MOTHER", words("The mother's")), Option("FATHER", words("The father's")))),
    )  # fmt: skip


def _mother(values: dict[str, Any], scene: Scene) -> dict[str, Any]:
    return {**values, "mother_id": scene.resident.resident_id}


def _is_wife(scene: Scene) -> bool:
    return scene.resident.sex is Sex.P


def _marriage(scene: Scene) -> Sequence[Input]:
    words = scene.words
    spouse = words("NIK of the husband") if _is_wife(scene) else words("NIK of the wife")
    children: tuple[Input, ...] = ()
    if scene.others:
        hint = words("Unmarried members of this card who come along to the shared card.")
        children = (
            Input("child_ids", words("Children who come along"), kind="checks", required=False, hint=hint,
                  options=people(scene.others, words)),
        )  # fmt: skip
    return (
        *frame(scene, "wife_version" if _is_wife(scene) else "husband_version"),
        nik("spouse_nik", spouse), day("married_on", words("Day of the marriage")),
        Input("certificate.issuer", words("Recorded by"), kind="radios",
              options=labels.options(labels.ISSUER, words)),
        Input("certificate.number", words("Number of the certificate"), max_length=120),
        Input("household", words("Which card they share"), kind="radios",
              options=labels.options(labels.HOUSEHOLD, words)),
        *children, *succession(scene),
    )  # fmt: skip


def _spouse(scene: Scene) -> Mapping[str, str]:
    return {"spouse_nik": "husband_id" if _is_wife(scene) else "wife_id", **JOIN}


def _couple(values: dict[str, Any], scene: Scene) -> dict[str, Any]:
    return {**values, "wife_id" if _is_wife(scene) else "husband_id": scene.resident.resident_id}


def _divorce(scene: Scene) -> Sequence[Input]:
    words = scene.words
    couple = [one for one in scene.members if one.resident_id in {scene.resident.resident_id, scene.resident.spouse_id}]
    parting: tuple[Input, ...] = ()
    if len(couple) == 2:
        rest = [one for one in scene.members if one not in couple]
        hint = words("Who leaves gets a new card at the same address.")
        parting = (
            Input("leaver_id", words("Who leaves the shared card"), kind="radios", hint=hint,
                  options=people(couple, words)),
        )  # fmt: skip
        if rest:
            parting += (
                Input("child_ids", words("Children who go along"), kind="checks", required=False,
                      options=people(rest, words)),
            )  # fmt: skip
    return (
        *frame(scene, "wife_version" if _is_wife(scene) else "husband_version"),
        day("effective_on", words("Valid from")), *ruling(words), *parting,
    )  # fmt: skip


def _both(values: dict[str, Any], scene: Scene) -> dict[str, Any]:
    other = "husband_id" if _is_wife(scene) else "wife_id"
    return {**_couple(values, scene), other: scene.resident.spouse_id}


def _rename(scene: Scene) -> Sequence[Input]:
    words = scene.words
    return (
        *frame(scene), Input("full_name", words("New full name"), max_length=60),
        day("effective_on", words("Valid from")), *ruling(words),
    )  # fmt: skip


def _annulment(scene: Scene) -> Sequence[Input]:
    words = scene.words
    return (
        *frame(scene), nik("duplicate_nik", words("NIK of the other record, which stays")),
        Input("reason", words("Reason"), max_length=120), *succession(scene),
    )  # fmt: skip


def _duplicate(_scene: Scene) -> Mapping[str, str]:
    return {"duplicate_nik": "duplicate_of", **JOIN}


def _erasure(scene: Scene) -> Sequence[Input]:
    words = scene.words
    hint = words("The order's number and day. Nobody can take an erasure back: every agency erases this person.")
    return *frame(scene), Input("reason", words("Ground"), max_length=120, hint=hint), *succession(scene)


def _resident(values: dict[str, Any], scene: Scene) -> dict[str, Any]:
    return {**values, "resident_id": scene.resident.resident_id}


def _is_married(one: Resident) -> bool:
    return _lives(one) and one.spouse_id is not None


EVENTS = (
    Event("move", N_("Register a move"), orders.MoveOrder, service.move, _move, _lives, _resident, joining,
          N_("Form F-1.03.")),
    Event("birth", N_("Register a birth"), orders.BirthOrder, service.give_birth, _birth,
          lambda one: _in_force(one) and one.sex is Sex.P, _mother, lambda _: {"father_nik": "father_id"},
          N_("This resident is the mother. The NIK is issued here."), {"mother_id": "", "version": ""}),
    Event("marriage", N_("Register a marriage"), orders.MarriageOrder, service.marry, _marriage,
          lambda one: _lives(one) and one.marital_status is not MaritalStatus.KAWIN, _couple, _spouse),
    Event("divorce", N_("Register a divorce"), orders.DivorceOrder, service.divorce, _divorce, _is_married, _both),
    Event("name-change", N_("Change the name by a ruling"), orders.NameChangeOrder, service.rename, _rename, _lives,
          _resident),
    Event("death", N_("Register the death"), orders.DeathOrder, service.die, _death, _lives, _resident, joining),
    CORRECTION,
    Event("annulment", N_("Annul a double registration"), orders.AnnulmentOrder, service.annul, _annulment, _in_force,
          _resident, _duplicate),
    Event("erasure", N_("Erase by order"), orders.ErasureOrder, service.erase, _erasure, _in_force, _resident, joining),
)  # fmt: skip
BY_SLUG = {event.slug: event for event in EVENTS}


def possible(one: Resident) -> list[Event]:
    """What the page of a resident offers; a correction is offered beside each field instead."""
    return [event for event in EVENTS if event is not CORRECTION and event.is_possible(one)]
