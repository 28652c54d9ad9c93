"""No log has what opens a door: codes, tickets, tokens, secrets, and what proves one has them."""

import base64
import json
from pathlib import Path

from joserfc.jwk import ECKey

from api.auth.tokens import TokenKey
from domain.crypto import Vault
from domain.database import Database
from tests.clients import PUBLIC_URL, Api
from tests.conftest import free_port
from tests.logins import post, refreshed
from tests.makers.clients import Client, ask, make_client
from tests.parts import begun, database_away, environment, running
from tests.wechat import APP, SECRET, SESSION_KEY, WechatStandIn, wechat_stand_in
from yiyang.district.cast import District

BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
OPENID, PHONE, TOKEN_OF_WECHAT = "oCANARY-openid", "19912345678", "CANARY-stable-token"


async def by_wechat(api: Api, wechat: WechatStandIn) -> list[str]:
    """Somebody signs in with their phone, stays signed in, and is refused in between. Returns: what
    must stay between them and us."""
    first, again, button = "081CANARYfirst", "081CANARYagain", "CANARYbutton"
    wechat.token = TOKEN_OF_WECHAT
    wechat.users |= {first: (OPENID, None), again: (OPENID, None)}
    wechat.phones[button] = PHONE
    ticket = (await post(api, "/auth/wechat", {"code": first})).json()["ticket"]
    bound = {"code": button, "ticket": ticket}
    tokens = (await post(api, "/auth/wechat/phone", bound)).json()
    renewed = (await refreshed(api, tokens["refresh_token"])).json()
    wechat.faults["jscode2session"].extend([40013, -1, "<html>"])
    refused = [
        await post(api, "/auth/wechat/phone", bound),
        await refreshed(api, tokens["refresh_token"]),
        *[await post(api, "/auth/wechat", {"code": again}) for _ in range(3)],
    ]
    assert all(answer.is_error for answer in refused)
    found = [one[name] for one in (tokens, renewed) for name in ("access_token", "refresh_token")]
    return [first, again, button, ticket, OPENID, PHONE, SECRET, SESSION_KEY, *found]


async def by_oauth(api: Api, client: Client, other: Client) -> list[str]:
    """Vendors' systems prove themselves, rightly and wrongly. Returns: as above."""
    basic, wrong = (client.name, client.secret), (client.name, "CANARY" + client.secret[6:])
    token = (await ask(api, auth=basic)).json()["access_token"]
    assertion = other.assertion("ES256")
    proof = {"client_assertion_type": BEARER, "client_assertion": assertion}
    by_key = (await ask(api, "token", None, **proof)).json()["access_token"]
    assert (await ask(api, "introspect", auth=basic, token=token)).json()["active"]
    refused = [
        await ask(api, "token", None, **proof),
        await ask(api, auth=wrong),
        await ask(api, client_id=client.name, client_secret=wrong[1]),
    ]
    assert all(answer.is_error for answer in refused)
    assert (await ask(api, "revoke", auth=basic, token=token)).is_success
    shown = [base64.b64encode(":".join(one).encode()).decode() for one in (basic, wrong)]
    return [basic[1], wrong[1], token, by_key, assertion, *shown]


async def test_no_log_has_a_key_to_a_door(
    database: Database,
    database_url: str,
    cluster: str,
    vault: Vault,
    district: District,
    tmp_path: Path,
) -> None:
    key, port, log = TokenKey.new_jwk(), free_port(), tmp_path / "log"
    api = Api(port, TokenKey(key), district)
    client = await make_client(database)
    other = await make_client(database, key=ECKey.generate_key("P-256", auto_kid=True))

    async with wechat_stand_in() as wechat:
        told = environment(
            database_url,
            vault,
            TOKEN_KEY=json.dumps(key),
            PORT=str(port),
            LOG_LEVEL="DEBUG",
            PUBLIC_URL=PUBLIC_URL,
            WECHAT_APPS=json.dumps({APP: SECRET}),
            WECHAT_URL=wechat.url,
        )
        async with running("serve", told=told, log=log):
            await begun(api)
            secrets = await by_wechat(api, wechat) + await by_oauth(api, client, other)
            async with database_away(cluster, database_url):
                last = "081CANARYlast"
                wechat.users[last] = (OPENID, None)
                away = [
                    await post(api, "/auth/wechat", {"code": last}),
                    await refreshed(api, secrets[-1]),
                    await ask(api, auth=(client.name, client.secret)),
                ]
            assert [answer.status_code for answer in away] == [503] * 3
    await api.close()
    words = log.read_text()
    assert "WeChat does not answer" in words
    assert "was not answered" in words
    for secret in (*secrets, last, TOKEN_OF_WECHAT, key["d"], "CANARY"):
        assert secret not in words, words[max(0, words.find(secret) - 2000) :][:4000]
