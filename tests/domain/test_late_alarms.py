"""An alarm that came too late, and the one in time that lifts it."""

from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from domain.alarms.models import Alarm
from domain.alarms.service import raise_alarms
from domain.calendar import now
from domain.database import Database
from tests.signals import sos
from yiyang.district.cast import District


async def test_a_late_alarm_is_shown_and_a_press_in_time_lifts_it(
    database: Database, district: District
) -> None:
    look = select(col(Alarm.late), col(Alarm.level), col(Alarm.raised_at), col(Alarm.repeat_count))
    async with database.transaction("test") as session:
        late = await sos(session, district, late=True)
        await raise_alarms(session, [late])
    assert await database.fetch(look) == [(True, 0, late.at, 0)]
    async with database.transaction("test") as session:
        in_time = await sos(session, district)
        await raise_alarms(session, [in_time])
    assert await database.fetch(look) == [(False, 1, in_time.at, 1)]
    assert now() - in_time.at < timedelta(minutes=1)
