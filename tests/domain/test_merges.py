"""Merges as PostgreSQL sees them: in how many statements, and under whose keys."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api.plan.shapes import declared_nodes, row_type_of
from domain.access import Actor, Role
from domain.advising import contact_notes, lists, needs
from domain.advising.models import CareNeedKind, CareNeedSource, CareNeedUrgency, ContactChannel
from domain.crypto import Vault
from domain.database import Database
from domain.elders.models import Elder
from domain.errors import NotFound
from domain.health.kinds import MeasurementKind
from domain.merges import service
from domain.merges.blocking import SHOWN
from domain.merges.colliding import colliding
from domain.merges.health import say_anew
from domain.merges.rows import ONLY_ADDED, Belonging, keys_of, moving, try_to_move
from domain.metadata import METADATA
from domain.rotation import Rotation, sealed_columns
from tests.makers.assessments import make_assessments
from tests.makers.canteens import make_elder
from tests.makers.health import entries_of, make_health, make_measurements
from tests.makers.register import make_households
from tests.makers.vital_signs import make_vital_signs
from tests.merging import SAME, everything
from tests.waiting import until
from yiyang.district.cast import District
from yiyang.district.scripts import COMMUNITY

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
NUMBER = "330102195001010000"


@pytest.fixture
def keeper(district: District) -> Actor:
    """Who keeps the register everywhere."""
    return Actor(district.players[Role.ADMIN].account_id, Role.ADMIN, None)


@pytest.fixture
def rotated(vault: Vault) -> Vault:
    """A newer key in front; the old one still opens."""
    return replace(vault, keys={"new1": bytes([7] * 32), **vault.keys}, current="new1")


@contextmanager
def counted(session: AsyncSession) -> Generator[list[str], None, None]:
    """The statements that are sent meanwhile."""
    sent, engine = list[str](), session.sync_session.get_bind().engine

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    def note_savepoint(_connection: Any, name: str) -> None:
        sent.append(name)

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "savepoint", note_savepoint)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "savepoint", note_savepoint)


async def pair(database: Database, kept: int, duplicates: int) -> tuple[UUID, UUID]:
    """Two entries with a weight a day each, from the same day on."""
    keys = [await make_elder(database, COMMUNITY) for _ in range(2)]
    for key, days in zip(keys, (kept, duplicates), strict=True):
        await make_measurements(database, key, MeasurementKind.WEIGHT, BEGAN, days)
    return keys[0], keys[1]


async def statements(database: Database, vault: Vault, actor: Actor, collisions: int) -> int:
    keep, duplicate = await pair(database, collisions, 2 * collisions)
    async with database.transaction("test") as session:
        with counted(session) as sent:
            await service.merge(session, vault, actor, keep, duplicate, SAME)
    ((left,),) = await database.rows(
        "SELECT count(*) FROM measurement WHERE elder_id = $1", (keep,), once=False
    )
    assert left == 2 * collisions
    return len(sent)


async def test_a_hundred_collisions_take_no_more_statements_than_three(
    database: Database, vault: Vault, keeper: Actor
) -> None:
    few = await statements(database, vault, keeper, 3)
    assert await statements(database, vault, keeper, 100) == few


BLOCKED = """SELECT count(*) FROM pg_stat_activity
  WHERE wait_event_type = 'Lock' AND datname = current_database()"""


@pytest.mark.parametrize("what", ["note", "need", "list"])
async def test_who_writes_of_a_duplicate_meanwhile_finds_nobody(
    database: Database, vault: Vault, keeper: Actor, district: District, what: str
) -> None:
    keep, duplicate = await pair(database, 0, 0)
    station = Actor(district.players[Role.STATION].account_id, Role.STATION, COMMUNITY[:6])

    async def write() -> None:
        async with database.transaction("test") as session:
            if what == "note":
                contact = contact_notes.Contact(ContactChannel.PHONE)
                await contact_notes.add(session, vault, station, duplicate, contact)
            elif what == "need":
                given = (CareNeedKind.MEALS, CareNeedUrgency.SOON, CareNeedSource.VISIT)
                await needs.add(session, vault, station, duplicate, needs.Found(*given))
            else:
                await lists.create(session, station, duplicate, [CareNeedKind.MEALS])

    async def waits() -> bool:
        return bool((await database.rows(BLOCKED, (), once=False))[0][0])

    async with database.transaction("test") as session:
        await service.merge(session, vault, keeper, keep, duplicate, SAME)
        writing = asyncio.create_task(write())
        await until(waits)
    with pytest.raises(NotFound):
        await writing


async def test_what_can_be_in_the_way_is_named_by_its_id(database: Database) -> None:
    """Of every table that has global ids, and a rule by which two rows of one elder collide."""
    rows = await database.rows(
        "SELECT DISTINCT indrelid::regclass::text FROM pg_index JOIN pg_attribute"
        " ON attrelid = indrelid AND attnum = ANY(indkey)"
        " WHERE attname = 'elder_id' AND (indisunique OR indisexclusion) AND NOT indisprimary",
        (),
        once=False,
    )
    collide = {row[0] for row in rows} & {one.table.name for one in moving()}
    nodes = {row_type_of(one).table.name for one in declared_nodes()}
    stand_together = {"contact", "elder_tag", *service.SET_ASIDE}
    assert (collide | {*ONLY_ADDED}) & nodes - stand_together <= SHOWN.keys()
    assert SHOWN.keys() <= nodes


@pytest.fixture
async def entries(database: Database, vault: Vault, district: District) -> list[UUID]:
    """Elders with something in every place that can have it."""
    await make_assessments(database, vault, district)
    await make_households(database, district)
    await make_vital_signs(database)
    await make_health(database, vault, district.mother_id, district.ward_id)
    return [district.mother_id, district.ward_id, district.neighbour_id]


async def test_what_collides_by_the_rules_is_what_postgresql_refuses(
    database: Database, vault: Vault, entries: list[UUID]
) -> None:
    """Of each table: whichever row cannot be moved alone is told, and no other."""
    tables = set[str]()
    for whose, to in permutations(entries, 2):
        async with database.transaction("test", dry_run=True) as session:
            await session.execute(text("SELECT set_config('yiyang.merging', 'on', true)"))
            for one in moving():
                if one.table.name in ONLY_ADDED:
                    continue
                keys = await keys_of(session, one, whose)
                await say_anew(session, vault, one, to, keys)
                told = await colliding(session, one, whose, to)
                alone = [(key, await moved(session, vault, one, whose, to, key)) for key in keys]
                refused = [key for key, gone in alone if not gone]
                assert sorted(map(str, told)) == sorted(map(str, refused)), one.name
                tables |= {one.table.name} if told else set()
    assert len(tables) >= 3, tables


async def moved(
    session: AsyncSession, vault: Vault, one: Belonging, whose: UUID, to: UUID, key: Any
) -> bool:
    return await try_to_move(session, vault, one, whose, to, [key]) is not None


async def test_keys_may_be_rotated_between_a_merge_and_its_undoing(
    database: Database, vault: Vault, rotated: Vault, keeper: Actor
) -> None:
    keep, duplicate = await pair(database, 2, 2)
    sealed = vault.seal(NUMBER, "elder.id_number_cipher")
    async with database.transaction("test") as session:
        for key in (keep, duplicate):
            session.add(next(iter(entries_of(vault, key))))
        numbered = update(Elder).where(col(Elder.id) == duplicate)
        await session.execute(numbered.values(id_number_cipher=sealed))
    before = await everything(database, vault, [keep, duplicate])
    async with database.transaction("test") as session:
        done = await service.merge(session, vault, keeper, keep, duplicate, SAME)
    for column in sealed_columns(METADATA):
        await Rotation(database, rotated, column, lambda _: None).run()
    newest_alone = Vault({"new1": rotated.keys["new1"]}, "new1", vault.hash_key)
    async with database.transaction("test") as session:
        await service.undo(session, newest_alone, keeper, done.id)
    assert await everything(database, newest_alone, [keep, duplicate]) == before
    assert NUMBER.encode() in [row["id_number_cipher"] for row in before["elder.id"]]
