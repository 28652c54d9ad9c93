"""``GET /data-requests/{id}``: the copy that somebody has asked for, for them alone."""

from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.connections import Connections
from api.downloads import PRIVATE, Transfer, asked_for, noted, sent
from api.requests import Gate
from domain.audit.service import Act
from domain.rights.copy import owned, part_at
from domain.rights.models import DataRequest


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
        find = partial(owned, self.gate.database)
        asked = await asked_for(self.gate, request, "data_request", find)
        if isinstance(asked, Response):
            return asked
        actor, wanted = asked
        headers = {
            **PRIVATE,
            "Content-Length": str(wanted.byte_count),
            "Content-Disposition": 'attachment; filename="data.json"',
        }
        if request.method == "HEAD":
            return Response(headers=headers, media_type="application/json")
        act = Act(
            "data_request_download", DataRequest.__tablename__, wanted.id, wanted.elder_id, ["*"]
        )
        await noted(self.gate, request, actor, act)
        part = partial(part_at, self.gate.database, self.gate.vault, actor, wanted.id)
        content = sent(part, 0, wanted.byte_count)
        file = StreamingResponse(content, 200, headers, media_type="application/json")
        return Transfer(file, actor.id, self.connections)
