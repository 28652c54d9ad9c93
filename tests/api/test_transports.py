"""What clients send wrong is answered, never crashed on; tokens decide and expire."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
import websockets

from domain.access import Actor, Role
from domain.database import Database
from tests.clients import BEGINNING, Api, Socket
from tests.signals import press

VIEWER = "{ viewer { id } }"
CHANGED = """subscription ($after: String) {
  alarmChanged(after: $after) { cursor change alarm { id state } } }"""


async def raw_post(api: Api, content: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    sent = {
        "Authorization": f"Bearer {api.token(Role.FAMILY)}",
        "Content-Type": "application/json",
        **headers,
    }
    response = await api.http.post(api.url, content=content, headers=sent)
    return response.status_code, response.json()


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[]", 400),
        (b"7", 400),
        (b'{"query": 1}', 400),
        (b'{"query": "{ viewer { id } }", "variables": []}', 400),
        (b'{"query": "{ viewer { id } }", "operationName": 3}', 400),
        (b'{"query": "{' + b"a " * 150_000 + b'}"}', 413),
        (b'{"a":' * 30_000 + b"1" + b"}" * 30_000, 400),
    ],
)
async def test_bodies_that_are_no_request(api: Api, content: bytes, status: int) -> None:
    answered, body = await raw_post(api, content)
    assert answered == status
    assert body["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    "query",
    [
        "{",
        "{ nothing }",
        "query ($a: Int) { viewer { id } }",
        "query A { viewer { id } } query B { viewer { id } }",
        "fragment F on Account { id }",
        "",
    ],
)
async def test_documents_that_do_not_hold(api: Api, query: str) -> None:
    body = json.dumps({"query": query}).encode()
    status, answer = await raw_post(api, body)
    assert status == 200
    assert answer["errors"][0]["extensions"]["code"]
    strict, answer = await raw_post(api, body, Accept="application/graphql-response+json")
    assert strict == 400
    assert "data" not in answer


async def test_a_subscription_belongs_on_a_websocket(api: Api) -> None:
    status, answer = await raw_post(api, json.dumps({"query": CHANGED}).encode())
    assert status == 400
    assert "WebSocket" in answer["errors"][0]["message"]


async def test_too_many_tokens_are_refused(api: Api) -> None:
    query = "{" + " ".join(f"a{n}: viewer {{ id }}" for n in range(2000)) + "}"
    response = await api.post(Role.FAMILY, query)
    assert "errors" in response
    assert "data" not in response or response["data"] is None


async def test_no_token_no_answer(api: Api) -> None:
    for authorization in ("", "Bearer", "Bearer nonsense", "Basic YTpi"):
        status, body = await raw_post(
            api, json.dumps({"query": VIEWER}).encode(), Authorization=authorization
        )
        assert status == 401
        assert body["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_an_expired_or_changed_token_is_none(api: Api) -> None:
    expired = api.token(Role.FAMILY, lifetime=timedelta(seconds=-1))
    head, claims, _ = api.token(Role.FAMILY).split(".")
    foreign = ".".join((head, claims, api.token(Role.ADMIN).split(".")[2]))
    for token in (expired, foreign):
        status, _ = await raw_post(
            api, json.dumps({"query": VIEWER}).encode(), Authorization=f"Bearer {token}"
        )
        assert status == 401


@pytest.mark.parametrize(
    ("language", "text"), [("zh-CN", "没有找到"), ("zh-Hant-TW", "找不到"), ("en-GB", "Not found")]
)
async def test_refusals_speak_the_callers_language(api: Api, language: str, text: str) -> None:
    mutation = """mutation { alarmResolve(input: {reason: TEST, clientMutationId: "x",
      id: "alarm_00000000000000000000000000000000"}) {
      userErrors { code message } clientMutationId } }"""
    headers = {"Accept-Language": language}
    answer = (await api.post(Role.DISPATCHER, mutation, **headers))["data"]["alarmResolve"]
    assert answer["userErrors"] == [{"code": "NOT_FOUND", "message": text}]
    assert answer["clientMutationId"] == "x"


async def test_an_id_of_another_type_is_refused_by_name(api: Api) -> None:
    response = await api.post(Role.FAMILY, '{ elder(id: "device_1") { id } }')
    assert response["data"] == {"elder": None}
    assert response["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", 4400),
        ("[]", 4400),
        ("1", 4400),
        ('{"type": 1}', 4400),
        ('{"type": "nonsense"}', 4400),
        ('{"type": "subscribe", "payload": {"query": "{a}"}}', 4400),
        ('{"type": "subscribe", "id": "", "payload": {"query": "{a}"}}', 4400),
        ('{"type": "subscribe", "id": 1, "payload": {"query": "{a}"}}', 4400),
        ('{"type": "subscribe", "id": "1"}', 4400),
        ('{"type": "subscribe", "id": "1", "payload": {"query": "{a}", "variables": 1}}', 4400),
        ('{"type": "connection_init"}', 4429),
        (" " * 70_000, 1009),
    ],
)
async def test_frames_outside_the_protocol_close_the_socket(
    api: Api, frame: str, code: int
) -> None:
    async with api.socket(Role.FAMILY) as socket:
        await socket.connection.send(frame)
        with pytest.raises(websockets.ConnectionClosed):
            await socket.receive()
        assert socket.connection.close_code == code


async def test_an_operation_before_the_acknowledgement_is_4401(api: Api) -> None:
    async with websockets.connect(
        api.ws_url, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]
    ) as connection:
        socket = Socket(connection)
        await socket.subscribe(VIEWER)
        with pytest.raises(websockets.ConnectionClosed):
            await socket.receive()
        assert connection.close_code == 4401


@pytest.mark.parametrize(
    "payload", [None, {}, {"token": "x"}, {"token": 7}, {"token": {}}, {"Authorization": 7}]
)
async def test_a_socket_without_a_good_token_is_4403(api: Api, payload: Any) -> None:
    async with websockets.connect(
        api.ws_url, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]
    ) as connection:
        socket = Socket(connection)
        message = {"type": "connection_init"}
        await socket.send(message if payload is None else {**message, "payload": payload})
        with pytest.raises(websockets.ConnectionClosed):
            await socket.receive()
        assert connection.close_code == 4403


async def test_an_expiring_token_ends_the_socket_with_4401(api: Api) -> None:
    async with websockets.connect(
        api.ws_url, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]
    ) as connection:
        socket = Socket(connection)
        token = api.token(Role.FAMILY, lifetime=timedelta(seconds=2))
        await socket.send({"type": "connection_init", "payload": {"token": token}})
        assert (await socket.receive())["type"] == "connection_ack"
        await socket.subscribe(CHANGED)
        with pytest.raises(websockets.ConnectionClosed):
            await socket.receive()
        assert connection.close_code == 4401


async def test_a_bad_document_is_an_error_for_its_id_and_the_socket_lives(api: Api) -> None:
    async with api.socket(Role.FAMILY) as socket:
        for query, code in (
            ("{", "PARSE_FAILED"),
            ("{ nothing }", "VALIDATION_FAILED"),
            ('subscription { alarmChanged(after: "W10") { cursor } }', "INVALID_INPUT"),
        ):
            name = await socket.subscribe(query)
            frame = await socket.receive()
            assert (frame["id"], frame["type"]) == (name, "error")
            assert frame["payload"][0]["extensions"]["code"] == code
        await socket.subscribe(VIEWER)
        assert (await socket.next())["data"]["viewer"]["id"].startswith("account_")
        assert (await socket.receive())["type"] == "complete"


async def test_a_cursor_of_another_history_is_expired(api: Api) -> None:
    async with api.socket(Role.FAMILY) as socket:
        await socket.subscribe(CHANGED, after="Wzk5OV0")
        frame = await socket.receive()
        assert frame["payload"][0]["extensions"]["code"] == "CURSOR_EXPIRED"


async def test_a_broken_socket_resumes_where_it_was(api: Api, database: Database) -> None:
    async with api.socket(Role.FAMILY) as socket:
        await socket.subscribe(CHANGED, after=BEGINNING)
        await press(database, api.district)
        first = (await socket.next())["data"]["alarmChanged"]
    for _ in range(3):
        await press(database, api.district)
    async with api.socket(Role.FAMILY) as socket:
        await socket.subscribe(CHANGED, after=first["cursor"])
        missed = [(await socket.next())["data"]["alarmChanged"] for _ in range(3)]
        assert [event["change"] for event in missed] == ["REPEATED"] * 3
        assert len({event["cursor"] for event in missed}) == 3
        await press(database, api.district)
        assert (await socket.next())["data"]["alarmChanged"]["change"] == "REPEATED"
        assert await socket.silent(0.2)


async def test_more_missed_events_than_one_read_come_in_order(api: Api, database: Database) -> None:
    home = "{ alarms(first: 1) { streamCursor } }"
    cursor = (await api.data(Role.FAMILY, home))["alarms"]["streamCursor"]
    for _ in range(230):
        await press(database, api.district)
    async with api.socket(Role.FAMILY) as socket:
        await socket.subscribe(CHANGED, after=cursor)
        events = [(await socket.next())["data"]["alarmChanged"] for _ in range(230)]
        assert [event["change"] for event in events] == ["RAISED"] + ["REPEATED"] * 229
        assert len({event["cursor"] for event in events}) == 230


async def test_completing_an_operation_stops_it(api: Api, database: Database) -> None:
    async with api.socket(Role.FAMILY) as socket:
        name = await socket.subscribe(CHANGED)
        await socket.send({"id": name, "type": "complete"})
        await socket.send({"type": "ping"})
        assert (await socket.receive())["type"] == "pong", "it has read both"
        await press(database, api.district)
        assert await socket.silent(0.3)


async def test_two_people_acknowledge_at_once_and_one_wins(api: Api, database: Database) -> None:
    await press(database, api.district)
    alarm = (await api.data(Role.ADMIN, "{ alarms(first: 1) { nodes { id } } }"))["alarms"]
    mutation = """mutation ($id: ID!) { alarmAcknowledge(input: {id: $id}) {
      alarm { state acknowledgedBy { role } } userErrors { code message } } }"""
    people: list[Role | Actor] = [Role.FAMILY, Role.DISPATCHER] * 10
    answers = await asyncio.gather(
        *(api.data(who, mutation, id=alarm["nodes"][0]["id"]) for who in people)
    )
    errors = [answer["alarmAcknowledge"]["userErrors"] for answer in answers]
    assert sum(not error for error in errors) == 1
    assert all(error[0]["code"] == "ILLEGAL_TRANSITION" for error in errors if error)
    assert {answer["alarmAcknowledge"]["alarm"]["state"] for answer in answers} == {"ACKNOWLEDGED"}
