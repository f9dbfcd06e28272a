"""How an agency reaches Kafka, in the words of each client library."""

from ssl import SSLContext, SSLError
from typing import TypedDict

from aiokafka.helpers import create_ssl_context
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from sekali.errors import SekaliError
from sekali.settings import AgencySettings

REQUEST_MS = 10_000
"""How long an answer of the broker is waited for: longer than it waits itself for the members of a group (6 s).
Where connections were severed without our hearing of it, nothing arrives for so long, or twice: a relay asks for
acknowledgements by one and for the log's ends by another."""


class CertificateUnreadable(SekaliError):
    """A file of certificates or keys is not there, or holds none."""


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
    if (context := tls(settings)) is not None:
        arguments["ssl_context"] = context
    return arguments


def librdkafka(settings: AgencySettings) -> dict[str, str]:
    """The same in confluent-kafka's words."""
    told = {
        "bootstrap.servers": settings.kafka_bootstrap,
        "security.protocol": settings.kafka_security_protocol,
        "client.id": settings.agency,
    }
    if settings.kafka_security_protocol.startswith("SASL"):
        told["sasl.mechanism"] = settings.kafka_mechanism
        told["sasl.username"] = settings.kafka_username
        told["sasl.password"] = settings.kafka_password.get_secret_value()
    files = {"ca": settings.kafka_ca, "certificate": settings.kafka_certificate, "key": settings.kafka_key}
    return told | {f"ssl.{name}.location": str(file) for name, file in files.items() if file is not None}


def addresses(settings: AgencySettings) -> list[str]:
    """The brokers to begin with, one by one: FastStream takes a text with commas for one address."""
    return [one.strip() for one in settings.kafka_bootstrap.split(",")]


def security(settings: AgencySettings) -> BaseSecurity:
    """The same for FastStream's broker."""
    context = tls(settings)
    if not settings.kafka_security_protocol.startswith("SASL"):
        return BaseSecurity(ssl_context=context, use_ssl=context is not None)
    kind = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}
    return kind[settings.kafka_mechanism](
        username=settings.kafka_username,
        password=settings.kafka_password.get_secret_value(),
        ssl_context=context,
        use_ssl=context is not None,
    )


def tls(settings: AgencySettings) -> SSLContext | None:
    """None where the protocol is none of TLS. The broker's name is always checked.

    Raises `CertificateUnreadable`.
    """
    if not settings.kafka_security_protocol.endswith("SSL"):
        return None
    try:
        context: SSLContext = create_ssl_context(
            cafile=settings.kafka_ca, certfile=settings.kafka_certificate, keyfile=settings.kafka_key
        )
    except (OSError, SSLError) as wrong:
        raise CertificateUnreadable(
            "The files of SEKALI_KAFKA_CA, SEKALI_KAFKA_CERTIFICATE and SEKALI_KAFKA_KEY cannot be used "
            f"({wrong.strerror or type(wrong).__name__}): each is a PEM file that this process may read."
        ) from None
    return context
