"""Several brokers on one machine: each has addresses and a folder of its own, and three keep each record."""

from pathlib import Path

import pytest

from sekali.local import kafka, plan
from sekali.local.endpoints import Admin, Endpoints
from sekali.local.place import Place
from tests.schemas.country import ROOT


def settled(state: Path, brokers: int) -> Admin:
    plan.settle(Place(ROOT, state), lambda _: False, usual=False, brokers=brokers)
    return Admin.load(state)


def test_each_of_three_has_addresses_and_a_folder_of_its_own(tmp_path: Path) -> None:
    admin = settled(tmp_path, 3)
    three = kafka.brokers(Place(ROOT, tmp_path), admin)
    assert [one.name for one in three] == ["kafka", "kafka-2", "kafka-3"]
    assert len({one.address for one in three} | {*kafka.listed(admin.kafka_controller)}) == 6
    assert len({one.log for one in three}) == 3
    assert Endpoints.load(tmp_path).kafka.bootstrap == ",".join(one.address for one in three)
    assert [kafka.settings(admin, one.node)["node.id"] for one in three] == ["1", "2", "3"]


def test_addresses_and_the_clusters_id_stay(tmp_path: Path) -> None:
    first = settled(tmp_path, 3)
    assert first.kafka_cluster
    assert settled(tmp_path, 3) == first


@pytest.mark.parametrize(("brokers", "copies", "fewest"), [(1, "1", "1"), (2, "2", "1"), (3, "3", "2"), (4, "3", "2")])
def test_a_record_is_on_three_brokers_where_there_are_so_many(
    tmp_path: Path, brokers: int, copies: str, fewest: str
) -> None:
    told = kafka.settings(settled(tmp_path, brokers))
    ends = ("replication.factor", "insync.replicas", "min.isr")
    assert {value for name, value in told.items() if name.endswith(ends[0])} == {copies}
    assert {value for name, value in told.items() if name.endswith(ends[1:])} == {fewest}
