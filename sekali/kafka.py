"""How an agency reaches Kafka, in the words of each client library."""

from typing import TypedDict

from aiokafka.helpers import create_ssl_context
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from sekali.settings import AgencySettings


class Connection(TypedDict, total=False):
    bootstrap_servers: str
    security_protocol: str
    sasl_mechanism: str
    sasl_plain_username: str
    sasl_plain_password: str
    ssl_context: object


def connection(settings: AgencySettings) -> Connection:
    """Keyword arguments of aiokafka's clients."""
    arguments = Connection(
        bootstrap_servers=settings.kafka_bootstrap, security_protocol=settings.kafka_security_protocol
    )
    if settings.kafka_security_protocol.startswith("SASL"):
        arguments["sasl_mechanism"] = settings.kafka_mechanism
        arguments["sasl_plain_username"] = settings.kafka_username
        arguments["sasl_plain_password"] = settings.kafka_password.get_secret_value()
    if settings.kafka_security_protocol.endswith("SSL"):
        arguments["ssl_context"] = create_ssl_context()
    return arguments


def security(settings: AgencySettings) -> BaseSecurity:
    """The same for FastStream's broker."""
    tls = create_ssl_context() if settings.kafka_security_protocol.endswith("SSL") else None
    if not settings.kafka_security_protocol.startswith("SASL"):
        return BaseSecurity(ssl_context=tls, use_ssl=tls is not None)
    kind = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}
    return kind[settings.kafka_mechanism](
        username=settings.kafka_username,
        password=settings.kafka_password.get_secret_value(),
        ssl_context=tls,
        use_ssl=tls is not None,
    )
