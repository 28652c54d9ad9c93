"""The poller as an OAuth client: it gets its tokens itself, and gives up where it is none."""

import json
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.clients.service import disable, enable, rotate
from domain.database import Database
from tests.client_examples.story import ring
from tests.client_examples.vendor import Poller, poller_of
from tests.clients import Api
from tests.makers.clients import Client, make_client
from tests.vendors import vendor_of


@pytest.fixture
async def client(api: Api, database: Database) -> Client:
    """A client of the vendor of the mother's button."""
    vendor = await vendor_of(database, api.district.sos_button_id)
    made = [await make_client(database, vendor=name) for name in ("安颐科技", "康护物联")]
    (its,) = (one for one in made if one.account_id == vendor.id)
    return its


@pytest.fixture
async def poller(api: Api, tmp_path: Path) -> AsyncGenerator[Poller, None]:
    """A command line without a token."""
    async with poller_of(api, api.actor(next(iter(api.district.players))), tmp_path) as ready:
        ready.token_file.unlink()
        yield ready


def client_file(poller: Poller, client: Client, secret: str) -> str:
    """What an operator hands over."""
    file = poller.folder / "client.json"
    file.write_text(json.dumps({"client_id": client.name, "client_secret": secret}))
    return str(file)


async def test_it_gets_its_tokens_itself_and_a_new_one_when_one_is_void(
    api: Api, database: Database, poller: Poller, client: Client
) -> None:
    await poller.start_with("--client-file", client_file(poller, client, client.secret))
    await poller.until_said("following from here")
    await ring(database, api.district.sos_button_id)
    await poller.until(lambda: poller.told() == ["RAISED"])
    async with database.transaction("test") as session:
        await disable(session, client.id)
        await enable(session, client.id)
    await ring(database, api.district.sos_button_id)
    await poller.until(lambda: poller.told() == ["RAISED", "REPEATED"])
    assert await poller.end() == 0


async def test_a_new_secret_needs_no_restart(
    api: Api, database: Database, poller: Poller, client: Client
) -> None:
    await poller.start_with("--client-file", client_file(poller, client, client.secret))
    await poller.until_said("following from here")
    async with database.transaction("test") as session:
        _, secret = await rotate(session, client.id, overlap=timedelta(0))
        client_file(poller, client, secret)
        await disable(session, client.id)
        await enable(session, client.id)
    await ring(database, api.district.sos_button_id)
    await poller.until(lambda: poller.told() == ["RAISED"])


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"client_id": "x", "client_secret": "y"}'])
async def test_who_is_no_client_is_told_in_one_sentence(poller: Poller, text: str) -> None:
    file = poller.folder / "client.json"
    file.write_text(text)
    await poller.start_with("--client-file", str(file))
    assert await poller.ended() == 2
    assert len(poller.said) == 1
    assert poller.said[0].startswith("vendor_python: ")
    assert poller.notices == []
