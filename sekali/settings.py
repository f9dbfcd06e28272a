"""What every agency's service is told from outside: environment variables with the prefix SEKALI_.

An agency adds its own fields in ``services/<agency>/settings.py`` as ``class Settings(AgencySettings)``.
"""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class AgencySettings(BaseSettings):
    """Settings of one service; a missing or impossible one is refused at start, by name and without its value."""

    # hide_input_in_errors: a mistyped SEKALI_DATABASE_URL would otherwise print its password.
    model_config = SettingsConfigDict(env_prefix="SEKALI_", extra="ignore", frozen=True, hide_input_in_errors=True)

    agency: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Whose service this is: a folder of services/."""
    root: Path = Path()
    """Folder that holds schemas/, contracts/ and services/."""

    database_url: str = Field(repr=False, pattern=r"^postgresql\+asyncpg://")
    """This agency's own database, with its role and password."""

    kafka_bootstrap: str
    """The brokers to begin with, host:port, separated by commas."""
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "SASL_PLAINTEXT"
    """How the brokers are spoken to, in Kafka's words; outside one machine it ends with SSL."""
    kafka_ca: Path | None = None
    """PEM file of who signs the brokers' certificates; without it, whom the system trusts."""
    kafka_certificate: Path | None = None
    """PEM file of the certificate that we show to brokers that ask for one."""
    kafka_key: Path | None = None
    """PEM file of its key; without it, the key is in the certificate's file."""
    kafka_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """How the password is proved where the protocol begins with SASL."""
    kafka_username: str = ""
    """The agency's own Kafka user."""
    kafka_password: SecretStr = SecretStr("")
    """Of that user."""
    registry_url: str
    """Base of the Confluent API, as in ``http://127.0.0.1:8081/apis/ccompat/v7``."""
    keyring: Path
    """This agency's keys for sealed fields, mode 0600."""

    identity: Path | None = None
    """This agency's own private key (a JWK, mode 0600), by which it proves to others who it is."""
    identities: Path | None = None
    """The public keys of all agencies (a JWK set), by which their tokens are believed."""
    public_url: str | None = Field(default=None, pattern=r"^https?://[^/?#\s@]+$")
    """Where browsers find this agency's pages, as in ``https://portal.example``; https but on loopback."""
    oidc_issuer: str | None = Field(default=None, pattern=r"^https?://[^?#\s@]+$")
    """The OpenID provider that signs people in, by its issuer's address."""
    oidc_client_id: str = ""
    """As whom this agency is registered there."""
    oidc_client_secret: SecretStr = SecretStr("")
    """Its secret there; without one it is a public client."""
    oidc_scope: str = "openid profile"
    """What is asked of the provider, so that its ID token has the claims below."""
    oidc_resident_claim: str = "resident_id"
    """The claim that holds a citizen's resident id."""
    oidc_agency_claim: str = "agency"
    """The claim that says whose officer somebody is."""
    oidc_role_claim: str = "role"
    """The claim that holds an officer's role."""
    oidc_name_claim: str = "name"
    """The claim that holds the name under which an officer's decisions are kept."""
    oidc_max_age: timedelta = Field(default=timedelta(minutes=30), ge=timedelta(0))
    """Who proved to the provider longer ago who they are does so again: on a shared device it may be somebody else.
    PT0S: whatever the provider thinks, for one that does not say `auth_time`."""
    officer_roles: str = "officer"
    """The roles that may enter the desk, separated by commas; the provider's other roles stay outside."""
    session_idle: timedelta = timedelta(minutes=30)
    """After so long without a request, people sign in again."""
    session_longest: timedelta = timedelta(hours=8)
    """After so long they sign in again in any case."""
    sign_in_tries: int = Field(default=30, ge=1)
    """How many tries from one address may end badly, or not at all, in ten minutes; of one account a third of it."""
    proxies: str = ""
    """Addresses or networks whose X-Forwarded-For and -Proto are believed, separated by commas; never everybody."""
    development_sign_in: bool = False
    """Whether everybody is believed to be who they say they are: for demo and tests on a machine of one's own."""

    instance: str = "1"
    """Which of the agency's processes this is: Kafka gives a restarted one its partitions back at once."""

    http_host: str = "127.0.0.1"
    """Where the doors listen. With development sign-in, nothing but loopback may reach them."""
    http_port: int = Field(default=0, ge=0, le=65535)
    """0 = any free port."""
    doors: dict[str, str] = {}
    """Agency -> base URL of its HTTP door; JSON in SEKALI_DOORS."""

    fictive_region: bool = True
    """Whether numbers of the fictive region 99 are taken (domain: no real person has one). Off in production."""

    @field_validator("proxies")
    @classmethod
    def _are_some(cls, value: str) -> str:
        """With `*` or /0 everybody would be a proxy, and say from where he comes: no try would be counted."""
        networks = [ip_network(one.strip()) for one in value.split(",") if one.strip()]
        if any(network.prefixlen == 0 for network in networks):
            raise ValueError("name the proxies themselves, not everybody")
        return value

    @property
    def known_roles(self) -> list[str]:
        return [one.strip() for one in self.officer_roles.split(",") if one.strip()]
