"""The first administrator, whom nobody here could grant the role: the operator appoints one."""

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

# An account points at rows of other features, whose tables SQLAlchemy has to know.
from domain import metadata as metadata
from domain.access import Role
from domain.accounts.models import Account
from domain.accounts.periods import is_in_force
from domain.accounts.persons import person_name, person_with_phone, phone_number
from domain.audit.service import Act, Source, record
from domain.calendar import now
from domain.crypto import Vault
from domain.errors import AlreadyExists, InvalidInput
from domain.reasons import Reason

# One appointment after the other; reads go on.
_ALONE = text("LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE")


async def appoint(
    session: AsyncSession, vault: Vault, name: str, phone: str, *, another: bool = False
) -> Account:
    """Make a person an administrator without anybody's grant; the audit trail says so.

    Parameters:
        phone: a mobile number of the mainland, in any writing.
        another: although there is an administrator, for example because she has lost her phone.
    Raises: AlreadyExists(role) where there is one; RoleHeld where it is the same person;
        InvalidInput(name or phone).
    """
    called, number = person_name(name), phone_number(phone)
    await session.execute(_ALONE)
    administrators = select(col(Account.id)).where(col(Account.role) == Role.ADMIN, is_in_force())
    if not another and await session.scalar(administrators.limit(1)) is not None:
        raise AlreadyExists("role")
    person = await person_with_phone(session, vault, number, called)
    if person.name != called:
        raise InvalidInput("name", reason=Reason.NAME_OF_PHONE)
    account = Account(name=called, role=Role.ADMIN, person_id=person.id, since=now())
    session.add(account)
    await session.flush()
    record(session, None, Source(), [Act("admin_create", Account.__tablename__, account.id)])
    return account
