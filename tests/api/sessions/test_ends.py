"""A session lasts no longer than it may, nor than its account, and is forgotten in the end."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlmodel import col

from domain.accounts.models import Account
from domain.database import Database
from domain.sessions.models import LoginSession, RefreshToken, SessionEnd
from domain.sessions.service import Device, Lifetimes, prune
from tests.clients import Api
from tests.logins import refreshed, signed_in


async def test_a_token_ends_with_its_account_and_without_one_nobody_goes_on(
    api: Api, database: Database, daughter: UUID
) -> None:
    tokens = await signed_in(api, database, daughter)
    async with database.transaction("test") as session:
        theirs = update(Account).where(col(Account.person_id) == daughter)
        soon = func.now() + timedelta(seconds=60)
        await session.execute(theirs.values(until=soon))
    tokens = (await refreshed(api, tokens["refresh_token"])).json()
    assert tokens["expires_in"] <= 60
    async with database.transaction("test") as session:
        await session.execute(theirs.values(until=func.now()))
    answer = await refreshed(api, tokens["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (401, "sign_in_again")


async def test_a_session_lasts_no_longer_than_it_may(
    api: Api, database: Database, daughter: UUID
) -> None:
    short = Lifetimes(refresh=timedelta(days=30), session=timedelta(days=1))
    tokens = await signed_in(api, database, daughter, short)
    await refreshed(api, tokens["refresh_token"])
    ends = await database.fetch(select(col(RefreshToken.expires_at)))
    begun = datetime.now(UTC)
    assert len(ends) == 2
    assert all(row[0] <= begun + timedelta(days=1) for row in ends)


async def test_long_over_sessions_and_their_tokens_are_dropped(
    api: Api, database: Database, daughter: UUID
) -> None:
    for _ in range(3):
        await signed_in(api, database, daughter, device=Device("x" * 500))
    long_ago = datetime.now(UTC) - timedelta(days=31)
    async with database.transaction("test") as session:
        first, second, third = (await session.scalars(select(LoginSession))).all()
        assert first.device == "x" * 100
        first.expires_at = long_ago
        second.ended_at, second.ended_why = long_ago, SessionEnd.LOGOUT
        await session.flush()
        assert await prune(session) == 4
        assert (await session.scalars(select(col(LoginSession.id)))).all() == [third.id]
