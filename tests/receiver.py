"""A vendor's server that is told by webhooks: a real one, which verifies as vendors do."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.serving import serving
from tests.waiting import until


@dataclass
class Receiver:
    """What has arrived.

    Parameters:
        statuses: of the next answers, in turn; 200 once there are none.
        headers: of each answer.
        silent: while set, there is no answer.
    """

    url: str = ""
    statuses: list[int] = field(default_factory=list[int])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    silent: bool = False
    got: list[tuple[dict[str, str], bytes]] = field(
        default_factory=list[tuple[dict[str, str], bytes]]
    )

    @property
    def ids(self) -> list[str]:
        """Each request's ``webhook-id``."""
        return [headers["webhook-id"] for headers, _ in self.got]

    def told(self) -> bool:
        """Whether anything has arrived."""
        return bool(self.got)

    def verified(self, secret: str, place: int = -1) -> Any:
        """A message, once Standard Webhooks' own library has found its signature good."""
        headers, body = self.got[place]
        return Webhook(secret).verify(body, headers)

    async def answer(self, request: Request) -> Response:
        """To anything."""
        self.got.append((dict(request.headers), await request.body()))
        await until(lambda: not self.silent)
        status = self.statuses.pop(0) if self.statuses else 200
        return Response("never read", status, headers=self.headers)


@asynccontextmanager
async def receiving() -> AsyncGenerator[Receiver, None]:
    """A server on a port of its own, on 127.0.0.1."""
    receiver = Receiver()
    app = Starlette(routes=[Route("/{path:path}", receiver.answer, methods=["POST", "GET"])])
    async with serving(app) as port:
        receiver.url = f"http://127.0.0.1:{port}/hook"
        try:
            yield receiver
        finally:
            receiver.silent = False
