"""A worker's part: a file is read, looked through, and, once its owner has said so, entered.

To enter it everything is looked at again, in the transaction that writes: what was good yesterday
may be in the register today.
"""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
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
from domain.imports.service import (
    at_work,
    begin,
    fail,
    is_tried_out,
    move,
    note_progress,
    uncount,
)
from domain.imports.sheets import MOST_ROWS, Row, Unreadable
from domain.many import add_many
from domain.outage import is_outage, passes
from domain.reasons import Reason
from domain.regions.models import Region, RegionLevel
from domain.tables import within

_BATCH = 200
"""Elders who are written at once: between two batches others take their turn."""

_TRIES = 3
"""How often a file is looked through of whose elders one was entered meanwhile."""

MOST_FAULTS = 1_000
"""Of what is wrong, so many are kept: more is no list that somebody goes through."""

_WORKER = "worker"

_RETRY_SECONDS, _UNCOUNTINGS = 2, 30


class _GivenUp(Exception):
    """The import is no longer what it was when the worker began: nothing of it is written."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a look through a file has found.

    Parameters:
        met: elders of the register whose id numbers are in the file.
    """

    sheet: Sheet
    met: Sequence[UUID]


async def work_on(database: Database, vault: Vault, import_id: UUID) -> None:
    """Look an import's file through, or enter its elders; nothing for one that has ended.

    Raises: the errors of a database that is away, once it is back: that it was is nobody's fault,
        and no attempt at the file.
    """
    async with database.transaction(_WORKER) as session:
        content = await begin(session, vault, import_id)
    if content is None:
        return
    rows = await _read(database, import_id, content)
    if rows is None:
        return
    try:
        with suppress(_GivenUp):
            await _Work(database, vault, import_id, rows).do()
    except Exception as failure:
        if passes(failure):
            await _uncounted(database, import_id)
        raise


async def give_up(database: Database, import_id: UUID, failure: ImportFailure) -> None:
    """Say that an import has come to nothing."""
    async with database.transaction(_WORKER) as session:
        await fail(session, import_id, failure)


async def tried_out(database: Database, import_id: UUID) -> bool:
    """Whether so many workers have begun at an import that no other is to."""
    async with database.transaction(_WORKER) as session:
        return await is_tried_out(session, import_id)


async def _uncounted(database: Database, import_id: UUID) -> None:
    """Written when the database is back. Whoever is told to stop need not wait for it for ever: it
    counts then, which does no harm once or twice."""
    for _ in range(_UNCOUNTINGS):
        try:
            async with database.transaction(_WORKER) as session:
                await uncount(session, import_id)
            return
        except Exception as failure:
            if not is_outage(failure):
                raise
        await asyncio.sleep(_RETRY_SECONDS)


async def _read(database: Database, import_id: UUID, content: bytes) -> Sequence[Row] | None:
    """The file's rows; None for one that is given up."""
    try:
        rows = await sheets.read(content)
    except Unreadable:
        await give_up(database, import_id, ImportFailure.UNREADABLE)
        return None
    if len(rows) > MOST_ROWS + 1:
        await give_up(database, import_id, ImportFailure.TOO_LARGE)
        return None
    return rows


@dataclass(frozen=True, slots=True)
class _Work:
    """A worker's turn at a file that was read."""

    database: Database
    vault: Vault
    import_id: UUID
    rows: Sequence[Row]

    async def do(self) -> None:
        """Look it through, or enter it; anew where somebody was entered while it ran.

        Raises: AlreadyExists where that goes on, _GivenUp.
        """
        for _ in range(_TRIES - 1):
            try:
                await self._judge()
                return
            except AlreadyExists:
                continue
        await self._judge()

    async def _judge(self) -> None:
        """One transaction. Raises: AlreadyExists, _GivenUp."""
        async with self.database.transaction(_WORKER) as session:
            begun = await at_work(session, self.import_id, lock=False)
            if begun is None:
                raise _GivenUp
            actor, state = Actor(begun.account_id, begun.role, begun.region_code), begun.state
            allowed = actor.may(Permission.ELDER_IMPORT)
            if not allowed or not await session.scalar(select(still_is(actor))):
                await fail(session, self.import_id, ImportFailure.RIGHTS_WITHDRAWN)
                return
            looked = await _looked_through(session, self.vault, actor, self.rows)
            if state is ImportState.ENTERING and not looked.sheet.faults:
                await self._enter_all(session, actor, looked.sheet.entries)
            found = await at_work(session, self.import_id)
            if found is None or found.state is not state:
                raise _GivenUp
            _conclude(session, actor, found, looked)

    async def _enter_all(
        self, session: AsyncSession, actor: Actor, entries: Sequence[Entry]
    ) -> None:
        for start in range(0, len(entries), _BATCH):
            batch = entries[start : start + _BATCH]
            await _enter(session, self.vault, actor, batch)
            # Of its own: what this one writes is seen by nobody before all is entered.
            async with self.database.transaction(_WORKER) as telling:
                await note_progress(telling, self.import_id, start + len(batch))


def _conclude(session: AsyncSession, actor: Actor, found: ElderImport, looked: _Looked) -> None:
    """Say what has become of an import."""
    sheet = looked.sheet
    found.row_count = found.done_count = sheet.row_count
    found.ignored, found.fault_count = sheet.ignored, len(sheet.faults)
    found.bad_row_count = len({fault.row for fault in sheet.faults})
    if sheet.faults:
        _keep(session, found, sheet.faults)
        # Who asks for others' id numbers by way of a file is in these others' trail.
        table = ElderImport.__tablename__
        acts = [Act("elder_import_refuse", table, found.id, one) for one in looked.met]
        record(session, actor, Source(), acts)
        move(session, found, ImportAction.REFUSE)
    elif found.state is ImportState.WAITING:
        found.checked_at = now()
        move(session, found, ImportAction.CHECK)
    else:
        move(session, found, ImportAction.FINISH)


async def _looked_through(
    session: AsyncSession, vault: Vault, actor: Actor, rows: Sequence[Row]
) -> _Looked:
    places = await _places(session, actor, places_named(rows))
    # Half a second for 5,000 rows: alarms must not wait for it.
    sheet = await asyncio.to_thread(read_sheet, rows, places)
    met = await _met(session, vault, sheet)
    return _Looked(sheet, met)


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


async def _met(session: AsyncSession, vault: Vault, sheet: Sheet) -> list[UUID]:
    """Who is in the register already. Their rows are faults; where, and as whom, is not said."""
    rows = {vault.digest(number, WHOLE): row for number, row in sheet.numbers.items()}
    known = select(col(Elder.id), col(Elder.id_number_hash)).where(
        col(Elder.id_number_hash).in_(rows)
    )
    met, column, error = list[UUID](), ImportColumn.ID_NUMBER, AlreadyExists()
    for key, hashed in await session.execute(known):
        sheet.faults.append(Fault.of(rows[hashed], column, error))
        met.append(key)
    return met


def _keep(session: AsyncSession, found: ElderImport, faults: Sequence[Fault]) -> None:
    """In the order of the file, as it is put right; the first ones of many."""
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
        for one in ordered[:MOST_FAULTS]
    )


async def _enter(session: AsyncSession, vault: Vault, actor: Actor, batch: Sequence[Entry]) -> None:
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
