"""Messages on their way out: to a real server by TLS, and to none of our own."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from time import time
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from domain.webhooks.models import WebhookFault
from domain.webhooks.sending import Message, Outcome
from domain.webhooks.signing import new_secret, shown_secret, signatures
from tests.certificates import Authority
from tests.receiver import Receiver, receiving
from tests.serving import serving
from yiyang.outbound.webhooks import HttpSender, Resolver

BODY = '{"type":"alarm.changed","data":{"name":"王奶奶"}}'.encode()


@pytest.fixture
async def receiver() -> AsyncGenerator[Receiver, None]:
    async with receiving() as server:
        yield server


def leads_to(*addresses: str) -> Resolver:
    """DNS that knows one answer."""

    async def resolve(host: str, port: int) -> list[str]:
        return list(addresses)

    return resolve


def signed(secrets: list[bytes], url: str, body: bytes = BODY) -> Message:
    moment = int(time())
    headers = {
        "webhook-id": "webhook_delivery_1",
        "webhook-timestamp": str(moment),
        "webhook-signature": signatures(secrets, "webhook_delivery_1", moment, body),
    }
    return Message(url, headers, body)


async def sent(url: str, **options: Any) -> Outcome:
    sender = HttpSender(**{"anywhere": True, **options})
    return await sender.send(signed([new_secret()], url))


async def test_what_arrives_is_verified_with_either_secret(receiver: Receiver) -> None:
    secrets = [new_secret(), new_secret()]
    outcome = await HttpSender(anywhere=True).send(signed(secrets, receiver.url))
    assert outcome == Outcome(200)
    for secret in secrets:
        assert receiver.verified(shown_secret(secret))["data"] == {"name": "王奶奶"}
    headers, _ = receiver.got[0]
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 410, 500, 503])
async def test_any_status_but_2xx_is_a_failure_and_nothing_is_followed(
    receiver: Receiver, status: int
) -> None:
    receiver.statuses, receiver.headers = [status], {"location": receiver.url}
    outcome = await sent(receiver.url)
    assert (outcome.status, outcome.fault) == (status, WebhookFault.STATUS)
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        ("99999999999", 10**8),
        ("-1", None),
        ("soon", None),
        (f"Fri, 01 Jan {10**20} 00:00:00 GMT", None),
        (f"Fri, 01 Jan 2027 00:00:00 +{10**20}", None),
    ],
)
async def test_retry_after_in_seconds(receiver: Receiver, said: str, seconds: int | None) -> None:
    receiver.statuses, receiver.headers = [503], {"retry-after": said}
    wish = (await sent(receiver.url)).retry_after
    assert wish == (None if seconds is None else timedelta(seconds=seconds))


async def test_retry_after_as_a_date(receiver: Receiver) -> None:
    at = datetime.now(UTC) + timedelta(hours=1)
    receiver.statuses = [429]
    receiver.headers = {"retry-after": format_datetime(at, usegmt=True)}
    wish = (await sent(receiver.url)).retry_after
    assert wish is not None
    assert timedelta(minutes=58) < wish <= timedelta(hours=1)


async def test_silence_ends(receiver: Receiver) -> None:
    receiver.silent = True
    assert (await sent(receiver.url, seconds=0.2)).fault is WebhookFault.TIMEOUT


async def test_nobody_there() -> None:
    assert (await sent("http://127.0.0.1:9/")).fault is WebhookFault.UNREACHABLE


async def test_a_body_without_an_end_is_not_read() -> None:
    async def endless(_: Request) -> Response:
        async def parts() -> AsyncGenerator[bytes, None]:
            while True:
                yield b"x" * 65_536
                await asyncio.sleep(0)  # so that the server hears of the end

        return StreamingResponse(parts(), 200)

    app = Starlette(routes=[Route("/", endless, methods=["POST"])])
    async with serving(app) as port:
        assert await sent(f"http://127.0.0.1:{port}/") == Outcome(200)


@pytest.mark.parametrize(
    "addresses",
    [("127.0.0.1",), ("10.0.0.8",), ("::1",), ("::ffff:127.0.0.1",), ("8.8.8.8", "192.168.0.1")],
)
async def test_a_name_that_leads_inside_is_refused(addresses: tuple[str, ...]) -> None:
    sender = HttpSender(resolver=leads_to(*addresses))
    outcome = await sender.send(signed([new_secret()], "https://vendor.example/hook"))
    assert outcome == Outcome(fault=WebhookFault.ADDRESS_REFUSED)


async def test_http_is_refused_outside_development(receiver: Receiver) -> None:
    outcome = await sent(receiver.url, anywhere=False)
    assert outcome.fault is WebhookFault.ADDRESS_REFUSED
    assert receiver.got == []


async def test_a_name_that_is_unknown() -> None:
    async def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    outcome = await sent("https://vendor.example/hook", resolver=unknown)
    assert outcome.fault is WebhookFault.UNREACHABLE


@pytest.mark.parametrize(
    ("host", "fault"),
    [("vendor.example", None), ("other.example", WebhookFault.UNREACHABLE)],
)
async def test_the_certificate_is_checked_against_the_name(
    tmp_path: Path, host: str, fault: WebhookFault | None
) -> None:
    seen: list[str] = []

    async def answer(request: Request) -> Response:
        seen.append(request.headers["host"])
        return Response()

    authority = Authority(tmp_path, "vendor.example")
    app = Starlette(routes=[Route("/hook", answer, methods=["POST"])])
    tls = {"ssl_certfile": str(authority.certificate), "ssl_keyfile": str(authority.key)}
    async with serving(app, **tls) as port:
        outcome = await sent(
            f"https://{host}:{port}/hook", resolver=leads_to("127.0.0.1"), trust=authority.trust
        )
    assert outcome.fault is fault
    assert seen == ([] if fault else [f"{host}:{port}"])
