"""Whole sets in one statement: one array for each column, unnested by the database."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from sqlalchemy import Column, Insert, Select, Table, Update, bindparam, column, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY


def insertion(table: Table) -> Insert:
    """Takes one array for each column, as `arrays` makes them."""
    given = _given(table)
    return insert(table).from_select(list(table.columns.keys()), given)


def replacement(table: Table) -> Update:
    """Rows found by the primary key get all their columns anew."""
    (key,) = table.primary_key.columns
    given = _given(table).subquery("given")
    values = {one.name: given.columns[one.name] for one in table.columns if one is not key}
    return update(table).values(values).where(key == given.columns[key.name])


def _given(table: Table) -> Select[Any]:
    columns: list[Column[Any]] = list(table.columns)
    arrays = [bindparam(f"all_{one.name}", type_=ARRAY(one.type)) for one in columns]
    derived = func.unnest(*arrays).table_valued(*(column(one.name, one.type) for one in columns), name="given")
    return select(*derived.render_derived().columns)


def arrays(table: Table, rows: Iterable[Any]) -> dict[str, list[Any]]:
    """Parameters from objects that have the columns as attributes."""
    names = list(table.columns.keys())
    read = attrgetter(*names)
    values = [read(row) for row in rows]
    return {f"all_{name}": list(each) for name, each in zip(names, zip(*values, strict=True), strict=True)}
