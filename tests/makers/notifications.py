"""Who can be told of alarms, and how, as it lies in the database."""

from uuid import UUID

from sqlalchemy import select, text, update
from sqlmodel import col

from domain.accounts.models import Account, Person
from domain.accounts.persons import phone_columns
from domain.crypto import Vault
from domain.database import Database
from domain.notifications.models import PushPermission
from domain.notifications.sending import PushTemplate
from domain.sessions.models import WechatIdentity
from domain.sessions.wechat import OPENID
from tests.makers.accounts import make_person


async def make_reachable(
    database: Database, vault: Vault, account_id: UUID, phone: str | None = None
) -> UUID:
    """An account's person, made if there is none, with this phone or none; their key."""
    async with database.transaction("test") as session:
        person_id = (await session.get_one(Account, account_id)).person_id
    person_id = person_id or await make_person(database, accounts=[account_id])
    columns = (
        phone_columns(vault, phone)
        if phone
        else dict.fromkeys(("phone_masked", "phone_hash", "phone_cipher"))
    )
    async with database.transaction("test") as session:
        await session.execute(update(Person).where(col(Person.id) == person_id).values(**columns))
    return person_id


async def make_wechat_user(
    database: Database,
    vault: Vault,
    person_id: UUID,
    template: PushTemplate,
    left: int | None = 1,
    device_id: UUID | None = None,
) -> str:
    """A person who has consented to messages of a template; their openid."""
    openid = f"openid-{person_id.hex[-6:]}"
    ours = select(WechatIdentity).where(
        col(WechatIdentity.person_id) == person_id, col(WechatIdentity.app_id) == template.app_id
    )
    async with database.transaction("test") as session:
        if await session.scalar(ours) is None:
            session.add(
                WechatIdentity(
                    app_id=template.app_id,
                    openid_hash=vault.digest(openid, "wechat_identity.openid_hash"),
                    openid_cipher=vault.seal(openid, OPENID),
                    person_id=person_id,
                )
            )
        session.add(
            PushPermission(
                person_id=person_id,
                app_id=template.app_id,
                template_id=template.template_id,
                device_id=device_id,
                messages_left=left,
            )
        )
    return openid


async def nobody_reachable(database: Database) -> None:
    """Nobody has a phone: who is told is only whom a test makes reachable."""
    none = dict.fromkeys(("phone_masked", "phone_hash", "phone_cipher"))
    async with database.transaction("test") as session:
        await session.execute(update(Person).values(**none))


NOTIFICATIONS = (
    "INSERT INTO notification (alarm_id, person_id, account_id, role, channel, level, round, rank,"
    " state, tries, due_at) SELECT alarm.id, person_id, account.id, role, 'SMS', 1, 1, 0,"
    " 'PENDING', 0, now() + interval '1 day' FROM alarm, account"
    " WHERE person_id IS NOT NULL AND role <> 'VENDOR' ORDER BY alarm.id, account.id LIMIT 200"
    " ON CONFLICT DO NOTHING",
    "INSERT INTO push_permission (person_id, app_id, template_id, messages_left)"
    " SELECT DISTINCT person_id, 'wx', 'tmpl', 1 FROM account WHERE person_id IS NOT NULL",
    "INSERT INTO notification_preference (person_id, language, wechat_muted, sms_muted,"
    " voice_muted) SELECT DISTINCT person_id, 'en', false, false, true FROM account"
    " WHERE person_id IS NOT NULL",
)


async def make_notifications(database: Database) -> None:
    """Everybody is told of alarms, has consented to a message and has wishes."""
    async with database.transaction("test") as session:
        for statement in NOTIFICATIONS:
            await session.execute(text(statement))
