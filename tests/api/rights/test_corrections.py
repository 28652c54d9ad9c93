"""Somebody says that the register is wrong."""

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from domain.access import Role
from domain.crypto import Vault
from domain.elders.models import Elder
from domain.ids import public_id
from domain.rights.models import DataRequest
from tests.rights import Desk

ID_NUMBER = "11010519491231002X"
"""The standard's own example, with a good check character."""


@pytest.mark.parametrize(
    ("field", "wanted", "shown"),
    [
        ("NAME", "沈桂香", {"name": "沈桂香"}),
        ("BIRTH_DATE", "1938-02-28", {"birthDate": "1938-02-28"}),
        ("ADDRESS", "上城区清波街道清波门社区7号", {"address": "上城区清波街道清波门社区****"}),
        ("ID_NUMBER", ID_NUMBER, {}),
        ("PHONE", "+86 138-1234-5678", {"phone": "138****5678"}),
    ],
)
async def test_a_correction_is_made_when_it_is_granted(
    desk: Desk, vault: Vault, field: str, wanted: str, shown: dict[str, str]
) -> None:
    request = await desk.asked(kind="CORRECTION", field=field, wanted=wanted)
    (row,) = await desk.database.fetch(select(col(DataRequest.wanted_cipher)))
    assert wanted.encode() not in row[0]
    answer = await desk.decided(request)
    assert answer["dataRequest"]["state"] == "DONE"
    query = "query ($id: ID!) { elder(id: $id) { name birthDate address phone } }"
    elder = (await desk.api.data(Role.ELDER, query, id=public_id("elder", desk.mother)))["elder"]
    assert shown.items() <= elder.items()
    if field == "ID_NUMBER":
        async with desk.database.transaction("test") as session:
            stored = await session.get_one(Elder, desk.mother)
        assert stored.id_number_masked == "110105************"
        assert stored.id_number_hash == vault.digest(wanted, "elder.id_number_hash")
        assert vault.open(stored.id_number_cipher, "elder.id_number_cipher") == wanted


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "CORRECTION"}, "field"),
        ({"kind": "CORRECTION", "field": "NAME"}, "wanted"),
        ({"kind": "CORRECTION", "field": "NAME", "wanted": "  "}, "wanted"),
        ({"kind": "CORRECTION", "field": "NAME", "wanted": "长" * 201}, "wanted"),
        ({"kind": "CORRECTION", "field": "BIRTH_DATE", "wanted": "1938-02-30"}, "wanted"),
        ({"kind": "CORRECTION", "field": "BIRTH_DATE", "wanted": "2999-01-01"}, "wanted"),
        ({"kind": "CORRECTION", "field": "ID_NUMBER", "wanted": "110105194912310021"}, "wanted"),
        ({"kind": "CORRECTION", "field": "PHONE", "wanted": "12012345678"}, "wanted"),
        ({"kind": "ERASURE", "wanted": "x"}, "wanted"),
        ({"reason": "长" * 2001}, "reason"),
    ],
    ids=lambda given: "-".join(map(str, given.values()))[:40] if isinstance(given, dict) else given,
)
async def test_a_request_makes_sense(desk: Desk, given: dict[str, Any], field: str) -> None:
    before = await desk.everything()
    (error,) = (await desk.submit(**given))["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", field)
    assert await desk.everything() == before


async def test_an_id_number_of_somebody_else_is_none(desk: Desk, vault: Vault) -> None:
    taken = {"id_number_hash": vault.digest(ID_NUMBER, "elder.id_number_hash")}
    other = update(Elder).where(col(Elder.id) == desk.api.district.neighbour_id).values(taken)
    async with desk.database.transaction("test") as session:
        await session.execute(other)
    request = await desk.asked(kind="CORRECTION", field="ID_NUMBER", wanted=ID_NUMBER)
    before = await desk.everything()
    (error,) = (await desk.decided(request))["userErrors"]
    assert error["code"] == "ALREADY_EXISTS"
    assert ID_NUMBER not in error["message"]
    assert await desk.everything() == before
