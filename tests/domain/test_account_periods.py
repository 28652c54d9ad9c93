"""An account may be used from its first moment until just before its last."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import literal, select
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account, Person
from domain.accounts.periods import (
    account_in_force,
    accounts_of,
    actor_of,
    ends_with,
    in_force,
    is_in_force,
)
from domain.calendar import now
from domain.database import Database
from domain.errors import NotFound

NOW = now()
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)

PERIODS = {
    "begun": (NOW - DAY, None, True),
    "begins": (NOW, None, True),
    "to come": (NOW + SECOND, None, False),
    "ends later": (NOW - DAY, NOW + SECOND, True),
    "ends": (NOW - DAY, NOW, False),
    "over": (NOW - DAY, NOW - SECOND, False),
    "never": (NOW, NOW, False),
}


def account(
    since: datetime,
    until: datetime | None,
    person_id: UUID | None = None,
    role: Role = Role.AUDITOR,
) -> Account:
    return Account(name="王乐", role=role, since=since, until=until, person_id=person_id)


@pytest.mark.parametrize("name", list(PERIODS))
async def test_from_its_first_moment_until_before_its_last(database: Database, name: str) -> None:
    since, until, expected = PERIODS[name]
    assert in_force(account(since, until), NOW) is expected
    async with database.transaction("test") as session:
        one = account(since, until)
        session.add(one)
        await session.flush()
        found = select(Account).where(col(Account.id) == one.id, is_in_force(literal(NOW)))
        assert (await session.scalar(found) is one) is expected


async def test_a_persons_accounts_that_may_be_used_now(database: Database) -> None:
    async with database.transaction("test") as session:
        person, other = Person(name="王乐"), Person(name="王乐")
        session.add_all([person, other])
        await session.flush()
        periods = [(since, until) for since, until, _ in PERIODS.values()]
        theirs = [
            account(since - DAY, until and until - DAY, person.id, role)
            for (since, until), role in zip(periods, Role, strict=False)
        ]
        session.add_all([*theirs, account(NOW - DAY, None, person_id=other.id)])
        await session.flush()
        usable = [one for one in theirs if in_force(one)]
        assert len(usable) == 3
        assert list(await accounts_of(session, person.id)) == usable
        for one in theirs:
            if one in usable:
                assert await account_in_force(session, one.id, person.id) is one
                assert await account_in_force(session, one.id) is one
            else:
                with pytest.raises(NotFound):
                    await account_in_force(session, one.id)
            with pytest.raises(NotFound):
                await account_in_force(session, one.id, other.id)


def test_no_token_outlives_its_account() -> None:
    assert ends_with(account(NOW, None), NOW + DAY) == NOW + DAY
    assert ends_with(account(NOW, NOW + DAY), NOW + SECOND) == NOW + SECOND
    assert ends_with(account(NOW, NOW + SECOND), NOW + DAY) == NOW + SECOND


def test_an_account_acts_in_its_role_and_region() -> None:
    key = UUID(int=7)
    official = Account(id=key, name="王乐", role=Role.OFFICIAL, region_code="330102")
    assert actor_of(official) == Actor(key, Role.OFFICIAL, "330102")
