"""Keys are rotated beside whoever writes, are stopped and go on, and name what does not open."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from domain.crypto import Vault
from domain.database import Database
from domain.elders.models import Elder
from domain.metadata import METADATA
from domain.rotation import BATCH, Rotation, SealedColumn, counted, sealed_columns
from tests.conftest import ELDERS

ADDRESS = next(one for one in sealed_columns(METADATA) if str(one) == "elder.address_cipher")


@pytest.fixture
def rotated(vault: Vault) -> Vault:
    """A newer key in front; the old one still opens."""
    return replace(vault, keys={"new1": bytes([7] * 32), **vault.keys}, current="new1")


def unwatched(_: int) -> None:
    """Progress that nobody looks at."""


async def addresses(database: Database, vault: Vault) -> dict[UUID, str]:
    rows = await database.fetch(select(col(Elder.id), col(Elder.address_cipher)), primary=True)
    return {key: vault.open(sealed, str(ADDRESS)) for key, sealed in rows}


def test_every_column_of_ciphertext_is_known() -> None:
    assert {"elder.address_cipher", "elder.id_number_cipher", "contact.phone_cipher"} <= {
        str(column) for column in sealed_columns(METADATA)
    }


async def test_every_column_is_sealed_anew_and_says_the_same(
    database: Database, vault: Vault, rotated: Vault
) -> None:
    before = await addresses(database, vault)
    for column in sealed_columns(METADATA):
        assert await Rotation(database, rotated, column, unwatched).run() == []
        assert set(await counted(database, column)) <= {"new1"}
    newest_alone = Vault({"new1": rotated.keys["new1"]}, "new1", vault.hash_key)
    assert await addresses(database, newest_alone) == before


async def test_stopped_in_the_middle_it_goes_on_with_the_rest(
    database: Database, rotated: Vault
) -> None:
    class Killed(Exception):
        """In the middle of the work."""

    def killed(_: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        await Rotation(database, rotated, ADDRESS, killed).run()
    assert await counted(database, ADDRESS) == {"new1": BATCH, "test": ELDERS - BATCH}
    looked_at = list[int]()
    await Rotation(database, rotated, ADDRESS, looked_at.append).run()
    assert await counted(database, ADDRESS) == {"new1": ELDERS}
    assert sum(looked_at) == ELDERS - BATCH


async def test_no_change_of_others_is_lost_or_waited_for(
    database: Database, vault: Vault, rotated: Vault
) -> None:
    """One writer holds a row over the whole rotation; others write all the time, with both keys."""
    expected = await addresses(database, vault)
    held, *others = expected
    over = asyncio.Event()

    async def write(key: UUID, address: str, sealing: Vault) -> None:
        sealed = sealing.seal(address, str(ADDRESS))
        statement = update(Elder).where(col(Elder.id) == key).values(address_cipher=sealed)
        async with database.transaction("test") as session:
            await session.execute(statement)
        expected[key] = address

    async def keep_writing(keys: list[UUID], sealing: Vault) -> None:
        while not over.is_set():
            for turn, key in enumerate(keys):
                await write(key, f"上城区清波街道清波门社区{turn}号", sealing)

    writers = [
        asyncio.create_task(keep_writing(others[::2], vault)),
        asyncio.create_task(keep_writing(others[1::2], rotated)),
    ]
    async with database.transaction("test") as session:
        anew = vault.seal("上城区望江街道近江社区9号", str(ADDRESS))
        statement = update(Elder).where(col(Elder.id) == held).values(address_cipher=anew)
        await session.execute(statement)
        for _ in range(3):
            assert await Rotation(database, rotated, ADDRESS, unwatched).run() == []
    expected[held] = "上城区望江街道近江社区9号"
    over.set()
    await asyncio.gather(*writers)
    assert await addresses(database, rotated) == expected
    await Rotation(database, rotated, ADDRESS, unwatched).run()
    assert await counted(database, ADDRESS) == {"new1": ELDERS}
    assert await addresses(database, rotated) == expected


async def test_two_at_once_share_the_work(database: Database, vault: Vault, rotated: Vault) -> None:
    before = await addresses(database, vault)
    await asyncio.gather(*(Rotation(database, rotated, ADDRESS, unwatched).run() for _ in range(2)))
    await Rotation(database, rotated, ADDRESS, unwatched).run()
    assert await counted(database, ADDRESS) == {"new1": ELDERS}
    assert await addresses(database, rotated) == before


async def test_what_does_not_open_is_named_and_left(database: Database, rotated: Vault) -> None:
    first, second = [row[0] for row in await database.fetch(select(col(Elder.id)).limit(2))]
    unknown_key = func.convert_to("none", "UTF8").concat(func.substr(col(Elder.address_cipher), 5))
    async with database.transaction("test") as session:
        for key, broken in ((first, unknown_key), (second, col(Elder.id_number_cipher))):
            statement = update(Elder).where(col(Elder.id) == key)
            await session.execute(statement.values(address_cipher=broken))
    named = await Rotation(database, rotated, ADDRESS, unwatched).run()
    assert sorted(named) == sorted(f"elder.address_cipher of {key}" for key in (first, second))
    assert await counted(database, ADDRESS) == {"new1": ELDERS - 2, "none": 1, "test": 1}


def test_a_column_knows_what_its_values_are_bound_to() -> None:
    (body,) = (one for one in sealed_columns(METADATA) if str(one) == "export_piece.body")
    assert isinstance(body, SealedColumn)
    assert [column.name for column in body.bound_to] == ["export_id", "starts_at"]
