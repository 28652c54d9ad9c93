"""Rows that are said to be seen with another row are seen exactly where that one is, if they point
to one."""

import pytest
from sqlalchemy import func, select

import api.schema  # noqa: F401  # declares the types
from api.plan.shapes import RowType, declared_types, target_of
from domain.access import Role
from domain.database import Database
from tests.clients import Api

CLAIMS = [
    (row_type, role)
    for row_type in declared_types()
    for role in Role
    if row_type.visible.seen_with(role) is not None
]


@pytest.mark.parametrize(
    ("row_type", "role"), CLAIMS, ids=[f"{one.table.name}-{role}" for one, role in CLAIMS]
)
async def test_exactly_with_it(api: Api, database: Database, row_type: RowType, role: Role) -> None:
    actor, column = api.actor(role), row_type.visible.seen_with(role)
    target = target_of(column)
    with_it = column.in_(select(target.key).where(target.visible(actor)))
    seen = row_type.visible(actor)

    differs = (
        select(func.count())
        .select_from(row_type.table)
        .where(column.is_not(None), seen.is_distinct_from(with_it))
    )
    assert (await database.fetch(differs))[0][0] == 0
