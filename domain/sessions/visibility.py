"""Whose sessions a person sees: her own, whichever of her accounts she acts in."""

from typing import Any

from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.row_access import RowAccess, RowRule
from domain.sessions.models import LoginSession


def _ones_own(actor: Actor) -> Any:
    person = select(col(Account.person_id)).where(col(Account.id) == actor.id)
    return col(LoginSession.person_id) == person.scalar_subquery()


_PEOPLE = (role for role in Role if role is not Role.VENDOR)

session_visible = RowAccess(dict.fromkeys(_PEOPLE, RowRule("one's own", _ones_own)))
