"""Two entries of one person become one; within thirty days they can be taken apart again.

The duplicate's rows are given to the kept one, and its own row is deleted: so no list, figure or
look-up needs to know of merges, and PostgreSQL's foreign keys say that nothing was left behind.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.calendar import now
from domain.crypto import Vault, place
from domain.elders.models import CareLevel, Elder
from domain.elders.registry import registered
from domain.errors import InvalidInput, MergeBlocked, NotFound, PermissionDenied
from domain.lines import line
from domain.merges.aside import opened, sealed
from domain.merges.blocking import shown
from domain.merges.family import links_ended_beside
from domain.merges.giving import give
from domain.merges.health import find_newest, forget_newest, say_anew
from domain.merges.levels import part_levels
from domain.merges.models import ElderMerge, ElderMergeRows, MergeChange
from domain.merges.rows import move, moving, put_back, set_aside
from domain.merges.together import call_in_order, call_last, join_tags, part_tags
from domain.merges.visibility import elder_merge_visible
from domain.metadata import METADATA
from domain.reasons import Reason
from domain.versions import check_version

UNDONE_WITHIN = timedelta(days=30)
"""How long a merge may be undone; then what was set aside is deleted."""

MAX_REASON = 200
"""Characters."""

_ASIDE = "elder_merge.aside_cipher"

SET_ASIDE = (
    "vital_sign",
    "household_member",
    "station_assignment",
    "visit_obligation",
    "elder_condition",
    "allergy",
    "measurement",
)
"""Tables of whose rows the kept elder's own stands for both where there can be one only. Not of
what is taken: which of two doses is right has to be said by somebody."""


async def merge(
    session: AsyncSession,
    vault: Vault,
    actor: Actor,
    keep_id: UUID,
    duplicate_id: UUID,
    reason: str,
    expected_version: int | None = None,
) -> ElderMerge:
    """Make one entry of two.

    Parameters:
        expected_version: of the entry that is kept.

    Raises: NotFound(keep_id or duplicate_id), PermissionDenied, VersionConflict,
        InvalidInput(duplicate_id or reason), MergeBlocked(blockers: the duplicate's rows that
        cannot stand beside the kept one's).
    """
    why = line("reason", reason, MAX_REASON)
    if keep_id == duplicate_id:
        raise InvalidInput("duplicate_id", reason=Reason.SOMEBODY_ELSE)
    kept, duplicate = await _both(session, actor, keep_id, duplicate_id)
    check_version(kept, expected_version)
    done = ElderMerge(
        kept_id=kept.id,
        duplicate_id=duplicate.id,
        region_code=kept.region_code,
        duplicate_region_code=duplicate.region_code,
        reason=why,
        merged_by=actor.id,
    )
    session.add(done)
    await session.flush()
    aside: dict[str, Any] = {"rows": {}}
    await _give(session, vault, actor, done, aside["rows"])
    # Nobody has found anything of the one that is kept.
    aside["level"] = kept.care_level
    kept.care_level = kept.care_level or duplicate.care_level
    row = await session.scalar(_DELETED, {"id": duplicate.id})
    (aside["elder"],) = opened(vault, "elder", [row])
    session.expunge(duplicate)
    done.aside_cipher = vault.seal_bytes(orjson.dumps(aside), place(_ASIDE, done.duplicate_id))
    return done


async def undo(session: AsyncSession, vault: Vault, actor: Actor, merge_id: UUID) -> ElderMerge:
    """Take two entries apart again: everything is as it was, and what has come since stays with
    the one that was kept.

    Raises: NotFound, PermissionDenied, InvalidInput(id) where it is undone already, too late, or
        something that was moved has changed since; AlreadyExists where the duplicate's id number
        has been entered again.
    """
    wanted = select(ElderMerge).where(col(ElderMerge.id) == merge_id, elder_merge_visible(actor))
    done = await session.scalar(wanted.with_for_update(of=ElderMerge))
    if done is None:
        raise NotFound("id")
    if not may_undo(actor, done):
        raise PermissionDenied(action=Permission.ELDER_REGISTER.value)
    if not can_be_undone(done):
        raise InvalidInput("id", reason=Reason.MERGE_OVER)
    await registered(session, actor, done.kept_id, "id", lock=False)
    kept = await session.scalar(_locked(done.kept_id))
    assert kept is not None
    assert done.aside_cipher is not None
    aside = orjson.loads(vault.open_bytes(done.aside_cipher, place(_ASIDE, done.duplicate_id)))
    await _take_back(session, vault, done, aside)
    level = CareLevel(aside["level"]) if aside["level"] else None
    if not await part_levels(session, kept, done.duplicate_id, done.merged_at, level):
        raise InvalidInput("id", reason=Reason.MERGE_CHANGED)
    done.aside_cipher, done.undone_by, done.undone_at = None, actor.id, now()
    return done


def may_undo(actor: Actor, done: ElderMerge) -> bool:
    """Whether the actor keeps the register of the place to which the duplicate would come back.
    Beside it they see the one that was kept."""
    return actor.may(Permission.ELDER_REGISTER) and actor.governs(done.duplicate_region_code)


def can_be_undone(done: ElderMerge) -> bool:
    """Whether what was set aside is still there."""
    return done.aside_cipher is not None and done.merged_at + UNDONE_WITHIN > now()


async def forget(session: AsyncSession) -> int:
    """Drop what was set aside by merges that can no longer be undone. Returns: how many."""
    over = (
        col(ElderMerge.aside_cipher).is_not(None),
        col(ElderMerge.merged_at) < func.now() - UNDONE_WITHIN,
    )
    ended = select(col(ElderMerge.id)).where(*over)
    of_ended = col(ElderMergeRows.merge_id).in_(ended)
    await session.execute(delete(ElderMergeRows).where(of_ended))
    forgotten = update(ElderMerge).where(*over).values(aside_cipher=None)
    return len((await session.execute(forgotten.returning(col(ElderMerge.id)))).all())


_DELETED = text("DELETE FROM elder AS this WHERE id = :id RETURNING to_jsonb(this)")


def _locked(elder_id: UUID) -> Any:
    # Not only for its own sake: whoever writes a row of the elder's waits, too.
    return select(Elder).where(col(Elder.id) == elder_id).with_for_update()


async def _both(
    session: AsyncSession, actor: Actor, keep_id: UUID, duplicate_id: UUID
) -> tuple[Elder, Elder]:
    """Both elders, locked in the order of their keys."""
    named = {keep_id: "keep_id", duplicate_id: "duplicate_id"}
    found: dict[UUID, Elder] = {}
    for key in sorted(named):
        await registered(session, actor, key, named[key], lock=False)
    for key in sorted(named):
        elder = await session.scalar(_locked(key).execution_options(populate_existing=True))
        if elder is None:
            raise NotFound(named[key])
        found[key] = elder
    return found[keep_id], found[duplicate_id]


async def _give(
    session: AsyncSession,
    vault: Vault,
    actor: Actor,
    done: ElderMerge,
    aside: dict[str, Any],
) -> None:
    """Give the duplicate's rows to the kept one. Raises: MergeBlocked."""
    await _begin(session)
    whose, to = done.duplicate_id, done.kept_id
    withdrawn, added = await join_tags(session, actor.id, whose, to)
    _remember(session, done, "elder_tag", MergeChange.WITHDRAWN, withdrawn)
    _remember(session, done, "elder_tag", MergeChange.ADDED, added)
    await call_last(session, whose)
    await forget_newest(session, whose)
    blockers, types = list[str](), list[str]()
    if ended := await links_ended_beside(session, whose, to):
        types.append("FamilyLink")
        blockers += await shown(session, actor, METADATA.tables["family_link"], ended)
    for one in moving():
        moved, stuck = await give(session, vault, one, whose, to)
        _remember(session, done, one.name, MergeChange.MOVED, moved)
        if stuck and one.table.name in SET_ASIDE:
            await say_anew(session, vault, one, whose, stuck)
            taken = await set_aside(session, one, whose, stuck)
            aside[str(one.table.name)] = opened(vault, one.table.name, taken)
        elif stuck:
            types.append(one.table.name.title().replace("_", ""))
            blockers += await shown(session, actor, one.table, stuck)
    if types:
        raise MergeBlocked("duplicate_id", blockers=blockers, types=", ".join(dict.fromkeys(types)))
    await call_in_order(session, to)
    await find_newest(session, to)


async def _take_back(
    session: AsyncSession, vault: Vault, done: ElderMerge, aside: Mapping[str, Any]
) -> None:
    """Give the duplicate what was its own. Raises: InvalidInput(id), AlreadyExists."""
    await _begin(session)
    await put_back(session, "elder", sealed(vault, "elder", [aside["elder"]]))
    remembered = await session.scalars(
        select(ElderMergeRows).where(col(ElderMergeRows.merge_id) == done.id)
    )
    keys = {(one.table_name, one.change): one.keys for one in remembered}
    await call_last(session, done.kept_id)
    await forget_newest(session, done.kept_id)
    for one in moving():
        own = keys.get((one.name, MergeChange.MOVED), [])
        await say_anew(session, vault, one, done.duplicate_id, own)
        back = await move(session, vault, one, done.kept_id, done.duplicate_id, own) if own else []
        if len(back) != len(own):
            raise InvalidInput("id", reason=Reason.MERGE_CHANGED)
    for table, rows in aside["rows"].items():
        await put_back(session, table, sealed(vault, table, rows))
    tags = (
        keys.get(("elder_tag", change), []) for change in (MergeChange.WITHDRAWN, MergeChange.ADDED)
    )
    if not await part_tags(session, done.duplicate_id, done.kept_id, *tags):
        raise InvalidInput("id", reason=Reason.MERGE_CHANGED)
    for elder_id in (done.kept_id, done.duplicate_id):
        await call_in_order(session, elder_id)
        await find_newest(session, elder_id)
    await session.execute(delete(ElderMergeRows).where(col(ElderMergeRows.merge_id) == done.id))


async def _begin(session: AsyncSession) -> None:
    """What never changes otherwise lets its elder be another for the rest of the transaction."""
    await session.execute(text("SELECT set_config('yiyang.merging', 'on', true)"))


def _remember(
    session: AsyncSession, done: ElderMerge, name: str, change: MergeChange, keys: list[Any]
) -> None:
    if keys:
        rows = ElderMergeRows(merge_id=done.id, table_name=name, change=change, keys=keys)
        session.add(rows)
