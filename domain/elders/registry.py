"""The register is kept: who is in it, and what it says of them.

Whether two entries are of one person is PostgreSQL's to say, by the keyed hash of the id number;
the refusal tells nobody whose it is.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission, Role
from domain.crypto import Vault
from domain.elders.citizen_id import check_birth_date
from domain.elders.entries import FIELDS, alter, checked, new, note
from domain.elders.models import Elder, ElderField
from domain.elders.visibility import elder_visible
from domain.errors import DomainError, InvalidInput, NotFound, PermissionDenied
from domain.many import add_many
from domain.reasons import Reason
from domain.regions.models import Region, RegionLevel
from domain.versions import check_version


async def register(
    session: AsyncSession, vault: Vault, actor: Actor, given: Mapping[ElderField, Any]
) -> Elder:
    """Enter somebody.

    Parameters:
        given: a value for each field; only the phone may be None.

    Raises: NotFound(region_code), PermissionDenied, InvalidInput of the field, AlreadyExists for an
        id number that is in the register.
    """
    if not actor.may(Permission.ELDER_REGISTER):
        raise PermissionDenied(action=Permission.ELDER_REGISTER.value)
    entered = {field: checked(field, given[field]) for field in FIELDS}
    check_birth_date(entered[ElderField.ID_NUMBER], entered[ElderField.BIRTH_DATE])
    code = entered[ElderField.REGION]
    refused = await not_registering_in(session, actor, [code])
    if refused:
        raise refused[code]
    (elder,) = await enter(session, vault, [entered], actor.id)
    return elder


async def enter(
    session: AsyncSession, vault: Vault, entries: Sequence[Mapping[ElderField, Any]], by: UUID
) -> list[Elder]:
    """Write new entries, of people of whom all that ``register`` asks has been asked.

    Parameters:
        by: whose account answers for it.

    Raises: AlreadyExists for an id number that is in the register.
    """
    elders = [new(entered, vault) for entered in entries]
    await add_many(session, elders)
    session.add_all(note(elder.id, by) for elder in elders)
    return elders


async def not_registering_in(
    session: AsyncSession, actor: Actor, codes: Collection[str]
) -> dict[str, DomainError]:
    """Of divisions' codes those where the actor enters nobody, and why. Divisions are no secret:
    that one is not the actor's is said."""
    known = select(col(Region.code), col(Region.level)).where(col(Region.code).in_(codes))
    levels = {code: level for code, level in await session.execute(known)}
    refused: dict[str, DomainError] = {}
    for code in codes:
        if wrong := _not_a_community(levels.get(code)):
            refused[code] = wrong
        elif actor.role is not Role.ADMIN and not code.startswith(actor.region or "-"):
            action = Permission.ELDER_REGISTER.value
            refused[code] = PermissionDenied("region_code", action=action)
    return refused


async def update(
    session: AsyncSession,
    vault: Vault,
    actor: Actor,
    elder_id: UUID,
    given: Mapping[ElderField, Any],
    expected_version: int | None = None,
) -> Elder:
    """Change an entry; what it said before stays in the log. Who moves away is, from then on, of
    the division where they live now, and what has happened stays where it happened.

    Parameters:
        given: values of the fields that change.
        expected_version: the elder's when the actor decided; None for whatever it is now.

    Raises: NotFound(id or region_code), PermissionDenied, VersionConflict, InvalidInput of the
        field, AlreadyExists for an id number that is in the register.
    """
    elder = await registered(session, actor, elder_id)
    check_version(elder, expected_version)
    wanted = {field: checked(field, value) for field, value in given.items()}
    if ElderField.REGION in wanted:
        await _check_community(session, wanted[ElderField.REGION])
    alter(session, vault, elder, wanted, actor.id)
    if not wanted.keys().isdisjoint({ElderField.ID_NUMBER, ElderField.BIRTH_DATE}):
        number = vault.open(elder.id_number_cipher, "elder.id_number_cipher")
        check_birth_date(number, elder.birth_date)
    await session.flush()
    return elder


async def registered(
    session: AsyncSession, actor: Actor, elder_id: UUID, named: str = "id", *, lock: bool = True
) -> Elder:
    """An elder whom the actor keeps the register of.

    Parameters:
        named: the input's field that names them.
        lock: until the transaction ends.

    Raises: NotFound, PermissionDenied.
    """
    seen = select(Elder).where(col(Elder.id) == elder_id, elder_visible(actor))
    locked = seen.with_for_update(of=Elder, key_share=True)
    elder = await session.scalar(locked if lock else seen)
    if elder is None:
        raise NotFound(named)
    if not actor.may(Permission.ELDER_REGISTER):
        raise PermissionDenied(action=Permission.ELDER_REGISTER.value)
    return elder


async def _check_community(session: AsyncSession, region_code: str) -> None:
    level = await session.scalar(select(col(Region.level)).where(col(Region.code) == region_code))
    if wrong := _not_a_community(level):
        raise wrong


def _not_a_community(level: RegionLevel | None) -> DomainError | None:
    """What is wrong with a division of this level; None stands for one that there is not."""
    if level is None:
        return NotFound("region_code")
    if level is not RegionLevel.COMMUNITY:
        return InvalidInput("region_code", reason=Reason.A_COMMUNITY)
    return None
