"""Signing in by WeChat: what we ask of it, and whom its answer means here.

WeChat says who somebody is to one of our mini-programs (openid), and across all of ours (unionid).
Which person that is, the phone says once; from then on nobody is asked anything.
"""

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Role
from domain.accounts.models import Account, Person
from domain.accounts.persons import person_by_phone, person_with_phone
from domain.audit.service import Act, Source, record
from domain.crypto import Vault
from domain.sessions.choice import usable
from domain.sessions.models import SessionEnd, WechatIdentity
from domain.sessions.service import end_all

OPENID = "wechat_identity.openid_cipher"
"""What openids are sealed for."""


@dataclass(frozen=True, slots=True)
class Identified:
    """Who somebody is to WeChat.

    Parameters:
        app_id: of our mini-program that asked.
        openid: there.
        unionid: in all of ours; None where they are not joined under one open platform account.
    """

    app_id: str
    openid: str = field(repr=False)
    unionid: str | None = field(default=None, repr=False)


class Wechat(Protocol):
    """What we ask of WeChat; each method raises WechatRefusal."""

    @property
    def app_ids(self) -> tuple[str, ...]:
        """Our mini-programs."""
        ...

    async def identify(self, app_id: str, code: str) -> Identified:
        """Whose code of ``wx.login`` this is; it is good once."""
        ...

    async def phone(self, app_id: str, code: str) -> str:
        """The number behind a code of the phone button, with ``+`` and country; it is good once."""
        ...

    async def device_ticket(self, app_id: str, model: str, serial: str) -> str:
        """What a mini-program shows to ask for a device's messages; good for five minutes.

        Parameters:
            model: the device's model, as WeChat's platform names it.
            serial: of the device: letters, digits, ``_`` and ``-``.
        """
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


class WechatRefusal(Exception):
    """WeChat does not answer what it was asked.

    Attributes:
        code: its ``errcode``; None where it has said nothing that makes sense.
    """

    code: int | None = None


class CodeInvalid(WechatRefusal):
    """The code is none, has been used, or is older than five minutes: ask for another."""


class TooOften(WechatRefusal):
    """This user has asked too often."""


class RiskyUser(WechatRefusal):
    """WeChat itself thinks this user dangerous."""


class WechatAway(WechatRefusal):
    """WeChat is busy, cannot be reached, or says what makes no sense."""


class PhoneBound(Exception):
    """The phone is that of a person who signs in with another WeChat account already.

    Numbers are given to others after a while: who has it now need not be that person.
    """


async def person_of(session: AsyncSession, vault: Vault, who: Identified) -> UUID | None:
    """The person whose WeChat account this is; None where nobody has said so yet.

    One who is known in another of our mini-programs is known in this one from now on.
    """
    openid, unionid = _hashes(vault, who)
    ours = select(WechatIdentity).where(
        col(WechatIdentity.app_id) == who.app_id, col(WechatIdentity.openid_hash) == openid
    )
    known = await session.scalar(ours)
    if known is not None and known.unionid_hash is None:
        # Our mini-programs have been joined since.
        known.unionid_hash = unionid
    if known is not None and known.openid_cipher is None:
        # Bound before we sent messages.
        known.openid_cipher = vault.seal(who.openid, OPENID)
    if known is not None or unionid is None:
        return known and known.person_id
    joined = select(col(WechatIdentity.person_id)).where(
        col(WechatIdentity.unionid_hash) == unionid
    )
    person_id = await session.scalar(joined.order_by(col(WechatIdentity.id)).limit(1))
    if person_id is not None:
        await _bind(session, vault, who, person_id)
    return person_id


async def bind(session: AsyncSession, vault: Vault, who: Identified, phone: str, name: str) -> UUID:
    """The person with a phone, whose WeChat account this is from now on; made if there is none.

    Parameters:
        phone: eleven digits.
        name: of a person who is new.
    Raises: PhoneBound; AlreadyExists where the WeChat account has become somebody else's meanwhile.
    """
    person = await person_with_phone(session, vault, phone, name)
    known = await person_of(session, vault, who)
    if known == person.id:
        return person.id
    # In another of our mini-programs too: of the same WeChat account the unionid had said so.
    theirs = select(col(WechatIdentity.id)).where(col(WechatIdentity.person_id) == person.id)
    if known is not None or await session.scalar(theirs.limit(1)) is not None:
        raise PhoneBound
    session.add(_identity(vault, who, person.id))
    await session.flush()
    return person.id


async def unbind(session: AsyncSession, vault: Vault, phone: str) -> bool:
    """Forget the WeChat accounts of the person with a phone, and sign them out everywhere: the next
    who proves to have the phone signs in as that person.

    Parameters:
        phone: eleven digits.
    Returns: whether there were any.
    """
    person = await person_by_phone(session, vault, phone)
    if person is None:
        return False
    theirs = delete(WechatIdentity).where(col(WechatIdentity.person_id) == person.id)
    gone = (await session.execute(theirs.returning(col(WechatIdentity.id)))).all()
    await end_all(session, person.id, SessionEnd.LOGOUT_EVERYWHERE)
    act = Act("wechat_unbind", Person.__tablename__, person.id)
    record(session, None, Source(), [act])
    return bool(gone)


async def ensure_account(session: AsyncSession, person_id: UUID) -> None:
    """Give a person who has no account that a phone may act in that of a family member, who sees
    nobody until an elder consents."""
    locked = select(Person).where(col(Person.id) == person_id).with_for_update(key_share=True)
    person = (await session.scalars(locked)).one()
    if not await usable(session, person_id, None):
        session.add(Account(name=person.name, role=Role.FAMILY, person_id=person_id))
        await session.flush()


async def _bind(session: AsyncSession, vault: Vault, who: Identified, person_id: UUID) -> None:
    identity = _identity(vault, who, person_id).model_dump(exclude_none=True)
    await session.execute(insert(WechatIdentity).values(identity).on_conflict_do_nothing())


def _identity(vault: Vault, who: Identified, person_id: UUID) -> WechatIdentity:
    openid, unionid = _hashes(vault, who)
    return WechatIdentity(
        app_id=who.app_id,
        openid_hash=openid,
        openid_cipher=vault.seal(who.openid, OPENID),
        unionid_hash=unionid,
        person_id=person_id,
    )


def _hashes(vault: Vault, who: Identified) -> tuple[bytes, bytes | None]:
    openid = vault.digest(f"{who.app_id}\0{who.openid}", "wechat_identity.openid_hash")
    if who.unionid is None:
        return openid, None
    return openid, vault.digest(who.unionid, "wechat_identity.unionid_hash")
