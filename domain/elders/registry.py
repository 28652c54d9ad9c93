"""The register is kept: who is in it, and what it says of them.

Whether two entries are of one person is PostgreSQL's to say, by the keyed hash of the id number;
the refusal tells nobody whose it is.
"""

from collections.abc import Mapping
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
from domain.errors import InvalidInput, NotFound, PermissionDenied
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
    await _check_community(session, entered[ElderField.REGION])
    if actor.role is not Role.ADMIN and not _is_in_region(actor, entered[ElderField.REGION]):
        raise PermissionDenied("region_code", action=Permission.ELDER_REGISTER.value)
    elder = new(entered, vault)
    session.add(elder)
    await session.flush()
    session.add(note(elder.id, actor.id))
    return elder


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
    if level is None:
        raise NotFound("region_code")
    if level is not RegionLevel.COMMUNITY:
        raise InvalidInput("region_code", reason=Reason.A_COMMUNITY)


def _is_in_region(actor: Actor, region_code: str) -> bool:
    """Divisions are no secret; that one is not the actor's is said."""
    return actor.region is not None and region_code.startswith(actor.region)
