"""Which imports a role sees: those that it has brought itself."""

from typing import Any

from sqlalchemy import and_
from sqlmodel import col

from domain.access import ROLE_PERMISSIONS, Actor, Permission, Role
from domain.imports.models import ElderImport, ElderImportFault
from domain.row_access import RowAccess, RowRule

IMPORTERS = tuple(role for role in Role if Permission.ELDER_IMPORT in ROLE_PERMISSIONS[role])
"""Roles that may bring registers."""


def _ones_own(actor: Actor) -> Any:
    return and_(col(ElderImport.account_id) == actor.id, col(ElderImport.role) == actor.role)


elder_import_visible = RowAccess(dict.fromkeys(IMPORTERS, RowRule("one's own", _ones_own)))

elder_import_fault_visible = elder_import_visible.through(
    col(ElderImportFault.import_id), col(ElderImport.id)
)
