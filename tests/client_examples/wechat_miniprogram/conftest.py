"""A phone with the mini-program, its wire to a real server, and who holds it."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.access import Actor, Role
from tests.client_examples.wechat_miniprogram.phone import Phone, switched_on
from tests.client_examples.wire import Wire, wire_to
from tests.clients import Api
from tests.npm import need


@pytest.fixture(scope="session")
def packages() -> None:
    """What npm fetches is there. In CI it must be."""
    need(Path(__file__).resolve().parent)


@dataclass
class Held:
    """A phone in someone's hand.

    Parameters:
        wire: between the phone and the server.
    """

    phone: Phone
    wire: Wire
    api: Api

    async def sign_in(self, who: Role | Actor, token: str | None = None) -> None:
        """Open the mini-program and paste a token: the person's own, or the one given."""
        await self.phone.tell("launch")
        await self.phone.arrives_at("sign_in")
        await self.phone.tell("type", "token", f" {token or self.api.token(who)}\n")
        await self.phone.tell("type", "server", f"http://127.0.0.1:{self.wire.port}/")
        await self.phone.tell("tap", "paste")

    async def open_home(self, who: Role | Actor = Role.FAMILY) -> None:
        """The same, and wait until the home page follows the stream."""
        await self.sign_in(who)
        await self.phone.arrives_at("home")
        await self.phone.sees("实时")


@pytest.fixture
async def held(packages: None, api: Api, tmp_path: Path) -> AsyncGenerator[Held, None]:
    """A phone in simplified Chinese, its mini-program not yet opened, its place not told."""
    async with wire_to(api.port) as wire, switched_on(tmp_path / "storage.json") as phone:
        yield Held(phone, wire, api)
