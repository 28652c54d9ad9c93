"""Whom to call for an elder, and in which order: 1, 2, 3 … without a gap.

Whoever changes the list waits for whoever changes the elder, so that nobody's order is half done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.accounts.models import Relation
from domain.accounts.persons import person_name, phone_number
from domain.crypto import Vault, masked_phone
from domain.elders.entries import note
from domain.elders.models import Contact, Elder, ElderField, ElderLog
from domain.elders.registry import registered
from domain.elders.visibility import contact_visible
from domain.errors import InvalidInput, NotFound, PermissionDenied
from domain.reasons import Reason

MOST = 10
"""Contacts of an elder."""

_ASIDE = 1_000
"""Added to places while they change, so that no two meet."""


@dataclass(frozen=True, slots=True)
class Callee:
    """Somebody to call; of one who is known, None is what stays.

    Parameters:
        phone: however it is written.
    """

    name: str | None
    relation: Relation | None
    phone: str | None


async def add_contact(
    session: AsyncSession,
    vault: Vault,
    actor: Actor,
    elder_id: UUID,
    wanted: Callee,
    place: int | None = None,
) -> Contact:
    """Add somebody to call.

    Parameters:
        place: in the order of calling, from 1; last if None.

    Raises: NotFound(elder_id), PermissionDenied, InvalidInput(name, phone or calling_order).
    """
    elder = await registered(session, actor, elder_id, "elder_id")
    others = await _of(session, elder.id)
    if len(others) >= MOST:
        raise InvalidInput("elder_id", reason=Reason.AT_MOST, most=MOST)
    place = len(others) + 1 if place is None else place
    if not 1 <= place <= len(others) + 1:
        raise InvalidInput("calling_order", reason=Reason.RANGE, least=1, most=len(others) + 1)
    # Beyond all others until these have made room.
    contact = Contact(elder_id=elder.id, calling_order=2 * _ASIDE, **_columns(wanted, vault))
    session.add(contact)
    await session.flush()
    await _put(session, [*others[: place - 1], contact, *others[place - 1 :]])
    session.add(note(elder.id, actor.id, ElderField.CONTACT, None, _line(contact)))
    return contact


def first_contact(vault: Vault, elder: Elder, wanted: Callee, by: UUID) -> tuple[Contact, ElderLog]:
    """Whom to call for somebody who has just been entered, and its line in the log, not yet added.

    Parameters:
        by: whose account answers for it.

    Raises: InvalidInput(name or phone).
    """
    contact = Contact(elder_id=elder.id, calling_order=1, **_columns(wanted, vault))
    return contact, note(elder.id, by, ElderField.CONTACT, None, _line(contact))


async def update_contact(
    session: AsyncSession, vault: Vault, actor: Actor, contact_id: UUID, wanted: Callee
) -> Contact:
    """Change who it is, or how to reach them.

    Raises: NotFound, PermissionDenied, InvalidInput(name or phone).
    """
    contact = await _kept(session, actor, contact_id)
    before = _line(contact)
    for name, value in _columns(wanted, vault).items():
        setattr(contact, name, value)
    session.add(note(contact.elder_id, actor.id, ElderField.CONTACT, before, _line(contact)))
    return contact


async def remove_contact(session: AsyncSession, actor: Actor, contact_id: UUID) -> Contact:
    """Call somebody no longer; who came after them moves up.

    Raises: NotFound, PermissionDenied.
    """
    contact = await _kept(session, actor, contact_id)
    await session.delete(contact)
    await session.flush()
    await _put(session, await _of(session, contact.elder_id))
    session.add(note(contact.elder_id, actor.id, ElderField.CONTACT, _line(contact), None))
    return contact


async def reorder_contacts(
    session: AsyncSession, actor: Actor, elder_id: UUID, order: Sequence[UUID]
) -> Elder:
    """Call them in another order.

    Parameters:
        order: all of them, each once.

    Raises: NotFound, PermissionDenied, InvalidInput(contact_ids) for an order of others.
    """
    elder = await registered(session, actor, elder_id)
    known = {contact.id: contact for contact in await _of(session, elder.id)}
    if sorted(order) != sorted(known):
        raise InvalidInput("contact_ids", reason=Reason.ALL_CONTACTS)
    before = _names(list(known.values()))
    wanted = [known[key] for key in order]
    await _put(session, wanted)
    session.add(note(elder.id, actor.id, ElderField.CONTACT, before, _names(wanted)))
    return elder


async def _kept(session: AsyncSession, actor: Actor, contact_id: UUID) -> Contact:
    """A contact of an elder whom the actor keeps the register of; the elder is locked.

    Raises: NotFound, PermissionDenied.
    """
    seen = select(Contact).where(col(Contact.id) == contact_id, contact_visible(actor))
    contact = await session.scalar(seen)
    if contact is None:
        raise NotFound("id")
    if not actor.may(Permission.ELDER_REGISTER):
        raise PermissionDenied(action=Permission.ELDER_REGISTER.value)
    await registered(session, actor, contact.elder_id)
    # As it is now that nobody else changes it.
    locked = await session.scalar(seen.with_for_update().execution_options(populate_existing=True))
    if locked is None:
        raise NotFound("id")
    return locked


async def _of(session: AsyncSession, elder_id: UUID) -> list[Contact]:
    """An elder's contacts in the order of calling, locked."""
    theirs = select(Contact).where(col(Contact.elder_id) == elder_id)
    ordered = theirs.order_by(col(Contact.calling_order)).with_for_update()
    return list((await session.scalars(ordered)).all())


async def _put(session: AsyncSession, order: Sequence[Contact]) -> None:
    """Number contacts anew: first past all places, since PostgreSQL looks at each row at once."""
    for place, contact in enumerate(order, 1):
        contact.calling_order = _ASIDE + place
    await session.flush()
    for place, contact in enumerate(order, 1):
        contact.calling_order = place
    await session.flush()


def _columns(wanted: Callee, vault: Vault) -> dict[str, Any]:
    """What is given, in the row."""
    columns: dict[str, Any] = {}
    if wanted.name is not None:
        columns["name"] = person_name(wanted.name)
    if wanted.relation is not None:
        columns["relation"] = wanted.relation
    if wanted.phone is not None:
        phone = phone_number(wanted.phone)
        columns["phone_masked"] = masked_phone(phone)
        columns["phone_hash"] = vault.digest(phone, "contact.phone_hash")
        columns["phone_cipher"] = vault.seal(phone, "contact.phone_cipher")
    return columns


def _line(contact: Contact) -> str:
    """A contact as the log shows it."""
    return f"{contact.name} {contact.relation.value} {contact.phone_masked}"


def _names(contacts: Sequence[Contact]) -> str:
    return ", ".join(contact.name for contact in contacts)
