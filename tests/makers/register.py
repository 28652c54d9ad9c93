"""What districts have said of the register, as it lies in the database."""

from datetime import timedelta
from uuid import uuid4

from domain.access import Role
from domain.calendar import today
from domain.database import Database
from domain.elders.models import Elder, Household, HouseholdMember, KeyTagSet, Tag
from domain.merges.models import ElderMerge
from yiyang.district.addresses import DISTRICT
from yiyang.district.cast import District


async def make_households(database: Database, district: District) -> None:
    """The mother lives with her neighbour, and the ward with the mother until a month ago."""
    async with database.transaction("test") as session:
        household = Household()
        session.add(household)
        await session.flush()
        begun = today() - timedelta(days=400)
        for elder_id, until in (
            (district.mother_id, None),
            (district.neighbour_id, None),
            (district.ward_id, today() - timedelta(days=30)),
        ):
            session.add(
                HouseholdMember(
                    household_id=household.id, elder_id=elder_id, since=begun, until=until
                )
            )


async def make_key_tags(database: Database, district: District) -> None:
    """What the district has counted for a month, and will count from the next one on."""
    admin = district.players[Role.ADMIN].account_id
    async with database.transaction("test") as session:
        for days, tags in ((-30, [Tag.LIVES_ALONE]), (30, [Tag.LIVES_ALONE, Tag.DEMENTIA])):
            said = KeyTagSet(
                region_code=DISTRICT,
                since=today() + timedelta(days=days),
                tags=[tag.value for tag in tags],
                set_by=admin,
            )
            session.add(said)


async def make_merges(database: Database, district: District) -> None:
    """The mother and the ward had second entries, which nobody can take apart any more."""
    admin = district.players[Role.ADMIN].account_id
    async with database.transaction("test") as session:
        for elder_id in (district.mother_id, district.ward_id):
            elder = await session.get_one(Elder, elder_id)
            merged = ElderMerge(
                kept_id=elder.id,
                duplicate_id=uuid4(),
                region_code=elder.region_code,
                duplicate_region_code=elder.region_code,
                reason="身份证号录入有误",
                merged_by=admin,
            )
            session.add(merged)
