"""What cards and contracts on disk ask of a running platform; each answers with a sentence for every change."""

from datetime import UTC, datetime

import sekali.rights
import sekali.topics
from sekali.contracts import Catalogue, fingerprint
from sekali.local.endpoints import Admin, Endpoints
from sekali.local.place import Place
from sekali.local.sql import wait_for
from sekali.publish import publish, subjects
from sekali.registry import Registry, UnknownSchema


def topics(place: Place, *, dry_run: bool = False) -> list[str]:
    return sekali.topics.apply(Admin.load(place.state).confluent(), Catalogue.load(place.root), dry_run=dry_run)


def unpublished(place: Place) -> list[str]:
    """A sentence for each revision on disk that the registry does not hold exactly so; changes nothing."""
    return wait_for(_unpublished(Catalogue.load(place.root), Endpoints.load(place.state).registry.url))


async def _unpublished(catalogue: Catalogue, url: str) -> list[str]:
    registry, said = Registry(url), []
    try:
        for revision in (revision for topic in catalogue.cards for revision in catalogue.revisions[topic]):
            for subject, schema in subjects(revision):
                try:
                    held = await registry.schema_by_id(await registry.id_of(subject, schema))
                except UnknownSchema:
                    said.append(f"the registry does not hold {subject} revision {revision.number}")
                else:
                    if fingerprint(held) != fingerprint(schema):
                        said.append(f"the registry holds another {subject} than revision {revision.number}")
    finally:
        await registry.close()
    return said


def schemas(place: Place) -> list[str]:
    return wait_for(_publish(Catalogue.load(place.root), Endpoints.load(place.state).registry.url))


async def _publish(catalogue: Catalogue, url: str) -> list[str]:
    registry = Registry(url)
    try:
        return await publish(registry, catalogue)
    finally:
        await registry.close()


def rights(place: Place, *, dry_run: bool = False) -> list[str]:
    """Users, rules, keyrings and identities."""
    prepared = prepared_rights(place)
    if not dry_run:
        prepared.carry_out()
    return prepared.said


def prepared_rights(place: Place) -> sekali.rights.Prepared:
    """The passwords are those that `sekali up` wrote down."""
    credentials = Endpoints.load(place.state).kafka.credentials
    return sekali.rights.prepare(
        Admin.load(place.state).confluent(),
        Catalogue.load(place.root),
        {agency: credential.password for agency, credential in credentials.items()},
        place.keystore(),
        today=datetime.now(UTC).date(),
        files=place.identities,
    )
