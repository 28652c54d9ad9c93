"""Who has a phone, and what they are called, is not found out by trying to grant roles."""

import pytest

from domain.access import Actor, Role
from domain.crypto import Vault
from domain.database import Database
from tests.api.roles import STREET, a_phone, grant, make_official
from tests.clients import Api
from tests.makers.accounts import make_person

LEAST = 10
"""Tries at one phone."""


async def codes(
    api: Api, number: int, *, who: Actor | Role, whom: dict[str, str]
) -> list[str | None]:
    """What some tries that change nothing are answered."""
    found: list[str | None] = []
    for _ in range(number):
        payload = await grant(api, who, Role.VOLUNTEER, regionCode=STREET, dryRun=True, **whom)
        found += [error["code"] for error in payload["userErrors"]] or [None]
    return found


@pytest.mark.parametrize("known", [True, False])
async def test_names_of_a_phone_come_to_an_end(
    api: Api, database: Database, vault: Vault, known: bool
) -> None:
    phone = a_phone()
    if known:
        await make_person(database, "白露", vault=vault, phone=phone)
    official, admin = await make_official(database, vault), api.actor(Role.ADMIN)
    whom = {"phone": phone, "name": "白霜"}
    told = await codes(api, LEAST, who=official, whom=whom)
    assert told == ["INVALID_INPUT" if known else None] * LEAST
    for who in (official, admin):
        assert await codes(api, 1, who=who, whom=whom) == ["TOO_MANY_ATTEMPTS"]
    assert await codes(api, 1, who=official, whom={"phone": a_phone(), "name": "白露"}) == [None]


async def test_who_grants_no_roles_counts_against_nobody(
    api: Api, database: Database, vault: Vault
) -> None:
    whom = {"phone": a_phone(), "name": "白露"}
    refused = await codes(api, LEAST + 1, who=Role.FAMILY, whom=whom)
    assert refused == ["PERMISSION_DENIED"] * (LEAST + 1)
    official = await make_official(database, vault)
    assert await codes(api, 1, who=official, whom=whom) == [None]
