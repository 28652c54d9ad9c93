"""Refresh tokens are changed once; who shows one twice ends the session."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import update

from api.auth.attempts import FROM_AN_ADDRESS
from api.texts import ERRORS
from domain.database import Database
from domain.ids import public_id
from domain.sessions.models import LoginSession, RefreshToken
from tests.clients import Api
from tests.logins import bearing, kept, post, refreshed, signed_in, status, void
from tests.trail import actions
from tests.waiting import until


async def test_a_refresh_token_is_changed_for_the_next_tokens(
    api: Api, database: Database, daughter: UUID
) -> None:
    tokens = await signed_in(api, database, daughter)
    for _ in range(3):
        answer = await refreshed(api, tokens["refresh_token"])
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.json()["refresh_token"] != tokens["refresh_token"]
        tokens = answer.json()
    assert tokens["token_type"] == "Bearer"
    assert 890 < tokens["expires_in"] <= 900
    assert tokens["account"]["id"] == public_id("account", api.district.daughter_id)
    assert await status(api, tokens) == 200


async def test_a_stolen_token_that_is_used_twice_ends_the_whole_session(
    api: Api, database: Database, daughter: UUID
) -> None:
    stolen = await signed_in(api, database, daughter)
    elsewhere = await signed_in(api, database, daughter)
    thief = (await refreshed(api, stolen["refresh_token"])).json()
    assert await status(api, thief) == 200
    answer = await refreshed(api, stolen["refresh_token"])
    assert answer.status_code == 401
    assert answer.json()["error"] == "sign_in_again"
    await void(api, thief)
    await void(api, stolen)
    assert (await refreshed(api, thief["refresh_token"])).status_code == 401
    assert await actions(database) == ["refresh_reused", "refresh_refused"]
    # Another device of hers is none of the family's; and the phone signs in again.
    assert await status(api, elsewhere) == 200
    again = await signed_in(api, database, daughter)
    assert await status(api, again) == 200
    assert (await refreshed(api, again["refresh_token"])).status_code == 200


async def test_of_several_at_once_one_wins_and_the_session_ends(
    api: Api, database: Database, daughter: UUID
) -> None:
    tokens = await signed_in(api, database, daughter)
    answers = await asyncio.gather(*(refreshed(api, tokens["refresh_token"]) for _ in range(8)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200, *[401] * 7]
    (winner,) = (answer.json() for answer in answers if answer.status_code == 200)
    await void(api, winner)
    assert (await refreshed(api, winner["refresh_token"])).status_code == 401
    assert (await actions(database)).count("refresh_reused") == 1


@pytest.mark.parametrize("which", ["unknown", "expired", "session expired", "session ended"])
async def test_whatever_is_wrong_with_a_token_the_answer_is_the_same(
    api: Api, database: Database, daughter: UUID, which: str
) -> None:
    tokens = await signed_in(api, database, daughter)
    past = datetime.now(UTC) - timedelta(seconds=1)
    if which == "session ended":
        await post(api, "/auth/logout", **bearing(tokens))
    async with database.transaction("test") as session:
        if which == "expired":
            await session.execute(update(RefreshToken).values(expires_at=past))
        if which == "session expired":
            await session.execute(update(LoginSession).values(expires_at=past))
    shown = "unknown" if which == "unknown" else tokens["refresh_token"]
    before = (await kept(database))[0]
    answer = await refreshed(api, shown, **{"account": "account_" + "0" * 32})
    assert (answer.status_code, answer.json()["error"]) == (401, "sign_in_again")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert (await kept(database))[0] == before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (None, 415),
        ([], 400),
        ({}, 400),
        ({"refresh_token": 1}, 400),
        ({"refresh_token": ""}, 400),
        ({"refresh_token": "x" * 300}, 400),
        ({"refresh_token": "a\0b"}, 400),
        ({"refresh_token": "x", "account": 7}, 400),
        ({"refresh_token": "x", "account": "elder_1"}, 400),
        ({"refresh_token": "x", "more": "y" * 300_000}, 413),
    ],
    ids=[str(number) for number in range(10)],
)
async def test_what_is_no_request_is_refused(api: Api, body: Any, status: int) -> None:
    answer = await post(api, "/auth/refresh", body)
    assert answer.status_code == status, answer.text
    assert answer.json().keys() == {"error", "error_description"}


async def test_a_refusal_speaks_the_clients_language(api: Api) -> None:
    texts = [
        (await post(api, "/auth/refresh", {"refresh_token": "x"}, **{"Accept-Language": one}))
        for one in ("zh-CN", "zh-TW", "en")
    ]
    said = [answer.json()["error_description"] for answer in texts]
    assert said == list(ERRORS["SIGN_IN_AGAIN"])


async def test_who_guesses_on_is_told_to_wait(api: Api, database: Database) -> None:
    answers = await asyncio.gather(*(refreshed(api, f"guess {number}") for number in range(150)))
    late = [answer for answer in answers if answer.status_code == 429]
    assert len(late) <= 150 - FROM_AN_ADDRESS.at_once
    assert late[0].json()["error"] == "rate_limited"
    assert int(late[0].headers["Retry-After"]) >= 1
    assert {answer.status_code for answer in answers if answer not in late} == {401}
    assert (await actions(database)).count("refresh_refused") == len(answers) - len(late)


async def test_a_house_of_phones_that_do_nothing_wrong_is_not_kept_out(
    api: Api, database: Database, daughter: UUID
) -> None:
    tokens = await signed_in(api, database, daughter)
    for _ in range(70):
        answer = await refreshed(api, tokens["refresh_token"])
        assert answer.status_code == 200
        tokens = answer.json()


async def test_a_refresh_that_dies_in_the_middle_leaves_the_token_unused(
    api: Api, database: Database, daughter: UUID, database_url: str
) -> None:
    tokens = await signed_in(api, database, daughter)
    holder, watcher = [await asyncpg.connect(database_url) for _ in range(2)]
    end = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND datname = current_database()"""
    async with holder.transaction():
        await holder.execute("SELECT 1 FROM login_session FOR UPDATE")
        asked = asyncio.create_task(refreshed(api, tokens["refresh_token"]))
        await until(lambda: watcher.fetchval(end))
        answer = await asked
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    await holder.close()
    await watcher.close()
    assert (await refreshed(api, tokens["refresh_token"])).status_code == 200
