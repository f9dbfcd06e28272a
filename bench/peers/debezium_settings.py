"""What Debezium Server is told: tuned for throughput and for latency at once.

Names and defaults are those of Debezium 3.0's pages on its PostgreSQL connector, outbox router and server.
Smaller batches, lingering, one processing thread, unordered processing and other collectors were tried beside these, on
a busy machine: none was clearly better. Without the additional headers it carried somewhat more; ours carries them too.
"""

from pathlib import Path
from urllib.parse import urlsplit

from bench.place import RESIDENT, Place
from sekali.local.kafka import SCRAM, login

TOPIC = f"debezium.{RESIDENT}"


def settings(place: Place, url: str, folder: Path) -> dict[str, str]:
    """application.properties; whatever is not said here is Debezium's default. `url`: of the database to read."""
    database = urlsplit(url)
    return {
        **_sink(place),
        **{f"debezium.source.{name}": value for name, value in _source(folder).items()},
        "debezium.source.database.hostname": str(database.hostname),
        "debezium.source.database.port": str(database.port),
        "debezium.source.database.user": str(database.username),
        "debezium.source.database.password": str(database.password),
        "debezium.source.database.dbname": database.path.strip("/"),
        **_router(),
        "debezium.format.key": "simplestring",
        "debezium.format.value": "binary",  # the payload's bytes as they are
        "debezium.format.header": "json",
        "debezium.format.header.schemas.enable": "false",
        "quarkus.http.host": "127.0.0.1",
        "quarkus.http.port": "0",
        "quarkus.log.console.json": "false",
        "quarkus.log.level": "WARN",
    }


def _source(folder: Path) -> dict[str, str]:
    return {
        "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
        "plugin.name": "pgoutput",
        "topic.prefix": "peer",
        "table.include.list": "public.outbox",
        "publication.autocreate.mode": "filtered",
        "snapshot.mode": "no_data",
        # Only inserts are events; the router would look at deletes and truncations, and warn.
        "skipped.operations": "u,d,t",
        "tombstones.on.delete": "false",
        "provide.transaction.metadata": "false",
        "offset.storage": "org.apache.kafka.connect.storage.FileOffsetBackingStore",
        "offset.storage.file.filename": str(folder / "offsets"),
        "offset.flush.interval.ms": "1000",
        # 2,048, 8,192 and 500 ms by default. The poll interval is the latency of a single event; the sink waits for a
        # whole batch's acknowledgements before the next, so large batches carry more.
        "max.batch.size": "16384",
        "max.queue.size": "65536",
        "poll.interval.ms": "1",
    }


def _sink(place: Place) -> dict[str, str]:
    admin = place.platform.admin
    producer = {
        "bootstrap.servers": admin.kafka_bootstrap,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": admin.kafka_mechanism,
        "sasl.jaas.config": login(SCRAM, admin.kafka),
        "key.serializer": "org.apache.kafka.common.serialization.StringSerializer",
        "value.serializer": "org.apache.kafka.common.serialization.ByteArraySerializer",
        "acks": "all",
        "enable.idempotence": "true",
        # As large as our relay's batches; 16 kB by default. No lingering: it would be added to every single event.
        "batch.size": "1000000",
        "linger.ms": "0",
        "buffer.memory": "134217728",
        "max.in.flight.requests.per.connection": "5",
    }
    told = {f"debezium.sink.kafka.producer.{name}": value for name, value in producer.items()}
    return {"debezium.sink.type": "kafka", **told}


def _router() -> dict[str, str]:
    """The same headers as our relay gives each event, as far as the row holds them."""
    router = {
        "type": "io.debezium.transforms.outbox.EventRouter",
        "route.by.field": "aggregatetype",
        "route.topic.replacement": TOPIC,
        "table.field.event.key": "aggregateid",
        "table.fields.additional.placement": (
            "version:header:ce_entityversion,fingerprint:header:schema-fingerprint,"
            "tracingspancontext:header:traceparent"
        ),
        "table.op.invalid.behavior": "warn",
    }
    return {"debezium.transforms": "outbox"} | {f"debezium.transforms.outbox.{k}": v for k, v in router.items()}
