"""A made-up tree with one agency, health, that keeps the laws; a test spoils it and looks whether it is told."""

import shutil
from pathlib import Path

import yaml

from sekali import generate
from sekali.contracts import Catalogue
from tests.architecture.health import FILES
from tests.architecture.house import ROOT

STORE_TEST = '''\
"""The tables are those of the migrations."""

from alembic.autogenerate import compare_metadata


def test_the_tables_equal_the_migrations(context: object, metadata: object) -> None:
    assert compare_metadata(context, metadata) == []
'''
FORM = """\
name: visit
title: {id: Kunjungan, en: Visit}
purpose: {id: Merencanakan kunjungan, en: Plan the visit}
legal_basis: UU 27/2022 art. 20(2)(e); UU 17/2023
boxes:
  - {name: nik, label: {id: NIK, en: National identity number}, type: nik, key: true}
  - name: full_name
    label: {id: Nama, en: Name}
    type: text
    from: {topic: population.resident.v1, field: identity.full_name}
  - {name: ward, label: {id: Bangsal, en: Ward}, type: ward}
"""
OPENING = """

def visit_form() -> Form:
    return Form.load(Path(__file__).parent / "visit.form.yaml", rules={"ward": str})
"""


class Village:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / "services" / "health"

    def build(self) -> None:
        for name, text in FILES.items():
            self.write(name, text)
        for name in ("schemas/population", "contracts/population"):
            shutil.copytree(ROOT / name, self.root / name)
        (self.root / "services" / "population").mkdir()
        self.write("services/population/README.md", "# population\n")
        self.write("services/health/events.py", generate.module(self.catalogue(), "health"))
        self.write("services/health/tests/test_store.py", STORE_TEST)
        self.write("services/health/visit.form.yaml", FORM)
        self.add("services/health/prefill.py", OPENING)

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def add(self, name: str, text: str) -> None:
        self.write(name, (self.root / name).read_text(encoding="utf-8") + text)

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def box(self, name: str, **members: object) -> None:
        """Set members of a box of the form; None removes one."""
        path = self.home / "visit.form.yaml"
        form = yaml.safe_load(path.read_text(encoding="utf-8"))
        (box,) = (box for box in form["boxes"] if box["name"] == name)
        box |= members
        form["boxes"] = [{key: value for key, value in one.items() if value is not None} for one in form["boxes"]]
        path.write_text(yaml.safe_dump(form), encoding="utf-8")

    def catalogue(self) -> Catalogue:
        return Catalogue.load(self.root)
