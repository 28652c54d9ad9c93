"""Divisions set rules for themselves and all below them: who may, and who may take one back."""

from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.authority import require
from domain.errors import NotFound
from domain.regions.models import Region, RegionLevel
from domain.versions import check_version


class RuleOfDivision(Protocol):
    """A row that a division has set."""

    id: Any
    region_code: Any
    version: Any


Rule = TypeVar("Rule", bound=RuleOfDivision)


async def governed(
    session: AsyncSession, actor: Actor, permission: Permission, region_code: str
) -> RegionLevel:
    """What kind of division it is in which the actor sets something.

    Divisions are no secret; that one is not the actor's is said.

    Raises: NotFound(region_code), PermissionDenied(region_code).
    """
    level = await session.scalar(select(col(Region.level)).where(col(Region.code) == region_code))
    if level is None:
        raise NotFound("region_code")
    require(actor, permission, region_code, field="region_code")
    return level


async def take_back(
    session: AsyncSession,
    actor: Actor,
    permission: Permission,
    rule: type[Rule],
    seen: ColumnElement[bool],
    expected_version: int | None,
) -> Rule:
    """Delete what a division has set: what one above it has set counts again, at last the rules.

    Parameters:
        seen: which row, of those that the actor sees.
        expected_version: the row's when the actor decided; None for whatever it is now.
    Returns: the row as it was.
    Raises: NotFound(id), PermissionDenied(region_code), VersionConflict.
    """
    found = await session.scalar(select(rule).where(seen).with_for_update(of=rule))
    if found is None:
        raise NotFound("id")
    require(actor, permission, found.region_code, field="region_code")
    check_version(found, expected_version)
    await session.delete(found)
    await session.flush()
    return found
