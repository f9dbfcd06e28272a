"""A topic as a data contract of the Open Data Contract Standard, v3.1."""

from typing import Any

from sekali.catalogue_site.fields import Field, Form, docs, fields
from sekali.catalogue_site.flow import Flow
from sekali.contracts import Catalogue, Contract

API_VERSION = "v3.1.0"
LOGICAL = {"text": "string", "uuid": "string", "code": "string", "bytes": "string", "whole": "integer",
           "number": "number", "yes_no": "boolean", "day": "date", "time": "timestamp", "group": "object",
           "list": "array", "map": "object", "one_of": "object", "nothing": "string"}  # fmt: skip
PHYSICAL = {"text": "string", "uuid": "string (uuid)", "code": "enum", "bytes": "bytes", "whole": "long",
            "number": "double", "yes_no": "boolean", "day": "int (date)", "time": "long (timestamp-millis)",
            "group": "record", "list": "array", "map": "map", "one_of": "union", "nothing": "null"}  # fmt: skip
SEALED = "bytes (sealed: AES-256-GCM over the Avro record inside)"
LIMITS = {
    "none": "It holds no personal data.",
    "general": "It holds general personal data (UU 27/2022 art. 4(3)).",
    "specific": "It holds specific personal data (UU 27/2022 art. 4(2)).",
}
DAY_MS = 86_400_000


def odcs(catalogue: Catalogue, flow: Flow) -> dict[str, Any]:
    card, latest = flow.card, catalogue.latest(flow.topic)
    return {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": card.topic,
        "name": card.topic,
        "version": f"{latest.number}.0.0",
        "status": "deprecated" if card.sunset else "active",
        "domain": card.owner,
        "description": {
            "purpose": card.tells["en"],
            "usage": "Each reader has a contract of its own; it opens the sealed groups that its contract lists.",
            "limitations": LIMITS[card.personal_data],
        },
        "schema": [_schema(latest.schema, flow)],
        "team": {"name": card.owner},
        "roles": [_role(contract) for contract in flow.contracts],
        "slaProperties": _promises(flow),
        "customProperties": _custom(flow, latest.fingerprint),
    }


def _schema(schema: dict[str, Any], flow: Flow) -> dict[str, Any]:
    return {
        "name": schema["name"],
        "physicalName": flow.topic,
        "physicalType": "topic",
        "logicalType": "object",
        "description": schema.get("doc", ""),
        "dataGranularityDescription": f"One record for each {flow.card.key}"
        + (" and version." if flow.card.kind == "state" else " and event."),
        "properties": [_property(found, flow, sealed=False) for found in fields(schema)],
    }


def _property(field: Field, flow: Flow, *, sealed: bool) -> dict[str, Any]:
    sealed = sealed or field.sealed
    said = {
        "name": field.name,
        "businessName": field.label.get("en", field.name),
        "description": field.doc,
        **_form(field.form, flow, sealed=sealed),
        "required": not field.optional,
        "classification": f"sealed, {flow.card.personal_data} personal data" if sealed else "open",
    }
    if field.path == flow.card.key:
        said |= {"primaryKey": True, "primaryKeyPosition": 1, "partitioned": True, "partitionKeyPosition": 1}
    if "id" in field.label:
        said["customProperties"] = [{"property": "labelId", "value": field.label["id"]}]
    return said


def _form(form: Form, flow: Flow, *, sealed: bool) -> dict[str, Any]:
    said: dict[str, Any] = {
        "logicalType": LOGICAL[form.name],
        "physicalType": SEALED if form.sealed else PHYSICAL[form.name],
    }
    if form.name == "uuid":
        said["logicalTypeOptions"] = {"format": "uuid"}
    if form.symbols:
        valid = {"metric": "invalidValues", "arguments": {"validValues": list(form.symbols)}, "mustBe": 0}
        said["quality"] = [{"type": "library", **valid}]
    if form.fields:
        said["properties"] = [_property(member, flow, sealed=sealed) for member in form.fields]
    if form.name == "list":
        said["items"] = {"name": "item", **_form(form.of[0], flow, sealed=sealed)}
    return said


def _role(contract: Contract) -> dict[str, Any]:
    terms = {
        "purposeId": contract.purpose["id"],
        "legalBasis": contract.legal_basis,
        "agreement": contract.agreement,
        "retentionDays": contract.retention_days,
        "validUntil": contract.valid_until.isoformat(),
        "fields": list(docs(contract.schema)),
        "opens": [group.name for group in contract.sealed],
        "verifies": [verified.path for verified in contract.verify],
    }
    return {
        "role": contract.agency,
        "access": "read",
        "description": contract.purpose["en"],
        "customProperties": [{"property": name, "value": value} for name, value in terms.items()],
    }


def _promises(flow: Flow) -> list[dict[str, Any]]:
    card = flow.card
    said: list[dict[str, Any]] = []
    if card.retention_ms is not None:
        said.append({"property": "retention", "value": card.retention_ms / DAY_MS, "unit": "d"})
    if card.ended_retention_ms is not None:
        kept = {"property": "retention", "value": card.ended_retention_ms / DAY_MS, "unit": "d"}
        said.append(kept | {"description": "Of a case that has ended."})
    if card.sunset:
        said.append({"property": "endOfLife", "value": card.sunset.on.isoformat()})
    return said


def _custom(flow: Flow, fingerprint: str) -> list[dict[str, Any]]:
    card = flow.card
    told: dict[str, Any] = {
        "tellsId": card.tells["id"], "kind": card.kind, "key": card.key, "time": card.time,
        "partitions": card.partitions, "partitioner": card.partitioner, "compatibility": card.compatibility,
        "personalData": card.personal_data, "erasesAPerson": card.person, "schemaFingerprint": fingerprint,
    }  # fmt: skip
    if card.sunset:
        told["successor"] = card.sunset.successor
    return [{"property": name, "value": value} for name, value in told.items()]
