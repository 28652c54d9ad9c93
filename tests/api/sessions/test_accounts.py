"""A session acts in one of its person's accounts, and in no other."""

from uuid import UUID

import pytest
from sqlalchemy import func, update
from sqlmodel import col

from domain.access import Role
from domain.accounts.models import Account
from domain.database import Database
from domain.ids import public_id
from tests.clients import Api
from tests.logins import kept, refreshed, signed_in


async def test_a_person_with_two_accounts_changes_between_them(
    api: Api, database: Database, daughter: UUID
) -> None:
    tokens = await signed_in(api, database, daughter)
    assert {one["role"] for one in tokens["accounts"]} == {"FAMILY", "VOLUNTEER"}
    (other,) = (one for one in tokens["accounts"] if one != tokens["account"])
    changed = (await refreshed(api, tokens["refresh_token"], account=other["id"])).json()
    assert changed["account"] == other
    stays = (await refreshed(api, changed["refresh_token"])).json()
    assert stays["account"] == other
    grant = api.key.verify(stays["access_token"])
    assert grant.actor.role.value == other["role"]
    assert grant.session == api.key.verify(tokens["access_token"]).session


@pytest.mark.parametrize("whose", ["somebody else's", "nobody's", "over"])
async def test_no_account_but_ones_own_in_force(
    api: Api, database: Database, daughter: UUID, whose: str
) -> None:
    tokens = await signed_in(api, database, daughter)
    volunteer = api.district.players[Role.VOLUNTEER].account_id
    if whose == "over":
        async with database.transaction("test") as session:
            over = update(Account).where(col(Account.id) == volunteer)
            await session.execute(over.values(until=func.now()))
    key = {
        "somebody else's": api.district.neighbour_daughter_id,
        "nobody's": UUID(int=1),
        "over": volunteer,
    }[whose]
    before = await kept(database)
    answer = await refreshed(api, tokens["refresh_token"], account=public_id("account", key))
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert await kept(database) == before
    assert (await refreshed(api, tokens["refresh_token"])).status_code == 200
