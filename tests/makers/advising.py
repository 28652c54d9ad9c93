"""Advisors' cases and elders' needs for tests, inserted past the service."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert
from sqlmodel import col

from domain.access import Role
from domain.advising import contact_notes
from domain.advising.lifecycle import CareNeedState, SuggestionItemState
from domain.advising.models import (
    CareNeed,
    CareNeedKind,
    CareNeedSource,
    CareNeedUrgency,
    Caseload,
    ContactChannel,
    ContactNote,
    SuggestionItem,
    SuggestionList,
)
from domain.advising.needs import NOTE
from domain.calendar import now, today
from domain.crypto import Vault, place
from domain.database import Database
from yiyang.district.cast import District


async def nobody_is_advised(database: Database) -> None:
    """Take away whatever advisors answer for, and what is needed."""
    async with database.transaction("test") as session:
        for table in (SuggestionItem, SuggestionList, ContactNote, Caseload, CareNeed):
            await session.execute(delete(table))


async def make_caseload(database: Database, elder_id: UUID, account_id: UUID, **more: Any) -> UUID:
    """An advisor's case, for the last ten days and on."""
    values = {
        "elder_id": elder_id,
        "account_id": account_id,
        "since": today() - timedelta(days=10),
        "set_by": account_id,
        **more,
    }
    async with database.transaction("test") as session:
        made = insert(Caseload).values(values).returning(col(Caseload.id))
        return (await session.execute(made)).scalar_one()


async def make_need(
    database: Database,
    elder_id: UUID,
    account_id: UUID,
    kind: CareNeedKind = CareNeedKind.MEALS,
    *,
    vault: Vault | None = None,
    **more: Any,
) -> UUID:
    """What an elder needs, with a note if there is a vault."""
    sealed = vault and vault.seal("浴室没有扶手", place(NOTE, elder_id))
    values = {
        "elder_id": elder_id,
        "kind": kind,
        "urgency": CareNeedUrgency.SOON,
        "source": CareNeedSource.VISIT,
        "note_cipher": sealed,
        "state": CareNeedState.OPEN,
        "opened_by": account_id,
        **more,
    }
    async with database.transaction("test") as session:
        made = insert(CareNeed).values(values).returning(col(CareNeed.id))
        return (await session.execute(made)).scalar_one()


async def make_contact_note(
    database: Database,
    elder_id: UUID,
    account_id: UUID,
    *,
    days_ago: float = 0,
    vault: Vault | None = None,
    **more: Any,
) -> UUID:
    """That somebody rang an elder up, with a note if there is a vault."""
    sealed = vault and vault.seal("一切安好", place(contact_notes.NOTE, elder_id))
    values = {
        "elder_id": elder_id,
        "channel": ContactChannel.PHONE,
        "contacted_at": now() - timedelta(days=days_ago),
        "note_cipher": sealed,
        "noted_by": account_id,
        "noted_at": now(),
        **more,
    }
    async with database.transaction("test") as session:
        made = insert(ContactNote).values(values).returning(col(ContactNote.id))
        return (await session.execute(made)).scalar_one()


async def make_suggestions(
    database: Database, elder_id: UUID, account_id: UUID, **more: Any
) -> UUID:
    """A list with meals, which nobody has answered to, and company, which is not wanted."""
    values = {"elder_id": elder_id, "made_by": account_id, **more}
    declined = {"answered_at": now(), "answered_by": account_id}
    async with database.transaction("test") as session:
        made = insert(SuggestionList).values(values).returning(col(SuggestionList.id))
        key = (await session.execute(made)).scalar_one()
        for kind, state, answered in (
            (CareNeedKind.MEALS, SuggestionItemState.PROPOSED, {}),
            (CareNeedKind.COMPANY, SuggestionItemState.DECLINED, declined),
        ):
            session.add(SuggestionItem(list_id=key, kind=kind, state=state, **answered))
    return key


async def make_advising(database: Database, vault: Vault, district: District) -> None:
    """The mother's and the neighbour's advisors and needs of now and before; no others are left."""
    await nobody_is_advised(database)
    players = district.players
    advisor, other = players[Role.ADVISOR].account_id, players[Role.OFFICIAL].account_id
    over = {"until": today() - timedelta(days=5), "ended_at": now(), "ended_by": other}
    await make_caseload(database, district.ward_id, advisor, **over)
    await make_caseload(database, district.neighbour_id, other)
    await make_caseload(database, district.mother_id, advisor)
    closed = {"closed_at": now(), "closed_by": advisor}
    for elder_id in (district.mother_id, district.neighbour_id, district.ward_id):
        await make_need(database, elder_id, advisor, vault=vault)
        await make_need(database, elder_id, advisor, state=CareNeedState.MET, **closed)
        await make_suggestions(database, elder_id, advisor)
        await make_contact_note(database, elder_id, advisor, days_ago=40, vault=vault)
    withdrawn = {"withdrawn_at": now(), "withdrawn_by": advisor}
    await make_contact_note(database, district.mother_id, advisor, **withdrawn)
    await make_suggestions(database, district.mother_id, advisor, **withdrawn)
