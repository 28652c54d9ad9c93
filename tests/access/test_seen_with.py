"""Rows that are said to be seen with another row are seen exactly where that one is, if they point
to one."""

import pytest
from sqlalchemy import func, select

import api.schema  # noqa: F401  # declares the types
from api.plan.shapes import RowType, declared_types, target_of
from domain.access import Role
from tests.api.plan.desk import Desk

CLAIMED = [
    row_type
    for row_type in declared_types()
    if any(row_type.visible.seen_with(role) is not None for role in Role)
]


@pytest.fixture(scope="session")
def cloned(filled: str) -> str:
    """There is something of all."""
    return filled


@pytest.mark.parametrize("row_type", CLAIMED, ids=lambda row_type: row_type.table.name)
async def test_exactly_with_it(desk: Desk, row_type: RowType) -> None:
    assert (await desk.database.fetch(select(func.count()).select_from(row_type.table)))[0][0]
    for role in Role:
        column = row_type.visible.seen_with(role)
        if column is None:
            continue
        actor, target = desk.actor(role), target_of(column)
        with_it = column.in_(select(target.key).where(target.visible(actor)))
        seen = row_type.visible(actor)
        differs = (
            select(func.count())
            .select_from(row_type.table)
            .where(column.is_not(None), seen.is_distinct_from(with_it))
        )
        assert (await desk.database.fetch(differs))[0][0] == 0, role
