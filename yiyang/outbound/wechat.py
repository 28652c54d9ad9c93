"""WeChat's server API: who somebody is, their phone, messages to them, our access token.

What it answers is in its documentation under 小程序 · 服务端: HTTP 200 in any case, and where
something is wrong an ``errcode``. Secrets and codes stand in addresses there; ``yiyang/logs.py``
keeps httpx from writing these down.
"""

import asyncio
from collections.abc import Mapping
from time import monotonic
from typing import Any, cast

import httpx
import orjson

from domain.sessions.wechat import (
    CodeInvalid,
    Identified,
    RiskyUser,
    TooOften,
    WechatAway,
    WechatRefusal,
)

PATIENCE_SECONDS = 5.0
_CONNECTIONS = httpx.Limits(max_connections=50, max_keepalive_connections=10)

_BUSY = -1
_MEANINGS: Mapping[int, type[WechatRefusal]] = {
    _BUSY: WechatAway,
    40029: CodeInvalid,
    40163: CodeInvalid,  # "code been used"
    41008: CodeInvalid,  # "missing code"
    40226: RiskyUser,
    45011: TooOften,
}
_STALE_TOKEN = frozenset({40001, 40014, 42001})

_TRIES = 3
"""Of a call that changes nothing, however often it is made."""
_PAUSE_SECONDS = 0.2
_SPARE_SECONDS = 60
"""A token is given up so long before its end; WeChat promises one that lasts 300 s longer."""


class WechatClient:
    """Speaks for our mini-programs.

    Parameters:
        secrets: app id -> its secret.
        url: of WeChat's API.
        patience_seconds: for an answer.
    """

    def __init__(
        self,
        secrets: Mapping[str, str],
        url: str,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._secrets = dict(secrets)
        # Only a connection that was not made is tried again: nothing has been sent by it.
        transport = httpx.AsyncHTTPTransport(retries=1, limits=_CONNECTIONS)
        self._http = httpx.AsyncClient(base_url=url, timeout=patience_seconds, transport=transport)
        self._tokens = {app_id: _AccessToken(self, app_id) for app_id in secrets}

    @property
    def app_ids(self) -> tuple[str, ...]:
        """Our mini-programs."""
        return tuple(self._secrets)

    async def identify(self, app_id: str, code: str) -> Identified:
        """Whose code of ``wx.login`` this is. The session key is not taken up at all.

        Raises: WechatRefusal.
        """
        asked = {
            "appid": app_id,
            "secret": self._secrets[app_id],
            "js_code": code,
            "grant_type": "authorization_code",
        }
        answer = await self._once("GET", "/sns/jscode2session", params=asked)
        return Identified(app_id, _text(answer, "openid"), answer.get("unionid") or None)

    async def phone(self, app_id: str, code: str) -> str:
        """The number behind a code of the phone button, as ``+86…``.

        Raises: WechatRefusal.
        """
        # The token is looked at before the code, which therefore is still good after a stale one.
        answer = await self._as_us(app_id, "/wxa/business/getuserphonenumber", {"code": code})
        info = answer.get("phone_info")
        if not isinstance(info, dict):
            raise WechatAway("phone_info is missing")
        found = cast(dict[str, Any], info)
        return f"+{found.get('countryCode')}{_text(found, 'purePhoneNumber')}"

    async def access_token(self, app_id: str) -> tuple[str, float]:
        """A fresh access token, and for how many seconds it is good. As long as one is good WeChat
        gives the same, so to ask again harms nothing.

        Raises: WechatRefusal.
        """
        for trial in range(1, _TRIES):
            try:
                return await self._stable_token(app_id)
            except WechatAway:
                await asyncio.sleep(_PAUSE_SECONDS * trial)
        return await self._stable_token(app_id)

    async def close(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def _stable_token(self, app_id: str) -> tuple[str, float]:
        asked = {
            "grant_type": "client_credential",
            "appid": app_id,
            "secret": self._secrets[app_id],
        }
        answer = await self._once("POST", "/cgi-bin/stable_token", json=asked)
        try:
            return _text(answer, "access_token"), float(answer["expires_in"])
        except (KeyError, TypeError, ValueError) as error:
            raise WechatAway("expires_in is no number") from error

    async def message(self, app_id: str, path: str, message: Mapping[str, Any]) -> None:
        """Send a subscribe message (``/cgi-bin/message/subscribe/send``) or one of a device's
        (``/cgi-bin/message/device/subscribe/send``).

        Raises: WechatRefusal; its ``code`` says why.
        """
        await self._as_us(app_id, path, message)

    async def device_ticket(self, app_id: str, model: str, serial: str) -> str:
        """As ``Wechat``. Raises: WechatRefusal."""
        asked = {"model_id": model, "sn": serial}
        return _text(await self._as_us(app_id, "/wxa/getsnticket", asked), "sn_ticket")

    async def _as_us(self, app_id: str, path: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """A call with our token; once more with another where that is believed no longer.

        Raises: WechatRefusal.
        """
        token = self._tokens[app_id]
        held = await token.value()
        try:
            return await self._once("POST", path, params={"access_token": held}, json=asked)
        except _Stale:
            fresh = {"access_token": await token.instead_of(held)}
            return await self._once("POST", path, params=fresh, json=asked)

    async def _once(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """One request. A code that is good once may be spent even if no answer came, so it is not
        sent again here.

        Raises: WechatRefusal.
        """
        try:
            response = await self._http.request(method, path, **options)
            answer = orjson.loads(response.content)
        except (httpx.HTTPError, ValueError) as error:
            # Their own texts may quote the address, with the secret in it.
            raise WechatAway(f"{path}: {type(error).__name__}") from None
        if response.status_code != 200 or not isinstance(answer, dict):
            raise WechatAway(f"{path}: HTTP {response.status_code}")
        found = cast(dict[str, Any], answer)
        code = found.get("errcode") or 0
        if code:
            raise _refusal(path, code)
        return found


class _AccessToken:
    """The token of one mini-program: fetched once, however many wait for it."""

    def __init__(self, client: WechatClient, app_id: str) -> None:
        self._client, self._app_id = client, app_id
        self._held = ""
        self._good_until = 0.0
        self._fetching: asyncio.Task[None] | None = None

    async def value(self) -> str:
        """One that lasts for the call at hand. Raises: WechatRefusal."""
        if not self._held or monotonic() >= self._good_until:
            # Who goes away in the middle takes nothing from the others; and all fail together.
            await asyncio.shield(self._fetching or self._begin())
        return self._held

    async def instead_of(self, stale: str) -> str:
        """One after WeChat has not believed this one. Raises: WechatRefusal."""
        if self._held == stale:
            self._held = ""
        return await self.value()

    def _begin(self) -> asyncio.Task[None]:
        self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        try:
            self._held, seconds = await self._client.access_token(self._app_id)
            self._good_until = monotonic() + seconds - _SPARE_SECONDS
        finally:
            self._fetching = None


class _Stale(WechatAway):
    """The access token is not believed."""


def _refusal(path: str, code: object) -> WechatRefusal:
    kind = WechatAway
    if isinstance(code, int):
        kind = _Stale if code in _STALE_TOKEN else _MEANINGS.get(code, WechatAway)
    refusal = kind(f"{path}: errcode {code}")
    refusal.code = code if isinstance(code, int) else None
    return refusal


def _text(answer: Mapping[str, Any], name: str) -> str:
    """Raises: WechatAway where it is none."""
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise WechatAway(f"{name} is missing")
    return value
