"""Data requests as they lie in the database."""

from typing import Any
from uuid import UUID

from domain.access import Actor
from domain.calendar import today
from domain.database import Database
from domain.elders.models import Elder
from domain.rights.models import DataRequest, RequestKind


async def make_data_request(
    database: Database, elder_id: UUID, asked_by: Actor, **values: Any
) -> UUID:
    """A request for a copy that nobody has decided about; its key.

    Parameters:
        values: other columns.
    """
    async with database.transaction("test") as session:
        elder = await session.get_one(Elder, elder_id)
        given = {"kind": RequestKind.ACCESS, "due_on": today(), **values}
        request = DataRequest(
            elder_id=elder_id, region_code=elder.region_code, asked_by=asked_by.id, **given
        )
        session.add(request)
        await session.flush()
        return request.id
