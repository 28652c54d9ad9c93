"""WeChat's server API as far as we ask it, on a port of its own: it keeps its codes' rules, and
misbehaves when told to."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from api.app import create_app
from api.auth.tokens import TokenKey
from api.settings import ApiSettings
from domain.crypto import Vault
from tests.clients import PUSH_TEMPLATES, Api
from tests.serving import serving
from yiyang.district.cast import District
from yiyang.outbound.wechat import WechatClient

APP, SECRET = "wx0123456789abcdef", "s3cret-of-the-mini-program"
SESSION_KEY = "a-session-key-that-stays-with-the-server"

Fault = int | str | float
"""An errcode; a body that is no JSON; seconds of silence."""


@dataclass
class WechatStandIn:
    """What it knows, and what it was asked.

    Attributes:
        members: openid -> the number that its phone button tells. Whoever is one has a phone, which
            asks for codes by itself.
        users: code of ``wx.login`` -> openid and perhaps unionid; each is good once.
        phones: code of the phone button -> number; each is good once.
        faults: by path, what goes wrong with the next calls.
        called: how often each path was asked.
        messages: what was sent to users, the newest last; what is refused is not among it.
        token: the access token that is believed now.
        lasts: how many seconds it says it does.
    """

    members: dict[str, str] = field(default_factory=dict[str, str])
    users: dict[str, tuple[str, str | None]] = field(default_factory=dict[str, Any])
    phones: dict[str, str] = field(default_factory=dict[str, str])
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    called: Counter[str] = field(default_factory=Counter[str])
    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    token: str = ""
    lasts: int = 7200
    url: str = ""
    country: str = "86"

    def __post_init__(self) -> None:
        self._numbers = count(1)

    def forget_token(self) -> None:
        """The access token is believed no longer, although its time is not over."""
        self.token = ""

    def routes(self) -> list[Route]:
        """Its API."""
        return [
            Route("/sns/jscode2session", self._session),
            Route("/cgi-bin/stable_token", self._stable_token, methods=["POST"]),
            Route("/wxa/business/getuserphonenumber", self._phone, methods=["POST"]),
            Route("/cgi-bin/message/subscribe/send", self._message, methods=["POST"]),
            Route("/cgi-bin/message/device/subscribe/send", self._message, methods=["POST"]),
            Route("/wxa/getsnticket", self._ticket, methods=["POST"]),
            Route("/phones/{openid}/login", self._login_code),
            Route("/phones/{openid}/number", self._phone_code),
        ]

    async def _login_code(self, request: Request) -> Response:
        """What ``wx.login`` brings; how a phone asks WeChat is nobody else's business."""
        code = f"login-{next(self._numbers)}"
        self.users[code] = (request.path_params["openid"], None)
        return PlainTextResponse(code)

    async def _phone_code(self, request: Request) -> Response:
        """What the phone button brings."""
        code = f"phone-{next(self._numbers)}"
        self.phones[code] = self.members[request.path_params["openid"]]
        return PlainTextResponse(code)

    async def _session(self, request: Request) -> Response:
        asked = request.query_params
        if fault := await self._fault(request):
            return fault
        if asked["appid"] != APP:
            return _error(40013)
        if asked["secret"] != SECRET:
            return _error(40125)
        found = self.users.pop(asked["js_code"], None)
        if found is None:
            return _error(40029)
        openid, unionid = found
        answer = {"openid": openid, "session_key": SESSION_KEY}
        # As WeChat does: JSON that says it is text.
        return PlainTextResponse(
            JSONResponse({**answer, "unionid": unionid} if unionid else answer).body
        )

    async def _stable_token(self, request: Request) -> Response:
        asked = await request.json()
        if fault := await self._fault(request):
            return fault
        if (asked["appid"], asked["secret"]) != (APP, SECRET):
            return _error(40125)
        assert asked["grant_type"] == "client_credential"
        self.token = self.token or f"token-{next(self._numbers)}"
        await asyncio.sleep(0.02)
        return JSONResponse({"access_token": self.token, "expires_in": self.lasts})

    async def _phone(self, request: Request) -> Response:
        code = (await request.json())["code"]
        if fault := await self._fault(request):
            return fault
        if not self.token or request.query_params["access_token"] != self.token:
            return _error(40001)
        number = self.phones.pop(code, None)
        if number is None:
            return _error(40029)
        info = {
            "phoneNumber": number,
            "purePhoneNumber": number,
            "countryCode": self.country,
            "watermark": {"timestamp": 1637744274, "appid": APP},
        }
        return JSONResponse({"errcode": 0, "errmsg": "ok", "phone_info": info})

    async def _message(self, request: Request) -> Response:
        message = await request.json()
        if fault := await self._fault(request):
            return fault
        if not self.token or request.query_params["access_token"] != self.token:
            return _error(40001)
        self.messages.append(message)
        return JSONResponse({"errcode": 0, "errmsg": "ok", "msgid": 294402298110051942})

    async def _ticket(self, request: Request) -> Response:
        asked = await request.json()
        if fault := await self._fault(request):
            return fault
        if not self.token or request.query_params["access_token"] != self.token:
            return _error(40001)
        ticket = f"{asked['model_id']} {asked['sn']}"
        return JSONResponse({"errcode": 0, "errmsg": "ok", "sn_ticket": ticket})

    async def _fault(self, request: Request) -> Response | None:
        path = request.url.path.rpartition("/")[2]
        self.called[path] += 1
        if not self.faults[path]:
            return None
        match self.faults[path].popleft():
            case int(code):
                return _error(code)
            case str(text):
                return PlainTextResponse(text)
            case seconds:
                await asyncio.sleep(seconds)
                return PlainTextResponse("late")


def _error(code: int) -> Response:
    return JSONResponse({"errcode": code, "errmsg": "as in the table, rid: 1"})


@asynccontextmanager
async def wechat_stand_in() -> AsyncGenerator[WechatStandIn, None]:
    """One that is up."""
    stand_in = WechatStandIn()
    async with serving(Starlette(routes=stand_in.routes())) as port:
        stand_in.url = f"http://127.0.0.1:{port}"
        yield stand_in


@pytest.fixture
async def wechat() -> AsyncGenerator[WechatStandIn, None]:
    """For a conftest to import: one that is up."""
    async with wechat_stand_in() as one:
        yield one


@pytest.fixture
async def api(
    database_url: str, token_key: TokenKey, vault: Vault, district: District, wechat: WechatStandIn
) -> AsyncGenerator[Api, None]:
    """For a conftest to import: a server that asks that one."""
    asks = WechatClient({APP: SECRET}, wechat.url, patience_seconds=2)
    settings = ApiSettings(
        database_url, token_key, vault, wechat=asks, push_templates=PUSH_TEMPLATES
    )
    async with serving(create_app(settings)) as port:
        client = Api(port, token_key, district)
        yield client
        await client.close()
