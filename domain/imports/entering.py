"""A worker's part: a file is read, looked through, and, once its owner has said so, entered.

To enter it everything is looked at again, in the transaction that writes: what was good yesterday
may be in the register today.
"""

import asyncio
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.accounts.periods import still_is
from domain.audit.service import Act, Source, record
from domain.calendar import now
from domain.crypto import Vault
from domain.database import Database
from domain.elders.contacts import first_contact
from domain.elders.models import Contact, Elder, ElderTag
from domain.elders.registry import enter, not_registering_in
from domain.elders.search import WHOLE
from domain.elders.tagging import new_tag
from domain.errors import AlreadyExists, DomainError, InvalidInput, NotFound
from domain.imports import sheets
from domain.imports.faults import Fault
from domain.imports.lifecycle import ImportAction, ImportState
from domain.imports.models import ElderImport, ElderImportFault, ImportColumn, ImportFailure
from domain.imports.rows import Entry, Places, Sheet, places_named, read_sheet
from domain.imports.service import at_work, fail, file_of, move
from domain.imports.sheets import MOST_ROWS, Row, Unreadable
from domain.many import add_many
from domain.reasons import Reason
from domain.regions.models import Region, RegionLevel
from domain.tables import within

_BATCH = 200
"""Elders who are written at once: between two batches others take their turn."""

_TRIES = 3
"""How often a file is looked through of whose elders one was entered meanwhile."""

_WORKER = "worker"


async def work_on(database: Database, vault: Vault, import_id: UUID) -> None:
    """Look an import's file through, or enter its elders; nothing for one that has ended.

    Raises: the errors of a database that is away.
    """
    async with database.transaction(_WORKER) as session:
        found = await at_work(session, import_id)
        content = file_of(found, vault) if found else None
    if content is None:
        return
    try:
        rows = await sheets.read(content)
    except Unreadable:
        await give_up(database, import_id, ImportFailure.UNREADABLE)
        return
    if len(rows) > MOST_ROWS + 1:
        await give_up(database, import_id, ImportFailure.TOO_LARGE)
        return
    for _ in range(_TRIES - 1):
        try:
            await _judged(database, vault, import_id, rows)
            return
        except AlreadyExists:
            continue
    await _judged(database, vault, import_id, rows)


async def give_up(database: Database, import_id: UUID, failure: ImportFailure) -> None:
    """Say that an import has come to nothing."""
    async with database.transaction(_WORKER) as session:
        await fail(session, import_id, failure)


async def _judged(database: Database, vault: Vault, import_id: UUID, rows: Sequence[Row]) -> None:
    """One transaction. Raises: AlreadyExists where somebody was entered while it ran."""
    async with database.transaction(_WORKER) as session:
        found = await at_work(session, import_id)
        if found is None:
            return
        actor = Actor(found.account_id, found.role, found.region_code)
        allowed = actor.may(Permission.ELDER_IMPORT)
        if not allowed or not await session.scalar(select(still_is(actor))):
            await fail(session, import_id, ImportFailure.RIGHTS_WITHDRAWN)
            return
        sheet = await _looked_through(session, vault, actor, rows)
        found.row_count, found.ignored = sheet.row_count, sheet.ignored
        found.bad_row_count = len({fault.row for fault in sheet.faults})
        if sheet.faults:
            _keep(session, found, sheet.faults)
            move(found, ImportAction.REFUSE)
        elif found.state is ImportState.WAITING:
            found.checked_at = now()
            move(found, ImportAction.CHECK)
        else:
            await _enter_all(session, vault, actor, sheet.entries)
            move(found, ImportAction.FINISH)


async def _looked_through(
    session: AsyncSession, vault: Vault, actor: Actor, rows: Sequence[Row]
) -> Sheet:
    places = await _places(session, actor, places_named(rows))
    # Half a second for 5,000 rows: alarms must not wait for it.
    sheet = await asyncio.to_thread(read_sheet, rows, places)
    sheet.faults += await _registered(session, vault, sheet)
    return sheet


async def _places(session: AsyncSession, actor: Actor, said: Collection[str]) -> Places:
    """Communities by code, or by a name that is one's own region's."""
    names = {text for text in said if not text.isdecimal()}
    here = within(col(Region.code), actor.region) if actor.region else col(Region.code).is_not(None)
    named = select(col(Region.name), col(Region.code)).where(
        col(Region.level) == RegionLevel.COMMUNITY, col(Region.name).in_(names), here
    )
    codes: dict[str, list[str]] = {text: [] if text in names else [text] for text in said}
    for name, code in await session.execute(named):
        codes[name].append(code)
    one = {text: found[0] for text, found in codes.items() if len(found) == 1}
    refused = await not_registering_in(session, actor, set(one.values()))
    places: dict[str, str | DomainError] = {
        text: refused.get(code, code) for text, code in one.items()
    }
    several = InvalidInput(None, reason=Reason.SEVERAL_PLACES)
    return {text: several if found else NotFound() for text, found in codes.items()} | places


async def _registered(session: AsyncSession, vault: Vault, sheet: Sheet) -> list[Fault]:
    """Rows of people who are in the register already; where, and as whom, is not said."""
    rows = {vault.digest(number, WHOLE): row for number, row in sheet.numbers.items()}
    known = select(col(Elder.id_number_hash)).where(col(Elder.id_number_hash).in_(rows))
    column, error = ImportColumn.ID_NUMBER, AlreadyExists()
    return [Fault.of(rows[one], column, error) for one in await session.scalars(known)]


def _keep(session: AsyncSession, found: ElderImport, faults: Sequence[Fault]) -> None:
    """In the order of the file, as it is put right."""
    places = {column: place for place, column in enumerate(ImportColumn)}
    ordered = sorted(faults, key=lambda one: (one.row, places[one.column] if one.column else -1))
    session.add_all(
        ElderImportFault(
            import_id=found.id,
            row_number=one.row,
            in_column=one.column,
            code=one.code,
            facts=one.facts,
        )
        for one in ordered
    )


async def _enter_all(
    session: AsyncSession, vault: Vault, actor: Actor, entries: Sequence[Entry]
) -> None:
    for start in range(0, len(entries), _BATCH):
        batch = entries[start : start + _BATCH]
        elders = await enter(session, vault, [one.fields for one in batch], actor.id)
        tags, contacts = list[ElderTag](), list[Contact]()
        for elder, entry in zip(elders, batch, strict=True):
            tags += [new_tag(elder, tag, actor.id) for tag in entry.tags]
            if entry.contact:
                contact, line = first_contact(vault, elder, entry.contact, actor.id)
                contacts.append(contact)
                session.add(line)
        await add_many(session, [*tags, *contacts])
        acts = [Act("elder_import", Elder.__tablename__, one.id, one.id) for one in elders]
        record(session, actor, Source(), acts)
