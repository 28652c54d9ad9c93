"""``GET /data-requests/{id}``: the copy that somebody has asked for, for them alone."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from api.auth.tokens import InvalidToken, bearer
from api.connections import Connections
from api.exports.download import PRIVATE, Transfer, refused
from api.refusals import new_request_id
from api.requests import Gate, address_of
from api.rights.types import COPIES
from domain.access import Actor
from domain.audit.service import Act, Source, record_alone
from domain.ids import parse_public_id
from domain.rights.copy import read_copy
from domain.rights.lifecycle import RequestState
from domain.rights.models import DataRequest
from domain.rights.visibility import data_request_visible


def routes(gate: Gate, connections: Connections) -> list[Route]:
    """Where copies are fetched."""
    return [Route(f"{COPIES}/{{id}}", Copies(gate, connections).answer)]


@dataclass(frozen=True)
class Copies:
    """Answers each request for a copy.

    Parameters:
        connections: of which a copy that is sent is one.
    """

    gate: Gate
    connections: Connections

    async def answer(self, request: Request) -> Response:
        """GET or HEAD; a copy that leaves stands in the audit trail before."""
        try:
            actor = self.gate.admit(bearer(request.headers.get("authorization"))).actor
        except InvalidToken:
            return refused(request, 401, "UNAUTHENTICATED", {"WWW-Authenticate": "Bearer"})
        wanted = await self._owned(actor, request.path_params["id"])
        if wanted is None:
            return refused(request, 404, "NOT_FOUND")
        headers = {
            **PRIVATE,
            "Content-Length": str(wanted.byte_count),
            "Content-Disposition": 'attachment; filename="data.json"',
        }
        if request.method == "HEAD":
            return Response(headers=headers, media_type="application/json")
        await self._record(actor, wanted, request)
        content = read_copy(self.gate.database, self.gate.vault, wanted.id)
        file = StreamingResponse(content, 200, headers, media_type="application/json")
        return Transfer(file, actor.id, self.connections)

    async def _owned(self, actor: Actor, name: str) -> DataRequest | None:
        parsed = parse_public_id(name)
        if parsed is None or parsed[0] != "data_request":
            return None
        statement = select(DataRequest).where(
            col(DataRequest.id) == parsed[1],
            col(DataRequest.asked_by) == actor.id,
            data_request_visible(actor),
            col(DataRequest.state) == RequestState.DONE,
            col(DataRequest.expires_at) > func.now(),
        )
        async with self.gate.database.reading(primary=True) as connection:
            row = (await connection.execute(statement)).mappings().first()
        return DataRequest(**row) if row else None

    async def _record(self, actor: Actor, wanted: DataRequest, request: Request) -> None:
        act = Act("data_request_download", "data_request", wanted.id, wanted.elder_id, ["*"])
        source = Source(new_request_id(), address_of(request.scope))
        await record_alone(self.gate.database, actor, source, [act])
