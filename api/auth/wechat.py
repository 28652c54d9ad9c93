"""``/auth/wechat``, ``/auth/wechat/phone``: a mini-program signs its user in.

    POST /auth/wechat {code, app?, device?, account?}
        -> tokens; or {needs_phone: true, ticket, expires_in}
    POST /auth/wechat/phone {code, ticket, name?, device?} -> tokens

Who a WeChat user is here, the phone says once. Until then there is nobody to give tokens to: what
WeChat has said is kept by the phone itself, in a ticket that only we can open.
"""

import logging
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth.answers import answer, body_of, door, text_in, text_or_none
from api.auth.attempts import Attempts
from api.auth.issuing import Issuer
from api.auth.sessions import ACTOR, MAX_ID
from api.errors import RETRY_AFTER_S
from api.refusals import Refusal, rate_limited
from api.relay import key_of
from api.requests import source_of
from api.sealed_text import opened, sealed
from domain.accounts.persons import MAX_NAME, person_name, phone_number
from domain.audit.service import Act, Source, record
from domain.calendar import now
from domain.crypto import Vault, masked_phone
from domain.database import Database
from domain.errors import InvalidInput
from domain.reasons import Reason
from domain.sessions import wechat
from domain.sessions.models import LoginSession
from domain.sessions.service import MAX_DEVICE, Device, Issued, begin

log = logging.getLogger("yiyang.auth")

TICKET_LASTS = timedelta(minutes=10)
"""For whoever is asked for a phone number to find the button."""

_TOO_OFTEN_SECONDS = 60
"""WeChat counts a user's codes by the minute."""

_PURPOSE = "wechat_identity.ticket"
_MAX_CODE, _MAX_TICKET = 200, 1000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ticket:
    """What WeChat has said of somebody who is not known here yet.

    Parameters:
        ends: seconds since 1970, UTC.
    """

    app_id: str
    openid: str
    unionid: str | None
    ends: int


_TICKET = TypeAdapter(Ticket)


@dataclass(frozen=True)
class WechatLogin:
    """Answers mini-programs.

    Parameters:
        client: asks WeChat.
        vault: hashes what is looked up, seals tickets.
    """

    database: Database
    vault: Vault
    client: wechat.Wechat
    issuer: Issuer
    attempts: Attempts

    async def login(self, request: Request) -> Response:
        """A code of ``wx.login``."""
        body = await body_of(request)
        app_id = self._app_id(text_or_none(body, "app", _MAX_CODE))
        code = text_in(body, "code", _MAX_CODE)
        device, wanted = _device(request, body), text_or_none(body, "account", MAX_ID)
        account_id = key_of(wanted, "account", "account") if wanted else None
        tried, source = await self.attempts.spend(request), source_of(request)
        who = await self._asked(self.client.identify(app_id, code), source)
        async with self.database.transaction(ACTOR) as session:
            person_id = await wechat.person_of(session, self.vault, who)
            issued = None
            if person_id is not None:
                issued = await self._begun(session, person_id, device, source, account_id)
        await tried.forgive()
        return answer(self.issuer.answer(issued) if issued else self._ticket(who))

    async def phone(self, request: Request) -> Response:
        """A code of the phone button, from somebody who holds a ticket."""
        body = await body_of(request)
        code, ticket = text_in(body, "code", _MAX_CODE), text_in(body, "ticket", _MAX_TICKET)
        device, name = _device(request, body), text_or_none(body, "name", MAX_NAME)
        tried, source = await self.attempts.spend(request), source_of(request)
        who = await self._asked(self._holder(ticket), source)
        await tried.count(f"wechat {who.app_id} {who.openid}")
        given = await self._asked(self.client.phone(who.app_id, code), source)
        number = phone_number(given)
        await tried.count(f"phone {number}")
        called = person_name(name) if name else masked_phone(number)
        try:
            async with self.database.transaction(ACTOR) as session:
                person_id = await wechat.bind(session, self.vault, who, number, called)
                issued = await self._begun(session, person_id, device, source, None)
        except wechat.PhoneBound as error:
            await self._note(source, "login_refused")
            raise Refusal("PHONE_BOUND", 409) from error
        await tried.forgive()
        return answer(self.issuer.answer(issued))

    def routes(self) -> list[Route]:
        """Where these are asked for."""
        doors = {"/auth/wechat": self.login, "/auth/wechat/phone": self.phone}
        return [Route(path, door(one), methods=["POST"]) for path, one in doors.items()]

    def _app_id(self, wanted: str | None) -> str:
        """Raises: InvalidInput(app) for one that is none of ours, or where there are several."""
        ours = self.client.app_ids
        app_id = ours[0] if wanted is None and len(ours) == 1 else wanted
        if app_id is None or app_id not in ours:
            raise InvalidInput("app", reason=Reason.WECHAT_APP)
        return app_id

    async def _begun(
        self,
        session: AsyncSession,
        person_id: UUID,
        device: Device,
        source: Source,
        account_id: UUID | None,
    ) -> Issued:
        await wechat.ensure_account(session, person_id)
        issued = await begin(session, person_id, self.issuer.lifetimes, device, account_id)
        act = Act("login", LoginSession.__tablename__, issued.login.id, purpose="wechat")
        record(session, issued.actor, source, [act])
        return issued

    async def _asked(self, question: Awaitable[T], source: Source) -> T:
        """What WeChat says. Raises: Refusal, after it is in the trail."""
        try:
            return await question
        except wechat.WechatRefusal as refusal:
            await self._note(source, "login_refused")
            raise _refused(refusal) from refusal

    async def _note(self, source: Source, action: str) -> None:
        async with self.database.transaction(ACTOR) as session:
            record(session, None, source, [Act(action, purpose="wechat")])

    def _ticket(self, who: wechat.Identified) -> dict[str, Any]:
        ends = now() + TICKET_LASTS
        ticket = Ticket(who.app_id, who.openid, who.unionid, int(ends.timestamp()))
        return {
            "needs_phone": True,
            "ticket": sealed(_TICKET.dump_json(ticket).decode(), self.vault, _PURPOSE),
            "expires_in": int(TICKET_LASTS.total_seconds()),
        }

    async def _holder(self, text: str) -> wechat.Identified:
        """Whose ticket this is. Raises: CodeInvalid for one that is none, or over."""
        try:
            ticket = _TICKET.validate_json(opened(text, self.vault, _PURPOSE))
        except ValueError as error:
            raise wechat.CodeInvalid("no ticket of ours") from error
        if ticket.ends <= now().timestamp() or ticket.app_id not in self.client.app_ids:
            raise wechat.CodeInvalid("the ticket is over")
        return wechat.Identified(ticket.app_id, ticket.openid, ticket.unionid)


def _device(request: Request, body: dict[str, Any]) -> Device:
    return Device(text_or_none(body, "device", MAX_DEVICE), source_of(request).address)


def _refused(refusal: wechat.WechatRefusal) -> Refusal:
    """What a client is told."""
    match refusal:
        case wechat.CodeInvalid():
            return Refusal("LOGIN_CODE_INVALID", 401)
        case wechat.RiskyUser():
            return Refusal("LOGIN_BLOCKED", 403)
        case wechat.TooOften():
            return rate_limited(_TOO_OFTEN_SECONDS)
        case _:
            # An operator's fault too, such as a wrong secret: its code is in the text.
            log.warning("WeChat does not answer: %s", refusal)
            return Refusal("UNAVAILABLE", 503, retry_after=RETRY_AFTER_S)
