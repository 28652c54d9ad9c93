"""Somebody is looked up by name, pinyin, initials, and the end of the id number."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from domain.access import Role
from domain.crypto import Vault, masked_id_number
from domain.database import Database
from domain.elders.indexing import index_numbers
from domain.elders.models import Elder
from domain.elders.search import END
from domain.elders.spelling import sought, spelled
from tests.clients import Api

FOUND = """query ($filter: ElderFilter) { elders(first: 200, filter: $filter) {
  totalCount nodes { id name } } }"""


async def names(api: Api, who: Role = Role.ADMIN, **filter: Any) -> list[str]:
    data = await api.data(who, FOUND, filter=filter)
    return [node["name"] for node in data["elders"]["nodes"]]


async def rename(database: Database, elder_id: UUID, name: str) -> None:
    async with database.transaction("test") as session:
        named = {"name": name, "spelling": spelled(name)}
        await session.execute(update(Elder).where(col(Elder.id) == elder_id).values(named))


@pytest.mark.parametrize(
    ("name", "finds", "finds_not"),
    [
        (
            "王秀英",
            ["王", "秀英", "王秀英", "wang", "WangXiu", "xiuying", "wxy", "wx", "ying"],
            ["xy1"],
        ),
        ("王秀英", ["wang xiu ying", "w"], ["xi y", "angxiu", "iuying", "英秀", "", "%", "王%"]),
        # Surnames are read as surnames, and found by who reads them otherwise.
        ("单田芳", ["shan", "shantian", "stf", "dan", "dtf"], ["chan"]),
        ("曾兰英", ["zeng", "zly", "ceng"], []),
        ("仇凤珍", ["qiu", "qfz", "chou"], []),
        ("尉迟恭", ["yuchi", "ycg", "weichi", "恭", "gong"], []),
        ("欧阳修", ["ouyang", "oyx", "xiu", "欧阳"], []),
        ("吕布", ["lv", "lvbu", "lb", "lü"], ["lubu"]),
        ("阿依古丽·买买提", ["买买提", "阿依古丽买买提", "maimaiti"], []),
        ("John Smith", ["john", "smith", "John Smith"], ["ohn"]),
    ],
    ids=["name", "parts", "单", "曾", "仇", "尉迟", "欧阳", "吕", "long", "latin"],
)
def test_a_name_is_found_as_it_is_typed(name: str, finds: list[str], finds_not: list[str]) -> None:
    spelling = spelled(name)
    assert spelling.isascii()
    for typed in finds:
        assert (sought(typed) or "?") in spelling, typed
    for typed in finds_not:
        assert (sought(typed) or "?") not in spelling, typed


async def test_search_by_name_pinyin_and_initials(api: Api, database: Database) -> None:
    district = api.district
    await rename(database, district.mother_id, "单凤珠")
    await rename(database, district.neighbour_id, "单凤珍")
    for typed in ("单凤", "shanfengzh", "fengzh", "sfz", "Shan Feng", "danfengzh"):
        assert {"单凤珠", "单凤珍"} <= set(await names(api, search=typed)), typed
    assert set(await names(api, search="凤珠")) >= {"单凤珠"}
    assert "单凤珍" not in await names(api, search="凤珠")
    for typed in ("", "%", "_", "-", "王 %", "\N{OLDER WOMAN}", "12"):
        assert await names(api, search=typed) == [], typed
    # Nobody finds whom they do not see.
    assert await names(api, Role.GUARDIAN, search="sfz") == []
    assert await names(api, Role.FAMILY, search="sfz", region="330102") == ["单凤珠"]


async def test_search_by_the_masked_id_s_end(api: Api, database: Database, vault: Vault) -> None:
    key = api.district.mother_id
    (row,) = await database.fetch(select(col(Elder.id_number_cipher)).where(col(Elder.id) == key))
    number = vault.open(row[0], "elder.id_number_cipher")
    await rename(database, key, "单凤珠")
    mother = "单凤珠"
    for typed in (number, number.lower(), number[-4:], masked_id_number(number) + number[-4:]):
        for role in (Role.STATION, Role.OFFICIAL, Role.ADMIN, Role.ELDER):
            assert mother in await names(api, role, idNumber=typed), typed
    for typed in ("", number[:6], number[-3:], number[:-1], masked_id_number(number)):
        assert await names(api, idNumber=typed) == []
    # Who may not be shown a number does not find out whose it is.
    assert await names(api, Role.FAMILY, idNumber=number) == []


async def test_entries_of_before_are_found_once_they_are_indexed(
    database: Database, vault: Vault
) -> None:
    async with database.transaction("test") as session:
        await session.execute(update(Elder).values(id_number_end_hash=None))
    done = 0
    while hashed := await index_numbers(database, vault):
        done += hashed
    rows = await database.fetch(select(col(Elder.id_number_cipher), col(Elder.id_number_end_hash)))
    assert len(rows) == done > 0
    for sealed, end in rows[:20]:
        number = vault.open(sealed, "elder.id_number_cipher")
        assert end == vault.digest(number[-4:], END)
