"""Codes of beds as they lie in the database."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.access import Role
from domain.beds.code_models import CareCode, CareCodeEnd
from domain.beds.codes import new_code
from domain.beds.models import Bed
from domain.calendar import now
from domain.database import Database
from domain.secrets import hashed
from domain.stations.models import Station
from yiyang.district.cast import District


async def make_codes(database: Database, district: District, beds: int = 40) -> None:
    """A bed in so many has a code, and every other of these an old one beside."""
    issued_by = district.players[Role.STATION].account_id
    found = await database.fetch(
        select(col(Bed.id), col(Station.region_code))
        .join(Station, col(Station.id) == col(Bed.station_id))
        .order_by(col(Bed.id))
    )
    every = max(1, len(found) // beds)
    async with database.transaction("test") as session:
        for place, (bed_id, region_code) in enumerate(found[::every]):
            session.add(_code(bed_id, region_code, issued_by))
            if place % 2:
                old = _code(bed_id, region_code, issued_by)
                old.ended_at, old.ended_why, old.ended_by = now(), CareCodeEnd.ROTATED, issued_by
                session.add(old)


def _code(bed_id: UUID, region_code: str, issued_by: UUID) -> CareCode:
    return CareCode(
        bed_id=bed_id, region_code=region_code, code_hash=hashed(new_code()), issued_by=issued_by
    )
