"""One broker of three: any of them is struck, and the next blow waits until each has everything again."""

from pathlib import Path
from random import Random

import pytest

from faults.rows import f2b
from faults.stand import cluster
from sekali.local import kafka
from sekali.local.endpoints import Admin, Credential
from sekali.local.kafka import Kafka
from sekali.local.place import Place
from sekali.local.platform import Platform
from sekali.testing import NeverHappened

NOBODY = Credential(username="nobody", password="-")
ADMIN = Admin(
    kafka=NOBODY, kafka_bootstrap="127.0.0.1:1", postgres_url="postgresql://", registry_url="http://127.0.0.1:1",
    registry_database=NOBODY,
)  # fmt: skip


def test_any_of_the_three_is_struck_and_half_of_them_lose_their_records() -> None:
    blows = f2b.plan(Random(7), 20)
    assert {blow.whom for blow in blows} == {kafka.named(node) for node in range(1, f2b.BROKERS + 1)}
    assert [blow.what for blow in blows] == [f2b.LOST, f2b.AT_ONCE] * 10


async def test_brokers_are_whole_when_all_of_them_are_there(
    embedded_platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "WHOLE_SECONDS", 1.0)
    await cluster.whole(embedded_platform)
    admin = embedded_platform.admin
    with_another = admin.model_copy(update={"kafka_bootstrap": f"{admin.kafka_bootstrap},127.0.0.1:1"})
    with_another.save(tmp_path)
    with pytest.raises(NeverHappened, match="2 brokers are there"):
        await cluster.whole(Platform(embedded_platform.place.root, tmp_path))


def test_a_broker_loses_its_records_and_knows_its_cluster(tmp_path: Path) -> None:
    one = Kafka(Place(tmp_path, tmp_path), ADMIN)
    kept = (one.log / "meta.properties", one.log / cluster.METADATA / "0.log")
    gone = (one.log / "north.parcel.v1-0" / "0.log", one.log / "replication-offset-checkpoint")
    for file in (*kept, *gone):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("said")
    cluster.lose(one)
    assert [file.exists() for file in (*kept, *gone)] == [True, True, False, False]
    assert not gone[0].parent.exists()
