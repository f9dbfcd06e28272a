"""Who may do what on the broker: users and access rules that follow from cards and contracts, deny by default."""

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from sekali.contracts import Catalogue, Contract
from sekali.errors import SekaliError

SECONDS = 30
ITERATIONS = 8192
ANYONE: Any = None  # the library's own types forbid None here, its documentation asks for it
EVERYTHING = AclBindingFilter(
    ResourceType.ANY, ANYONE, ResourcePatternType.ANY, ANYONE, ANYONE, AclOperation.ANY, AclPermissionType.ANY
)


class RightsDiffer(SekaliError):
    """The broker's rules are not what was asked for."""


class Rule(NamedTuple):
    """One permission: an agency's user, what it is for, and the operation, in Kafka's words."""

    agency: str
    resource: str
    pattern: str
    name: str
    operation: str

    def __str__(self) -> str:
        star = "*" if self.pattern == "PREFIXED" else ""
        return f"{self.agency} may {self.operation} {self.resource.lower()} {self.name}{star}"


class User(NamedTuple):
    """A user with a password, and by which mechanism it is proved. The same name may have more than one."""

    name: str
    mechanism: str = "SCRAM_SHA_512"

    def __str__(self) -> str:
        other = "" if self.mechanism == "SCRAM_SHA_512" else f" by {self.mechanism}"
        return f"user {self.name}{other}"


def follow(catalogue: Catalogue, contracts: Iterable[Contract]) -> set[Rule]:
    """The rules that follow. An idempotent producer needs no rule of its own: WRITE on a topic carries it."""
    rules = set()
    for agency in catalogue.agencies:
        # With the dot: `tax` must not reach what `taxation` owns.
        own = f"{agency}."
        rules |= {Rule(agency, "TOPIC", "PREFIXED", own, operation) for operation in ("WRITE", "READ", "DESCRIBE")}
        rules |= {Rule(agency, "GROUP", "PREFIXED", own, operation) for operation in ("READ", "DESCRIBE")}
    # Who hears must know how long tombstones are kept: DESCRIBE_CONFIGS.
    hearing = ("READ", "DESCRIBE", "DESCRIBE_CONFIGS")
    for contract in contracts:
        rules |= {Rule(contract.agency, "TOPIC", "LITERAL", contract.topic, how) for how in hearing}
    return rules


class Broker:
    """The broker's users and rules. Users in `kept` (the administrator) are not ours to touch."""

    def __init__(self, admin: Mapping[str, str], kept: Collection[str]) -> None:
        self._client = AdminClient(dict(admin))
        self._kept = frozenset(kept) | {admin["sasl.username"]} if "sasl.username" in admin else frozenset(kept)

    def users(self) -> set[User]:
        asked: Any = self._client.describe_user_scram_credentials(request_timeout=SECONDS)
        told = asked.result().items()
        return {
            User(name, _name(info.mechanism))
            for name, one in told
            if name not in self._kept
            for info in one.scram_credential_infos
        }

    def put_users(self, passwords: Mapping[str, str]) -> None:
        info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS)
        self._alter_users([UserScramCredentialUpsertion(user, info, word.encode()) for user, word in passwords.items()])

    def remove_users(self, users: Iterable[User]) -> None:
        self._alter_users([UserScramCredentialDeletion(user.name, ScramMechanism[user.mechanism]) for user in users])

    def rules(self) -> dict[Rule, AclBinding]:
        bindings = self._client.describe_acls(EVERYTHING, request_timeout=SECONDS).result()
        found = {_rule(binding): binding for binding in bindings}
        return {rule: binding for rule, binding in found.items() if rule.agency not in self._kept}

    def add_rules(self, rules: Iterable[Rule]) -> None:
        bindings = [_binding(rule) for rule in rules]
        for answer in (self._client.create_acls(bindings, request_timeout=SECONDS) if bindings else {}).values():
            answer.result()

    def remove_rules(self, bindings: Iterable[AclBinding]) -> None:
        filters = [
            AclBindingFilter(
                b.restype, b.name, b.resource_pattern_type, b.principal, b.host, b.operation, b.permission_type
            )
            for b in bindings
        ]
        for answer in (self._client.delete_acls(filters, request_timeout=SECONDS) if filters else {}).values():
            answer.result()

    def await_rules(self, wanted: set[Rule]) -> None:
        """The controller answers before the broker's authorizer knows: wait until it does."""
        end = time.monotonic() + SECONDS
        while self.rules().keys() != wanted:
            if time.monotonic() > end:
                raise RightsDiffer(f"The broker does not show the new rules after {SECONDS} s. Look at its log.")
            time.sleep(0.05)

    def _alter_users(self, changes: Sequence[UserScramCredentialAlteration]) -> None:
        if changes:
            for answer in self._client.alter_user_scram_credentials(list(changes), request_timeout=SECONDS).values():
                answer.result()


def _binding(rule: Rule) -> AclBinding:
    return AclBinding(
        ResourceType[rule.resource], rule.name, ResourcePatternType[rule.pattern], f"User:{rule.agency}", "*",
        AclOperation[rule.operation], AclPermissionType.ALLOW,
    )  # fmt: skip


def _rule(binding: AclBinding) -> Rule:
    """A rule that we would not make (another host, a denial) gets an operation that follows from nothing: it goes."""
    permission, operation = _name(binding.permission_type), _name(binding.operation)
    if permission != "ALLOW" or binding.host != "*":
        operation = f"{permission} {operation} {binding.host}"
    user = binding.principal.removeprefix("User:")
    return Rule(user, _name(binding.restype), _name(binding.resource_pattern_type), binding.name, operation)


def _name(member: object) -> str:
    return str(getattr(member, "name", member))
