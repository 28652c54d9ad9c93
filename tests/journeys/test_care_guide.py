"""The story of docs/care.md as it stands there: each operation, and the answer below it."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor
from domain.accounts.models import Account
from domain.beds.models import BedKind
from domain.calendar import now, today
from domain.database import Database
from domain.ids import parse_public_id
from domain.stations.models import StationKind
from tests.clients import Api
from tests.journeys.telling import Told, is_as_written, story
from tests.makers.beds import make_bed, make_station
from yiyang.district.scripts import COMMUNITY

GUIDE = Path(__file__).parents[2] / "docs" / "care.md"
OF_THE_DAY = {"due", "visited", "missing", "share", "value", "rowCount", "amongCount", "totalCount"}
"""Figures that are others each time; they are figures all the same."""

_PLACEHOLDER = r"([a-z_]+?)_([A-Z]?)…"


@pytest.fixture(autouse=True)
async def homes(database: Database) -> None:
    """Two more, as the demo has: so small a district as the tests' has one."""
    for _ in range(2):
        home = await make_station(database, COMMUNITY, kind=StationKind.NURSING_HOME)
        await make_bed(database, home, kind=BedKind.INSTITUTION)


def moments() -> dict[str, str]:
    """What stands for the arguments that are moments or days."""
    soon, day = now() + timedelta(minutes=5), today()
    return {
        "scheduledFrom": soon.isoformat(),
        "scheduledTo": (soon + timedelta(hours=1)).isoformat(),
        "heldUntil": (soon + timedelta(days=2)).isoformat(),
        "since": (day - timedelta(days=9)).isoformat(),
        "until": (day + timedelta(days=900)).isoformat(),
        **dict.fromkeys(("assessedOn", "on", "month"), day.isoformat()),
    }


def filled_in(operation: str, seen: dict[str, str]) -> str:
    """With what was shown where the page has an ellipsis."""
    named = re.sub(rf'"{_PLACEHOLDER}"', lambda one: f'"{seen[one[0].strip(chr(34))]}"', operation)
    return re.sub(r'(\w+): "…"', lambda one: f'{one[1]}: "{seen[one[1]]}"', named)


def remember(seen: dict[str, str], answer: Any, written: Any, name: str = "") -> None:
    """Take over what stands where the page has an ellipsis."""
    if isinstance(written, dict):
        for key, value in written.items():
            remember(seen, answer[key], value, key)
    elif isinstance(written, list):
        for one, other in zip(answer, written, strict=True):
            remember(seen, one, other)
    elif isinstance(written, str) and re.fullmatch(_PLACEHOLDER, written):
        seen[written] = answer
    elif written == "…":
        seen.setdefault(name, answer)


async def whoever(api: Api, database: Database, told: Told, seen: dict[str, str]) -> Actor:
    """Whose token an operation takes."""
    if not told.person:
        return api.actor(told.role)
    accounts = select(col(Account.id), col(Account.region_code)).where(
        col(Account.role) == told.role
    )
    known = parse_public_id(seen.get(told.person, ""))
    one = col(Account.id) == known[1] if known else col(Account.name) == told.person
    ((key, region),) = await database.fetch(accounts.where(one))
    return Actor(key, told.role, region)


async def an_hour_passes(database_url: str) -> None:
    """Since the check-in."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "UPDATE visit_task SET claimed_at = claimed_at - interval '61 minutes',"
        " checked_in_at = checked_in_at - interval '61 minutes',"
        " check_in_recorded_at = check_in_recorded_at - interval '61 minutes'"
        " WHERE state = 'CHECKED_IN'"
    )
    await connection.close()


async def test_the_story_can_be_copied(api: Api, database: Database, database_url: str) -> None:
    seen = moments()
    for told in story(GUIDE):
        if "visitCheckOut" in told.operation:
            await an_hour_passes(database_url)
        who = await whoever(api, database, told, seen)
        answer = await api.data(who, filled_in(told.operation, seen))
        assert is_as_written(answer, told.answer, OF_THE_DAY), (told.operation, answer)
        remember(seen, answer, told.answer)
