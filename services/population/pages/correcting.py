"""Correcting one field of the register: form F-1.06, with the box that the field's type asks."""

from collections.abc import Sequence
from typing import Any

from sekali.pages import N_, Input, address_inputs
from services.population import service
from services.population.model import orders
from services.population.model.codes import Standing
from services.population.model.corrections import OF_CARD, OF_RESIDENT
from services.population.pages import labels
from services.population.pages.events import Event, Scene, frame
from services.population.prefill import groups

FIELDS = (*OF_RESIDENT, *OF_CARD)
VILLAGE = "address.village_code"


def _boxes(scene: Scene) -> Sequence[Input]:
    words = scene.words
    reason = Input("reason", words("Reason, and on what evidence"), max_length=120)
    hidden = (*frame(scene), Input("field", "", kind="hidden", value=scene.path))
    if scene.path == VILLAGE:
        return *hidden, *address_inputs("", scene.form, words), reason
    return *hidden, _value(scene), reason


def _value(scene: Scene) -> Input:
    words, path = scene.words, scene.path
    group, _, name = path.partition(".")
    now = groups(scene.found)[group].get(name)
    label, value = words("What is right"), "" if now is None else str(now)
    if path in labels.CODES:
        options = labels.options(labels.CODES[path], words)
        return Input("value", label, kind="select" if len(options) > 5 else "radios", options=options, value=value)
    if path in labels.DAYS:
        return Input("value", label, kind="date", value=value, max_length=10, narrow=True)
    return Input("value", label, value=value, max_length=120)


def _finish(values: dict[str, Any], scene: Scene) -> dict[str, Any]:
    if scene.path == VILLAGE:
        values["value"] = values.pop("village_code", None)
        for level in ("district", "regency", "province"):
            values.pop(f"{level}_code", None)
    return {**values, "resident_id": scene.resident.resident_id, "field": scene.path}


CORRECTION = Event(
    "correction", N_("Correct a field"), orders.CorrectionOrder, service.correct, _boxes,
    lambda one: one.standing is Standing.VALID, _finish, about=N_("Form F-1.06."),
)  # fmt: skip
