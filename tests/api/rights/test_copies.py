"""Somebody asks for a copy of all that is known of an elder."""

import json
import os
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from api.relay import key_of
from domain.access import Role
from domain.accounts.models import Account
from domain.crypto import Vault
from domain.elders.models import Contact, Elder
from domain.pieces import Pieces
from domain.rights import service
from domain.rights.holdings import HOLDINGS
from domain.rights.models import DataRequest, DataRequestPiece
from tests.exporting import working
from tests.makers.vital_signs import HEART_RATE, RESPIRATORY_RATE, make_vital_signs
from tests.rights import Desk
from tests.trail import trail


async def test_a_copy_holds_all_that_is_known_and_is_the_askers_alone(
    desk: Desk, database_url: str, vault: Vault
) -> None:
    await make_vital_signs(desk.database)
    request = await desk.asked(reason="我想看看")
    assert (await desk.shown(Role.ELDER, request))["reason"] == "我想看看"
    async with working(database_url, vault):
        assert (await desk.decided(request))["userErrors"] == []
        await desk.reached(request, "DONE")
    done = await desk.shown(Role.ELDER, request)
    path = done["url"]
    assert (await desk.shown(Role.STATION, request))["url"] is None
    answer = await desk.fetched(Role.ELDER, path)
    assert answer.headers["cache-control"] == "private, no-store"
    assert len(answer.content) == done["byteCount"]
    copy = json.loads(answer.content)
    assert copy.keys() - {"made_at"} == HOLDINGS.keys()
    assert {sign["value"] for sign in copy["vital_sign"]} == {HEART_RATE, RESPIRATORY_RATE}
    (elder,) = copy["elder"]
    async with desk.database.transaction("test") as session:
        stored = await session.get_one(Elder, desk.mother)
        phones = (
            await session.scalars(
                select(col(Contact.phone_cipher)).where(col(Contact.elder_id) == desk.mother)
            )
        ).all()
    assert elder["id_number"] == vault.open(stored.id_number_cipher, "elder.id_number_cipher")
    assert elder["address"] == vault.open(stored.address_cipher, "elder.address_cipher")
    assert not [name for name in elder if name.endswith(("_hash", "_masked", "_cipher"))]
    assert sorted(one["phone"] for one in copy["contact"]) == sorted(
        vault.open(phone, "contact.phone_cipher") for phone in phones
    )
    (seen,) = await trail(desk.database, action="data_request_download")
    assert (seen.actor_id, seen.elder_id) == (desk.api.actor(Role.ELDER).id, desk.mother)
    for stranger in (Role.STATION, Role.FAMILY, Role.OFFICIAL, Role.ADMIN):
        assert (await desk.fetched(stranger, path)).status_code == 404
    assert len(await trail(desk.database, action="data_request_download")) == 1


async def test_a_copy_is_gone_after_its_time(desk: Desk, vault: Vault) -> None:
    request = await desk.asked()
    await desk.decided(request)
    async with desk.database.transaction("worker") as session:
        await service.perform(session, vault, key_of(request, "data_request"))
    path = (await desk.shown(Role.ELDER, request))["url"]
    over = update(DataRequest).values(expires_at=func.now() - timedelta(seconds=1))
    async with desk.database.transaction("test") as session:
        await session.execute(over)
    assert (await desk.fetched(Role.ELDER, path)).status_code == 404
    async with desk.database.transaction("worker") as session:
        assert await service.expire(session) == 1
        assert await service.expire(session) == 0
    assert (await desk.shown(Role.ELDER, request))["state"] == "EXPIRED"
    assert await desk.database.fetch(select(col(DataRequestPiece.request_id))) == []


@pytest.mark.parametrize(
    "moved",
    [{"until": func.now()}, {"role": Role.DISPATCHER}, {"region_code": "330106"}],
    ids=["ended", "another role", "moved"],
)
async def test_a_role_that_ends_ends_the_transfer(
    desk: Desk, vault: Vault, moved: dict[str, Any]
) -> None:
    request = await desk.asked(Role.STATION)
    await desk.decided(request, desk.colleague)
    key, station = key_of(request, "data_request"), desk.api.actor(Role.STATION)
    pieces, large = Pieces(DataRequestPiece, DataRequestPiece.request_id), 32
    async with desk.database.transaction("worker") as session:
        await service.perform(session, vault, key)
        copy = await session.get_one(DataRequest, key)
        # More than any socket holds back, and nothing that could be compressed.
        for _ in range(large):
            body = pieces.packed(vault, key, copy.byte_count, os.urandom(2**20))
            session.add(DataRequestPiece(request_id=key, starts_at=copy.byte_count, body=body))
            copy.byte_count += 2**20
    headers = {"Authorization": f"Bearer {desk.api.token(station)}"}
    url = f"http://127.0.0.1:{desk.api.port}{(await desk.shown(station, request))['url']}"
    async with desk.api.http.stream("GET", url, headers=headers) as response:
        assert response.status_code == 200
        chunks = response.aiter_raw()
        await anext(chunks)
        async with desk.database.transaction("test") as session:
            mine = update(Account).where(col(Account.id) == station.id)
            await session.execute(mine.values(**moved))
        with pytest.raises(httpx.RemoteProtocolError, match="closed connection"):
            _ = [chunk async for chunk in chunks]
    assert (await desk.api.http.get(url, headers=headers)).status_code == 404
