"""What an erasure ends beside the register's own rows, what it waits for, and whose it leaves."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import col

from domain.access import Role
from domain.advising.models import Caseload
from domain.calendar import now, today
from domain.caregivers.models import CareAssignment, CareAssignmentKind
from domain.crypto import Vault
from domain.database import Database
from domain.elders.models import Elder
from domain.rights import service
from domain.rights.erasure import has_open_matters, kept_until
from domain.rights.lifecycle import RequestState
from domain.rights.models import CorrectedField, DataRequest, DataRequestPiece, Refusal, RequestKind
from domain.sessions.models import WechatIdentity
from tests.makers.accounts import make_account, make_person
from tests.makers.advising import make_caseload
from tests.makers.caregivers import make_assignment
from tests.makers.data_requests import make_data_request
from yiyang.district.cast import District


async def settled(database: Database) -> UUID:
    """An elder whose data nothing keeps."""
    async with database.transaction("test") as session:
        for elder_id in (await session.scalars(select(col(Elder.id)))).all():
            kept = await kept_until(session, elder_id)
            if kept is None and not await has_open_matters(session, elder_id):
                return elder_id
    raise AssertionError("something is going on with all of them")


async def approved(
    database: Database, district: District, elder_id: UUID, kind: RequestKind
) -> UUID:
    """A request that a worker is to carry out."""
    player = district.players[Role.STATION]
    station = await make_account(database, Role.STATION, region_code=player.region_code)
    decided = {"decided_by": player.account_id, "decided_at": now(), "state": RequestState.APPROVED}
    return await make_data_request(database, elder_id, station, kind=kind, **decided)


async def performed(database: Database, vault: Vault, request_id: UUID) -> DataRequest:
    async with database.transaction("worker") as session:
        await service.perform(session, vault, request_id)
    return await stored(database, request_id)


async def stored(database: Database, request_id: UUID) -> DataRequest:
    async with database.transaction("test") as session:
        return await session.get_one(DataRequest, request_id)


async def pieces(database: Database) -> list[Any]:
    return list(await database.fetch(select(col(DataRequestPiece.request_id))))


async def test_a_copy_does_not_outlive_what_it_was_copied_from(
    database: Database, district: District, vault: Vault
) -> None:
    elder_id = await settled(database)
    other = await performed(
        database,
        vault,
        await approved(database, district, district.mother_id, RequestKind.ACCESS),
    )
    copy = await approved(database, district, elder_id, RequestKind.ACCESS)
    assert (await performed(database, vault, copy)).byte_count > 0
    erasure = await approved(database, district, elder_id, RequestKind.ERASURE)
    assert (await performed(database, vault, erasure)).state is RequestState.DONE
    assert (await stored(database, copy)).state is RequestState.EXPIRED
    assert {row[0] for row in await pieces(database)} == {other.id}
    async with database.transaction("test") as session:
        assert (await session.get_one(Elder, elder_id)).care_level is None


async def test_nobody_looks_after_them_any_more(
    database: Database, district: District, vault: Vault
) -> None:
    elder_id, day = await settled(database), today()
    where = district.players[Role.STATION].region_code
    advisor, caregiver = [
        (await make_account(database, role, region_code=where)).id
        for role in (Role.ADVISOR, Role.CAREGIVER)
    ]
    began, over, future = day - timedelta(9), day - timedelta(2), day + timedelta(3)
    periods = [(began, None), (began, over), (future, None)]
    async with database.transaction("test") as session:
        for model in (Caseload, CareAssignment):
            await session.execute(delete(model).where(col(model.elder_id) == elder_id))
    await make_caseload(database, elder_id, advisor, since=began, until=over)
    await make_caseload(database, elder_id, advisor, since=over)
    for kind, (since, until) in zip(CareAssignmentKind, periods, strict=True):
        await make_assignment(database, elder_id, caregiver, kind, since=since, until=until)
    erasure = await approved(database, district, elder_id, RequestKind.ERASURE)
    assert (await performed(database, vault, erasure)).state is RequestState.DONE
    assert await ends(database, Caseload, elder_id) == [over, day]
    assert await ends(database, CareAssignment, elder_id) == [day, over, future]


async def ends(database: Database, model: Any, elder_id: UUID) -> list[Any]:
    """Of an elder's rows, in the order in which they were made."""
    whose = select(col(model.until)).where(col(model.elder_id) == elder_id)
    return [row[0] for row in await database.fetch(whose.order_by(col(model.id)))]


async def test_what_else_is_asked_for_comes_first(
    database: Database, district: District, vault: Vault
) -> None:
    elder_id = await settled(database)
    who = await make_account(database, Role.ELDER, elder_id=elder_id)
    await make_data_request(
        *(database, elder_id, who),
        kind=RequestKind.CORRECTION,
        field=CorrectedField.NAME,
        wanted_cipher=vault.seal("沈桂香", "data_request.wanted_cipher"),
    )
    erasure = await approved(database, district, elder_id, RequestKind.ERASURE)
    halted = await performed(database, vault, erasure)
    assert (halted.state, halted.refusal) == (RequestState.REFUSED, Refusal.OPEN_MATTERS)


async def test_who_is_also_a_volunteer_signs_in_as_one_afterwards(
    database: Database, district: District, vault: Vault
) -> None:
    left: list[int] = []
    for role in (None, Role.VOLUNTEER):
        elder_id = await settled(database)
        person_id = await make_person(database)
        await make_account(database, Role.ELDER, person_id, elder_id=elder_id)
        if role is not None:
            await make_account(database, role, person_id)
        identity = WechatIdentity(app_id="wx", openid_hash=elder_id.bytes * 2, person_id=person_id)
        async with database.transaction("test") as session:
            session.add(identity)
        erasure = await approved(database, district, elder_id, RequestKind.ERASURE)
        assert (await performed(database, vault, erasure)).state is RequestState.DONE
        theirs = select(col(WechatIdentity.id)).where(col(WechatIdentity.person_id) == person_id)
        left.append(len(await database.fetch(theirs)))
    assert left == [0, 1]
