"""Alibaba Cloud's SMS and calls as far as we ask for them, on a port of their own: they check
signatures, and misbehave when told to."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.serving import serving
from yiyang.outbound.aliyun import authorization, canonical_query

KEY_ID, SECRET = "key-id", "key-secret"

Fault = str | float | int
"""A code; seconds of silence; an HTTP status without a word of sense."""

_SIGNED = re.compile(r"SignedHeaders=([^,]+),")


@dataclass
class AliyunStandIn:
    """What was asked of it.

    Attributes:
        sent: parameters of what was taken, with the action as ``Action``.
        faults: what goes wrong with the next calls.
        asked: how often it was asked.
    """

    sent: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    faults: deque[Fault] = field(default_factory=deque[Fault])
    asked: int = 0
    url: str = ""

    async def answer(self, request: Request) -> Response:
        """One call."""
        self.asked += 1
        headers = request.headers
        query = dict(request.query_params)
        names = _SIGNED.findall(headers["authorization"])[0].split(";")
        signed = {name: headers[name] for name in names}
        wanted = authorization(KEY_ID, SECRET, "POST", canonical_query(query), signed)
        if headers["authorization"] != wanted:
            return _refused("SignatureDoesNotMatch", 400)
        if self.faults:
            match self.faults.popleft():
                case str(code):
                    return _refused(code, 200)
                case int(status):
                    return PlainTextResponse("<html>", status)
                case seconds:
                    await asyncio.sleep(seconds)
        self.sent.append({**query, "Action": headers["x-acs-action"]})
        return JSONResponse({"Code": "OK", "Message": "OK", "BizId": "1", "RequestId": "A-1"})

    def said(self, action: str = "SendSms") -> list[tuple[str, dict[str, str]]]:
        """To whom, and what."""
        phone = {"SendSms": "PhoneNumbers", "SingleCallByTts": "CalledNumber"}[action]
        words = {"SendSms": "TemplateParam", "SingleCallByTts": "TtsParam"}[action]
        return [
            (one[phone], orjson.loads(one[words])) for one in self.sent if one["Action"] == action
        ]


def _refused(code: str, status: int) -> Response:
    return JSONResponse({"Code": code, "Message": "as in the table", "RequestId": "A-1"}, status)


@asynccontextmanager
async def aliyun_stand_in() -> AsyncGenerator[AliyunStandIn, None]:
    """One that is up."""
    stand_in = AliyunStandIn()
    route = Route("/", stand_in.answer, methods=["POST"])
    async with serving(Starlette(routes=[route])) as port:
        stand_in.url = f"http://127.0.0.1:{port}"
        yield stand_in


@pytest.fixture
async def aliyun() -> AsyncGenerator[AliyunStandIn, None]:
    """For a conftest to import: one that is up."""
    async with aliyun_stand_in() as one:
        yield one
