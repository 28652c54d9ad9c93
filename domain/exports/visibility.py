"""Which exports a role sees, and whether their owner may still have what is in them."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlmodel import col

from domain.access import REGION_ROLES, ROLE_PERMISSIONS, Actor, Permission, Role
from domain.accounts.models import Account
from domain.accounts.periods import is_in_force
from domain.exports.models import Export
from domain.row_access import RowAccess, RowRule

EXPORTERS = tuple(role for role in Role if Permission.EXPORT in ROLE_PERMISSIONS.get(role, ()))
"""Roles that may take lists out of the system."""


def _ones_own(actor: Actor) -> Any:
    return and_(col(Export.account_id) == actor.id, col(Export.role) == actor.role)


export_visible = RowAccess(dict.fromkeys(EXPORTERS, RowRule("one's own", _ones_own)))


def owner_stands() -> ColumnElement[bool]:
    """Whether the owner's account is in force, with the role and region of when they asked.

    A token is believed until it expires; a file that was written on its word would outlive it by
    days. Who works for a region and has none sees nothing; of others an account without a region is
    bound to none, and has what it asked for in any.
    """
    region = col(Account.region_code)
    unbound = and_(region.is_(None), col(Account.role).not_in(REGION_ROLES))
    stands = exists().where(
        col(Account.id) == col(Export.account_id),
        col(Account.role) == col(Export.role),
        is_in_force(),
        # Of an export that was asked for without a region the second says null: no.
        or_(unbound, func.starts_with(col(Export.region_code), region)),
    )
    return stands.correlate(Export)
