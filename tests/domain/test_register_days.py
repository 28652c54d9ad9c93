"""Who was in the register on a past day, and where: counted once more by going back through the
log."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.access import Role
from domain.database import Database
from domain.elders.models import Elder, ElderField, ElderLog
from domain.elders.register_days import lived_in, registered_before
from tests.makers.canteens import make_elder
from tests.makers.visits import ELSEWHERE
from yiyang.district.addresses import communities
from yiyang.district.cast import District

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
HOURS = 100
_CODES = [place.code for place in communities()]
# Two of one street, one of another, and one of another district.
PLACES = (*_CODES[:2], _CODES[-1], ELSEWHERE)
REGIONS = ("33", "330102", _CODES[0][:9], *PLACES)


class Life(NamedTuple):
    """Where somebody lived, from which hour on.

    Parameters:
        entered: the hour of the entry; None where nobody remembers.
    """

    entered: int | None
    moves: list[tuple[int, str]]

    def is_in(self, region: str, hour: int) -> bool:
        """Whether they were entered, and lived there, just before an hour."""
        if self.entered is not None and self.entered >= hour:
            return False
        place = next(place for when, place in reversed(self.moves) if when < hour)
        return place.startswith(region)


def drawn(rng: Random) -> Life:
    """Someone who moves up to four times, also back, and twice within an hour."""
    entered = rng.choice([None, rng.randrange(HOURS)])
    first = -1 if entered is None else entered
    hours = sorted(rng.randrange(first + 1, HOURS + 1) for _ in range(rng.randrange(5)))
    return Life(entered, [(min(first, -1), PLACES[0]), *((at, rng.choice(PLACES)) for at in hours)])


async def lived(database: Database, district: District, life: Life) -> UUID:
    """A row with its log."""
    key = await make_elder(database, life.moves[-1][1])
    account_id = district.players[Role.ADMIN].account_id
    async with database.transaction("test") as session:
        elder = await session.get_one(Elder, key)
        elder.registered_at = None if life.entered is None else BEGAN + hours(life.entered)
        for (_, before), (at, after) in zip(life.moves, life.moves[1:], strict=False):
            line = ElderLog(
                elder_id=key,
                account_id=account_id,
                at=BEGAN + hours(at),
                field=ElderField.REGION,
                before=before,
                after=after,
            )
            session.add(line)
            await session.flush()
    return key


def hours(number: int) -> timedelta:
    return timedelta(hours=number)


@pytest.mark.parametrize("seed", range(3))
async def test_the_log_is_gone_back_through(
    database: Database, district: District, seed: int
) -> None:
    rng = Random(seed)
    people: dict[UUID, Life] = {}
    for _ in range(30):
        life = drawn(rng)
        people[await lived(database, district, life)] = life
    for hour in (0, 1, *rng.sample(range(2, HOURS), 6), HOURS + 1):
        moment = BEGAN + hours(hour)
        for region in REGIONS:
            there = registered_before(moment), lived_in(region, moment)
            mine = col(Elder.id).in_(people)
            found = await database.fetch(select(col(Elder.id)).where(mine, *there))
            wanted = {key for key, life in people.items() if life.is_in(region, hour)}
            assert {row[0] for row in found} == wanted, (hour, region)
