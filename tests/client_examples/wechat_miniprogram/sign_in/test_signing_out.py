"""Whoever signs out is out, whatever the network does."""

from domain.database import Database
from domain.sessions.models import SessionEnd
from tests.client_examples.wechat_miniprogram.hers import REFRESH, Hers, arrives, sessions, sign_in
from tests.wechat import WechatStandIn


async def test_signing_out_without_a_network_is_signing_out(
    hers: Hers, wechat: WechatStandIn
) -> None:
    await sign_in(hers)
    await hers.wire.cut()
    await hers.phone.tell("tap", "sign-out")
    await hers.phone.arrives_at("sign_in")
    assert "refresh" not in hers.storage.read_text()
    await hers.wire.mend()
    await hers.phone.tell("tap", "wechat")
    await arrives(hers.phone)


async def test_signing_out_with_a_token_that_is_over_ends_the_session(
    hers: Hers, database: Database
) -> None:
    await sign_in(hers)
    await hers.phone.spoil(access="spoilt")
    await hers.phone.tell("freeze")
    await hers.phone.tell("tap", "sign-out")

    async def ended() -> bool:
        return (await sessions(database))[0].ended_why is SessionEnd.LOGOUT

    await hers.phone.until("the session goes on", ended)
    assert await hers.phone.tell("page") == "pages/sign_in/sign_in"
    assert (await hers.phone.doors())[2:] == ["/auth/logout", REFRESH, "/auth/logout"]
