"""PostgreSQL itself lets an elder belong to one place of care a day, whoever writes."""

import pytest

from domain.database import Database
from domain.errors import AlreadyExists
from tests.makers.beds import make_station, region_of
from tests.makers.stations import clear_belonging, make_assignment
from yiyang.district.cast import District


@pytest.mark.parametrize(
    ("since", "until", "clashes"),
    [
        (-20, -10, False),
        (-20, -9, True),
        (-1, 0, True),
        (0, None, False),
        (-1, None, True),
        # Ended before it began.
        (-5, -5, False),
    ],
)
async def test_an_elder_belongs_to_at_most_one_place_a_day(
    database: Database, district: District, since: int, until: int | None, clashes: bool
) -> None:
    """Who belongs to a place until a day belongs to another from that day on."""
    await clear_belonging(database)
    elder, region = district.mother_id, await region_of(database, district.mother_id)
    one, other = [await make_station(database, region) for _ in range(2)]
    await make_assignment(database, one, elder, -10, 0)
    await make_assignment(database, other, district.ward_id, since, until)
    if not clashes:
        await make_assignment(database, other, elder, since, until)
        return
    with pytest.raises(AlreadyExists) as refusal:
        await make_assignment(database, other, elder, since, until)
    assert refusal.value.facts["constraint"] == "station_assignment_elder_once"
