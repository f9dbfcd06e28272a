"""The catalogue as an AsyncAPI 3.0 document: a channel for each topic, an operation for each that says or hears it."""

from importlib.metadata import version
from typing import Any

from sekali.catalogue_site.fields import docs
from sekali.catalogue_site.flow import Flow, flows
from sekali.contracts import Card, Catalogue, Contract, Revision
from sekali.topics import config

AVRO = "application/vnd.apache.avro;version=1.9.0"
KAFKA_BINDING = "0.5.0"
HEADERS = {
    "ce_specversion": "CloudEvents version.",
    "ce_id": "The event's id, a UUID.",
    "ce_type": "The topic's name.",
    "ce_source": "The agency that says it.",
    "content-type": "How the value is encoded.",
    "schema-fingerprint": "First 16 hex digits of SHA-256 over the schema's JSON, keys sorted, no spaces.",
}
VERSION = "The entity's version in decimal; order is judged by it."
TRACE = "W3C trace context, where the event is traced."


def asyncapi(catalogue: Catalogue) -> dict[str, Any]:
    """Servers have no address: where the bus is, an installation says itself."""
    every = flows(catalogue)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Sekali",
            "version": version("sekali"),
            "description": "Facts that agencies say once. Sealed fields are bytes for everyone whose contract does not "
            "list them; the record inside stands under `seals`.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/avro",
        "servers": {"bus": _server()},
        "channels": {flow.topic: _channel(catalogue, flow) for flow in every},
        "operations": {name: operation for flow in every for name, operation in _operations(flow)},
        "components": {
            "securitySchemes": {"scram": {"type": "scramSha512", "description": "One user for each agency."}}
        },
    }


def _server() -> dict[str, Any]:
    return {
        "host": "{bootstrap}",
        "protocol": "kafka-secure",
        "description": "The installation's Kafka cluster.",
        "variables": {"bootstrap": {"description": "Host and port of a broker of the installation."}},
        "security": [{"$ref": "#/components/securitySchemes/scram"}],
    }


def _channel(catalogue: Catalogue, flow: Flow) -> dict[str, Any]:
    card = flow.card
    messages = {f"revision-{found.number}": _message(card, found) for found in catalogue.revisions[card.topic]}
    if card.kind == "state":
        messages["erased"] = _tombstone(card)
    return {
        "address": card.topic,
        "title": card.topic,
        "summary": card.tells["en"],
        "servers": [{"$ref": "#/servers/bus"}],
        "messages": messages,
        "tags": [{"name": card.owner}, {"name": card.kind}],
        "bindings": {
            "kafka": {
                "topic": card.topic,
                "partitions": card.partitions,
                "topicConfiguration": _topic_configuration(card),
                "bindingVersion": KAFKA_BINDING,
            }
        },
        "x-tells": dict(card.tells),
        "x-kind": card.kind,
        "x-key": card.key,
        "x-partitioner": card.partitioner,
        "x-compatibility": card.compatibility,
        "x-personal-data": card.personal_data,
        "x-erases-a-person": card.person,
    } | _sunset(card)


def _sunset(card: Card) -> dict[str, Any]:
    if card.sunset is None:
        return {}
    return {"x-sunset": {"on": card.sunset.on.isoformat(), "successor": card.sunset.successor}}


def _topic_configuration(card: Card) -> dict[str, Any]:
    """What the broker is told, as far as the binding has a place for it."""
    settings = config(card)
    numbers = ("retention.ms", "delete.retention.ms")
    return {"cleanup.policy": [settings["cleanup.policy"]]} | {
        name: int(settings[name]) for name in numbers if name in settings
    }


def _message(card: Card, revision: Revision) -> dict[str, Any]:
    return {
        "name": card.topic,
        "title": f"{card.topic}, revision {revision.number}",
        "summary": revision.schema.get("doc", ""),
        "contentType": "application/avro",
        "headers": _headers(card, revision.fingerprint),
        "payload": {"schemaFormat": AVRO, "schema": revision.schema},
        "bindings": {"kafka": _key(card) | {"schemaIdLocation": "payload", "schemaIdPayloadEncoding": "confluent"}},
        "deprecated": card.sunset is not None,
    }


def _tombstone(card: Card) -> dict[str, Any]:
    return {
        "name": card.topic,
        "title": f"{card.topic}, erased",
        "summary": "A tombstone: nothing more is said of this key.",
        "headers": _headers(card, None),
        "payload": {"type": "null"},
        "bindings": {"kafka": _key(card)},
    }


def _headers(card: Card, fingerprint: str | None) -> dict[str, Any]:
    known = {"ce_specversion": "1.0", "ce_type": card.topic, "ce_source": f"/{card.owner}",
             "content-type": "application/avro", "schema-fingerprint": fingerprint}  # fmt: skip
    names = [name for name in HEADERS if name != "schema-fingerprint" or fingerprint]
    properties: dict[str, Any] = {
        name: {"type": "string", "description": HEADERS[name]} | ({"const": known[name]} if name in known else {})
        for name in names
    }
    if card.kind == "state":
        properties["ce_entityversion"] = {"type": "string", "pattern": "^[0-9]+$", "description": VERSION}
        names.append("ce_entityversion")
    properties["traceparent"] = {"type": "string", "description": TRACE}
    return {"type": "object", "required": names, "properties": properties}


def _key(card: Card) -> dict[str, Any]:
    return {
        "key": {"type": "string", "format": "uuid", "description": f"The field {card.key}."},
        "bindingVersion": KAFKA_BINDING,
    }


def _operations(flow: Flow) -> list[tuple[str, dict[str, Any]]]:
    card, channel = flow.card, {"$ref": f"#/channels/{flow.topic}"}
    said = {"action": "send", "channel": channel, "summary": f"{card.owner} says it.", "tags": [{"name": card.owner}]}
    return [(f"{card.owner}-says-{card.topic}", said)] + [
        (f"{contract.agency}-hears-{card.topic}", _heard(contract, channel)) for contract in flow.contracts
    ]


def _heard(contract: Contract, channel: dict[str, str]) -> dict[str, Any]:
    return {
        "action": "receive",
        "channel": channel,
        "summary": contract.purpose["en"],
        "tags": [{"name": contract.agency}],
        "x-contract": {
            "purpose": dict(contract.purpose),
            "legal-basis": contract.legal_basis,
            "agreement": contract.agreement,
            "retention-days": contract.retention_days,
            "valid-until": contract.valid_until.isoformat(),
            "fields": docs(contract.schema),
            "opens": [group.name for group in contract.sealed],
            "verifies": {verified.path: verified.doc for verified in contract.verify},
        },
    }
