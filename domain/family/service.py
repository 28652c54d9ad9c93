"""How someone comes to look after an elder, sees what the elder shows, and ceases to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, ConsentScope, Permission
from domain.accounts.attempts import Limit, count
from domain.accounts.models import Relation
from domain.accounts.persons import same_person
from domain.accounts.revocations import TOPIC as ACCESS
from domain.calendar import now
from domain.crypto import Vault
from domain.database import Database
from domain.elders.models import Elder
from domain.errors import NotFound, PermissionDenied
from domain.family.consents import Word, word_of
from domain.family.consents import grant as grant_scopes
from domain.family.consents import withdraw as withdraw_scopes
from domain.family.lifecycle import (
    GIVEN_UP,
    LINK_LIFECYCLE,
    PERMISSION_FOR,
    LinkAction,
    LinkState,
)
from domain.family.models import FamilyLink
from domain.family.visibility import family_link_visible
from domain.outbox import Event, record

TOPIC = "family_link"
"""The outbox topic of every change to a link; the change is the state that it has come to."""

REQUESTS = Limit(at_once=10, seconds=3600)
"""How often an account may name an elder: whoever tries names on a number comes to an end soon."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Whom somebody asks to look after, as on the citizen id, and what they are to the elder."""

    name: str
    id_number: str
    relation: Relation


@dataclass(frozen=True, slots=True)
class Showing:
    """What is shown to one of the family.

    Parameters:
        until: when it ends by itself, to come; None for when it is withdrawn.
        paper: a photo of what the elder has signed, base64; from the station's staff only.
    """

    scopes: Sequence[ConsentScope]
    until: datetime | None = None
    paper: str | None = None


async def count_request(database: Database, vault: Vault, actor: Actor) -> None:
    """Count a request, whatever comes of it, before it is looked at.

    Raises: PermissionDenied; TooManyAttempts(seconds).
    """
    if not actor.may(Permission.FAMILY_LINK_REQUEST):
        raise PermissionDenied(action="REQUEST")
    key = vault.digest(f"family link of {actor.id}", "auth_attempt.key")
    await count(database, [(key, REQUESTS)])


async def request(session: AsyncSession, actor: Actor, vault: Vault, claim: Claim) -> FamilyLink:
    """Ask to be linked to an elder.

    Raises: PermissionDenied, NotFound(id_number) where nobody has that number, or somebody of
        another name: the two look the same; AlreadyExists where the actor has asked, or is linked.
    """
    if not actor.may(Permission.FAMILY_LINK_REQUEST):
        raise PermissionDenied(action="REQUEST")
    digest = vault.digest(claim.id_number.upper(), "elder.id_number_hash")
    named = select(col(Elder.id)).where(
        col(Elder.id_number_hash) == digest, col(Elder.name) == claim.name
    )
    elder_id = await session.scalar(named)
    if elder_id is None:
        raise NotFound("id_number")
    link = FamilyLink(
        account_id=actor.id,
        elder_id=elder_id,
        relation=claim.relation,
        state=LinkState.REQUESTED,
    )
    session.add(link)
    await session.flush()
    _tell(session, link)
    return link


async def accept(
    session: AsyncSession,
    actor: Actor,
    vault: Vault,
    link_id: UUID,
    showing: Showing,
) -> FamilyLink:
    """Let somebody look after the elder, and see some of what there is to see.

    Parameters:
        showing: from the beginning; of nothing they see the elder's name and who comes.
    Raises: as ``grant``.
    """
    link = await _shown(session, actor, vault, link_id, LinkAction.ACCEPT, showing)
    link.linked_at = now()
    return link


async def refuse(session: AsyncSession, actor: Actor, link_id: UUID) -> FamilyLink:
    """Let them not. Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed)."""
    link = await _for_update(session, actor, link_id, LinkAction.REFUSE)
    _move(session, link, LinkAction.REFUSE)
    link.ended_at = now()
    return link


async def end(
    session: AsyncSession, actor: Actor, vault: Vault, link_id: UUID, paper: str | None
) -> FamilyLink:
    """Look after the elder no longer; all consents end with it.

    Parameters:
        paper: as for ``Showing``.
    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), InvalidInput(paper).
    """
    link, word = await _moved(session, actor, vault, link_id, LinkAction.END, paper)
    withdraw_scopes(session, word, link, ConsentScope)
    link.ended_at = now()
    return link


async def grant(
    session: AsyncSession,
    actor: Actor,
    vault: Vault,
    link_id: UUID,
    showing: Showing,
) -> FamilyLink:
    """Show more to one of the family, or until another moment.

    Raises: NotFound, PermissionDenied (also for who would show it to themselves, in whatever
        role), IllegalTransition(from, to, allowed), InvalidInput(until or paper).
    """
    return await _shown(session, actor, vault, link_id, LinkAction.GRANT, showing)


async def withdraw(
    session: AsyncSession,
    actor: Actor,
    vault: Vault,
    link_id: UUID,
    *,
    scopes: Iterable[ConsentScope],
    paper: str | None,
) -> FamilyLink:
    """Show less to one of the family, from the next read and the next event on.

    Parameters:
        paper: as for ``Showing``.
    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), InvalidInput(paper).
    """
    link, word = await _moved(session, actor, vault, link_id, LinkAction.WITHDRAW, paper)
    withdraw_scopes(session, word, link, scopes)
    return link


async def _shown(
    session: AsyncSession,
    actor: Actor,
    vault: Vault,
    link_id: UUID,
    action: LinkAction,
    showing: Showing,
) -> FamilyLink:
    link, word = await _moved(session, actor, vault, link_id, action, showing.paper)
    grant_scopes(session, word, link, showing.scopes, showing.until)
    return link


async def _moved(
    session: AsyncSession,
    actor: Actor,
    vault: Vault,
    link_id: UUID,
    action: LinkAction,
    paper: str | None,
) -> tuple[FamilyLink, Word]:
    """The link, locked and moved along its lifecycle, and on whose word."""
    link = await _for_update(session, actor, link_id, action)
    # Before the move: a paper that is stored writes what has become of the link by then.
    word = await word_of(session, actor, vault, link, paper)
    _move(session, link, action)
    return link, word


async def _for_update(
    session: AsyncSession, actor: Actor, link_id: UUID, action: LinkAction
) -> FamilyLink:
    """The link, locked, if the actor may do this with it now."""
    wanted = select(FamilyLink).where(col(FamilyLink.id) == link_id, family_link_visible(actor))
    link = await session.scalar(wanted.with_for_update(of=FamilyLink))
    if link is None:
        raise NotFound("id")
    taken = action not in GIVEN_UP and await same_person(session, actor, link.account_id)
    if taken or not actor.may(PERMISSION_FOR[action]):
        raise PermissionDenied(action=action.value)
    LINK_LIFECYCLE.next(link.state, action)
    return link


def _move(session: AsyncSession, link: FamilyLink, action: LinkAction) -> None:
    link.state = LINK_LIFECYCLE.next(link.state, action)
    _tell(session, link)


def _tell(session: AsyncSession, link: FamilyLink) -> None:
    """Whoever keeps what the family has read drops it before the next event is shown."""
    record(session, Event(ACCESS, link.id, "CONSENTS"))
    record(session, Event(TOPIC, link.id, link.state.value))
