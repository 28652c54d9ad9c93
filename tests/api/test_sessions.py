"""Refresh tokens are changed once; who shows one twice ends the session; logout ends it too."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import websockets
from sqlalchemy import func, select, update
from sqlmodel import col

from api.auth.attempts import FROM_AN_ADDRESS
from api.texts import ERRORS
from domain.access import Role
from domain.accounts.models import Account
from domain.audit.models import AuditEntry
from domain.database import Database
from domain.ids import public_id
from domain.sessions.models import LoginSession, RefreshToken, SessionEnd
from domain.sessions.service import Device, Lifetimes, prune
from tests.clients import TIMEOUT_SECONDS, Api, graphql_socket
from tests.logins import bearing, person_of, post, refreshed, signed_in, status
from tests.waiting import until


@pytest.fixture
async def daughter(api: Api, database: Database) -> UUID:
    """A person who is the mother's daughter, and a volunteer."""
    volunteer = api.district.players[Role.VOLUNTEER].account_id
    return await person_of(database, api.district.daughter_id, volunteer)


async def kept(database: Database) -> list[Any]:
    """All that is known of sessions and tokens."""
    sessions = select(
        col(LoginSession.id), col(LoginSession.ended_why), col(LoginSession.account_id)
    )
    tokens = select(col(RefreshToken.token_hash), col(RefreshToken.used_at))
    return [
        await database.fetch(sessions.order_by(col(LoginSession.id))),
        await database.fetch(tokens.order_by(col(RefreshToken.issued_at))),
    ]


async def trail(database: Database) -> list[str]:
    rows = await database.fetch(select(col(AuditEntry.action)).order_by(col(AuditEntry.id)))
    return [row[0] for row in rows]


async def void(api: Api, tokens: dict[str, Any]) -> None:
    """Wait until the server knows."""

    async def refused() -> bool:
        return await status(api, tokens) == 401

    await until(refused)


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
    assert await trail(database) == ["refresh_reused", "refresh_refused"]
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
    assert (await trail(database)).count("refresh_reused") == 1


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


async def test_a_person_with_two_accounts_changes_between_them(
    api: Api, database: Database, daughter: UUID
) -> None:
    tokens = await signed_in(api, database, daughter)
    assert {one["role"] for one in tokens["accounts"]} == {"FAMILY", "VOLUNTEER"}
    (other,) = (one for one in tokens["accounts"] if one != tokens["account"])
    changed = (await refreshed(api, tokens["refresh_token"], account=other["id"])).json()
    assert changed["account"] == other
    stays = (await refreshed(api, changed["refresh_token"])).json()
    assert stays["account"] == other
    grant = api.key.verify(stays["access_token"])
    assert grant.actor.role.value == other["role"]
    assert grant.session == api.key.verify(tokens["access_token"]).session


@pytest.mark.parametrize("whose", ["somebody else's", "nobody's", "over"])
async def test_no_account_but_ones_own_in_force(
    api: Api, database: Database, daughter: UUID, whose: str
) -> None:
    tokens = await signed_in(api, database, daughter)
    volunteer = api.district.players[Role.VOLUNTEER].account_id
    if whose == "over":
        async with database.transaction("test") as session:
            over = update(Account).where(col(Account.id) == volunteer)
            await session.execute(over.values(until=func.now()))
    key = {
        "somebody else's": api.district.neighbour_daughter_id,
        "nobody's": UUID(int=1),
        "over": volunteer,
    }[whose]
    before = await kept(database)
    answer = await refreshed(api, tokens["refresh_token"], account=public_id("account", key))
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert await kept(database) == before
    assert (await refreshed(api, tokens["refresh_token"])).status_code == 200


async def test_a_token_ends_with_its_account_and_without_one_nobody_goes_on(
    api: Api, database: Database, daughter: UUID
) -> None:
    tokens = await signed_in(api, database, daughter)
    async with database.transaction("test") as session:
        theirs = update(Account).where(col(Account.person_id) == daughter)
        soon = func.now() + timedelta(seconds=60)
        await session.execute(theirs.values(until=soon))
    tokens = (await refreshed(api, tokens["refresh_token"])).json()
    assert tokens["expires_in"] <= 60
    async with database.transaction("test") as session:
        await session.execute(theirs.values(until=func.now()))
    answer = await refreshed(api, tokens["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (401, "sign_in_again")


async def test_a_session_lasts_no_longer_than_it_may(
    api: Api, database: Database, daughter: UUID
) -> None:
    short = Lifetimes(refresh=timedelta(days=30), session=timedelta(days=1))
    tokens = await signed_in(api, database, daughter, short)
    await refreshed(api, tokens["refresh_token"])
    ends = await database.fetch(select(col(RefreshToken.expires_at)))
    begun = datetime.now(UTC)
    assert len(ends) == 2
    assert all(row[0] <= begun + timedelta(days=1) for row in ends)


async def test_logging_out_ends_this_session_alone(
    api: Api, database: Database, daughter: UUID
) -> None:
    here, there = [await signed_in(api, database, daughter) for _ in range(2)]
    assert (await post(api, "/auth/logout", **bearing(here))).status_code == 204
    await void(api, here)
    assert (await refreshed(api, here["refresh_token"])).status_code == 401
    assert await status(api, there) == 200
    assert (await refreshed(api, there["refresh_token"])).status_code == 200
    assert (await trail(database))[0] == "logout"


async def test_logging_out_everywhere_ends_all_sessions_and_their_sockets(
    api: Api, database: Database, daughter: UUID
) -> None:
    stranger = await person_of(database, api.district.neighbour_daughter_id)
    here, there = [await signed_in(api, database, daughter) for _ in range(2)]
    other = await signed_in(api, database, stranger)
    async with graphql_socket(api.ws_url, there["access_token"]) as socket:
        answer = await post(api, "/auth/logout/everywhere", **bearing(here))
        assert answer.status_code == 204
        async with asyncio.timeout(TIMEOUT_SECONDS):
            with pytest.raises(websockets.ConnectionClosed):
                await socket.receive()
        assert socket.connection.close_code == 4401
    await void(api, here)
    for one in (here, there):
        assert (await refreshed(api, one["refresh_token"])).status_code == 401
    assert await status(api, other) == 200
    assert (await refreshed(api, other["refresh_token"])).status_code == 200


@pytest.mark.parametrize("path", ["/auth/logout", "/auth/logout/everywhere"])
async def test_who_is_not_signed_in_cannot_log_out(
    api: Api, database: Database, daughter: UUID, path: str
) -> None:
    await signed_in(api, database, daughter)
    before = await kept(database)
    answer = await post(api, path, Authorization="Bearer none")
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthenticated")
    assert await kept(database) == before


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
    assert (await trail(database)).count("refresh_refused") == len(answers) - len(late)


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


async def test_long_over_sessions_and_their_tokens_are_dropped(
    api: Api, database: Database, daughter: UUID
) -> None:
    for _ in range(3):
        await signed_in(api, database, daughter, device=Device("x" * 500))
    long_ago = datetime.now(UTC) - timedelta(days=31)
    async with database.transaction("test") as session:
        first, second, third = (await session.scalars(select(LoginSession))).all()
        assert first.device == "x" * 100
        first.expires_at = long_ago
        second.ended_at, second.ended_why = long_ago, SessionEnd.LOGOUT
        await session.flush()
        assert await prune(session) == 4
        assert (await session.scalars(select(col(LoginSession.id)))).all() == [third.id]
